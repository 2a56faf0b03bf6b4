/** One message: author, content, reactions, thread link, and what can be done with it. */

import { post } from "./api.js";
import { authorId, authorName, avatar } from "./avatar.js";
import { attachments, renderBlocks } from "./blocks.js";
import { h, plural, settings } from "./dom.js";
import { editor } from "./editor.js";
import { emoji } from "./emoji.js";
import { emojiPicker } from "./emojipicker.js";
import { icon } from "./icons.js";
import { permalink } from "./links.js";
import { mrkdwn } from "./mrkdwn.js";
import { confirmDialog, toastError } from "./overlays.js";
import { dismiss, isFromApp, isMine, nameOf, person, setUi, state, statusAt } from "./store.js";
import { statusLine } from "./status.js";
import { ago, fullTime, timeOf } from "./time.js";

const QUICK = ["+1", "white_check_mark", "eyes"];

/**
 * A row of a message list.
 * @param {Object} message
 * @param {{compact: boolean, inThread: boolean, fresh: boolean, editing: boolean}} how
 */
export function messageRow(message, how) {
  const article = h(
    "article.message",
    {
      class: [how.compact && "compact", how.fresh && "fresh", message.streaming && "streaming"]
        .filter(Boolean)
        .join(" "),
      tabindex: "-1",
      data: { testid: "message", ts: message.ts, channel: message.channel },
      "aria-label": `${authorName(message)} at ${timeOf(message.ts)}`,
    },
    h("div.message-gutter", null, how.compact ? stamp(message) : avatar(authorId(message) ?? "", 38)),
    h(
      "div.message-body",
      null,
      how.compact ? h("span.sr-only", null, authorName(message)) : head(message),
      how.editing ? editor(message) : content(message),
      how.editing ? null : extras(message, how),
    ),
    how.editing || message.deleted ? null : tools(message, how),
  );
  if (!message.ephemeral) return h("li.row", null, article);
  return h(
    "li.row.ephemeral",
    { data: { testid: "ephemeral", ts: message.ts } },
    h(
      "div.ephemeral-note",
      null,
      icon("eye", 15),
      h("span", null, "Only visible to you"),
      h("button.link", { type: "button", onclick: () => dismiss(message) }, "Dismiss"),
    ),
    article,
  );
}

const stamp = (message) =>
  h(
    "a.stamp",
    { href: permalink(message), "data-inside": "", title: fullTime(message.ts), tabindex: "-1" },
    timeOf(message.ts),
  );

function head(message) {
  return h(
    "header.message-head",
    null,
    h("strong.author", null, authorName(message)),
    isFromApp(message) && h("span.badge", null, "APP"),
    person(authorId(message)).is_external && h("span.tag", null, "External"),
    stamp(message),
  );
}

function content(message) {
  if (message.deleted) return h("div.text.tombstone", null, "This message was deleted.");
  const ctx = contextOf(message);
  const blocks = isFromApp(message) && message.blocks?.length ? message.blocks : null; // a person's blocks only repeat the text
  const edited = message.edited && h("span.edited", { title: `Edited ${fullTime(message.edited.ts)}` }, "(edited)");
  const body = blocks
    ? renderBlocks(blocks, ctx)
    : message.text
      ? h("div.text", null, mrkdwn(message.text), edited && " ", edited)
      : null;
  return h(
    "div.message-content",
    null,
    body,
    message.streaming && h("span.caret", { "aria-hidden": "true" }),
    blocks && edited,
    message.attachments?.length && attachments(message.attachments, ctx),
  );
}

const contextOf = (message) => ({
  container: { type: "message", channel: message.channel, ts: message.ts },
  key: `${message.channel}:${message.ts}`,
  blocks: message.blocks ?? [],
});

function extras(message, how) {
  const thinking = !how.inThread && state.ui.thread !== message.ts && statusAt(message.channel, message.ts);
  return [
    message.files?.length && h("div.files", null, message.files.map(file)),
    message.reactions?.length && reactions(message),
    !how.inThread && message.reply_count > 0 && threadLink(message),
    thinking && statusLine(thinking),
  ];
}

function file(item) {
  const size = item.size
    ? `${item.size > 1e6 ? `${(item.size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(item.size / 1e3))} kB`}`
    : "";
  return h(
    "div.file",
    null,
    icon("file", 22),
    h(
      "div",
      null,
      h("strong", null, item.title || item.name || "File"),
      h("small", null, [item.pretty_type ?? item.mimetype, size].filter(Boolean).join(" · ")),
    ),
  );
}

const react = (message, name) => post("react", { channel: message.channel, ts: message.ts, name }).catch(toastError);

function reactions(message) {
  const pills = message.reactions.map(({ name, users = [], count }) => {
    const mine = users.includes(state.me);
    const who = users.map((id) => (id === state.me ? "you" : nameOf(id))).join(", ");
    return h(
      "button.reaction",
      {
        type: "button",
        class: mine ? "mine" : null,
        "aria-pressed": String(mine),
        title: `${who} reacted with :${name}:`,
        "aria-label": `${name.replaceAll("_", " ")}, ${plural(count, "reaction")}`,
        data: { focus: `r-${name}` },
        onclick: () => react(message, name),
      },
      h("span.emoji", null, emoji(name) ?? `:${name}:`),
      h("span", null, count),
    );
  });
  const add = h(
    "button.reaction.add",
    { type: "button", "aria-label": "Add a reaction", onclick: () => emojiPicker(add, (name) => react(message, name)) },
    icon("smile", 15),
  );
  return h("div.reactions", null, pills, add);
}

const seenKey = () => `threads:${state.me}`;
let seen = null; // thread → its latest reply when this person last had it open

function seenUntil(message) {
  seen ??= settings.get(seenKey(), {});
  const key = `${message.channel}:${message.ts}`;
  seen[key] ??= state.channels.get(message.channel)?.unread ? "" : (message.latest_reply ?? "");
  return seen[key];
}

/** A thread's replies count as new until somebody opens it. */
export function markThreadSeen(channel, ts, latest) {
  seen ??= settings.get(seenKey(), {});
  if (seen[`${channel}:${ts}`] === latest) return;
  seen[`${channel}:${ts}`] = latest;
  settings.set(seenKey(), seen);
}

function threadLink(message) {
  const unread = (message.latest_reply ?? "") > seenUntil(message) && state.ui.thread !== message.ts;
  return h(
    "button.thread-link",
    {
      type: "button",
      class: unread ? "unread" : null,
      data: { focus: "thread", testid: "thread-link" },
      onclick: () => openThread(message),
    },
    h(
      "span.thread-faces",
      null,
      (message.reply_users ?? []).slice(0, 4).map((id) => avatar(id, 22)),
    ),
    h("span.thread-count", null, plural(message.reply_count, "reply", "replies")),
    message.latest_reply &&
      h(
        "span.thread-last",
        null,
        "last reply ",
        h(
          "time",
          { data: { ago: message.latest_reply }, title: fullTime(message.latest_reply) },
          ago(message.latest_reply),
        ),
      ),
    icon("chevron", 14),
  );
}

/** Open the thread of a message in the pane at the right. */
function openThread(message) {
  setUi({ thread: message.thread_ts ?? message.ts, editing: null, focusThread: true });
}

function tools(message, how) {
  if (message.ephemeral) return null;
  const tool = (name, label, onclick, extra = {}) =>
    h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...extra }, icon(name, 17));
  const smile = tool("smile", "Add a reaction", () => emojiPicker(smile, (name) => react(message, name)), {
    data: { testid: "react" },
  });
  const mine = isMine(message);
  return h(
    "div.message-tools",
    { role: "toolbar", "aria-label": "Message actions" },
    QUICK.map((name) =>
      h(
        "button.icon-button.quick",
        {
          type: "button",
          "aria-label": `React with ${name.replaceAll("_", " ")}`,
          title: `:${name}:`,
          onclick: () => react(message, name),
        },
        emoji(name),
      ),
    ),
    smile,
    !how.inThread &&
      tool("reply", "Reply in thread", () => openThread(message), { data: { testid: "reply-in-thread" } }),
    mine && tool("edit", "Edit message", () => setUi({ editing: message.ts }), { data: { testid: "edit" } }),
    mine && tool("trash", "Delete message", () => remove(message), { data: { testid: "delete" } }),
  );
}

async function remove(message) {
  const sure = await confirmDialog({
    title: "Delete this message?",
    text: { type: "plain_text", text: "It disappears for everyone. This cannot be undone." },
    confirm: "Delete",
    deny: "Keep",
    style: "danger",
  });
  if (sure) post("delete", { channel: message.channel, ts: message.ts }).catch(toastError);
}
