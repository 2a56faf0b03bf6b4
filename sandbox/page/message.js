/** One message: author, content, reactions, thread link, and what can be done with it. */

import { post } from "./api.js";
import { authorId, authorName, avatar } from "./avatar.js";
import { attachments, renderBlocks } from "./blocks.js";
import { h, plural } from "./dom.js";
import { editor } from "./editor.js";
import { emoji } from "./emoji.js";
import { emojiPicker } from "./emojipicker.js";
import { icon, iconButton } from "./icons.js";
import { permalink } from "./links.js";
import { mrkdwn } from "./mrkdwn.js";
import { confirmDialog, toastError } from "./overlays.js";
import { keep, setting } from "./settings.js";
import { statusLine } from "./status.js";
import { dismiss, isFromApp, isMine, nameOf, person, setUi, state, statusAt } from "./store.js";
import { ago, fullTime, timeOf } from "./time.js";

/** @import { IconName } from "./icons.js" */
/** @import { BlockContext, File, Message, Reaction } from "./types.js" */
/** @typedef {{ compact: boolean, inThread: boolean, fresh: boolean, editing: boolean }} How a message is shown */

const QUICK = ["+1", "white_check_mark", "eyes"];

/** A row of a message list. @param {Message} message @param {How} how */
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
    h("div.message-gutter", null, how.compact ? stamp(message) : avatar(authorId(message), 38)),
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

/** @param {Message} message */
const stamp = (message) =>
  h(
    "a.stamp",
    { href: permalink(message), "data-inside": "", title: fullTime(message.ts), tabindex: "-1" },
    timeOf(message.ts),
  );

/** @param {Message} message */
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

/** @param {Message} message */
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
    attachments(message.attachments ?? [], ctx),
  );
}

/** @param {Message} message @returns {BlockContext} */
const contextOf = (message) => ({
  container: { type: "message", channel: message.channel, ts: message.ts },
  key: `${message.channel}:${message.ts}`,
  blocks: message.blocks ?? [],
});

/** @param {Message} message @param {How} how */
function extras(message, how) {
  const thinking = !how.inThread && state.ui.thread !== message.ts && statusAt(message.channel, message.ts);
  return [
    message.files && h("div.files", null, message.files.map(file)),
    message.reactions && message.reactions.length > 0 && reactions(message, message.reactions),
    !how.inThread && threadLink(message),
    thinking && statusLine(thinking),
  ];
}

/** @param {number} [bytes] */
function sizeOf(bytes) {
  if (!bytes) return "";
  return bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

/** @param {File} item */
const file = ({ title, name, pretty_type: type, mimetype, size }) =>
  h(
    "div.file",
    null,
    icon("file", 22),
    h(
      "div",
      null,
      h("strong", null, title || name || "File"),
      h("small", null, [type ?? mimetype, sizeOf(size)].filter(Boolean).join(" · ")),
    ),
  );

/** @param {Message} message @param {string} name */
const react = (message, name) => post("react", { channel: message.channel, ts: message.ts, name }).catch(toastError);

/** @param {Message} message @param {Reaction[]} given */
function reactions(message, given) {
  const add = h(
    "button.reaction.add",
    { type: "button", "aria-label": "Add a reaction", onclick: () => emojiPicker(add, (name) => react(message, name)) },
    icon("smile", 15),
  );
  return h(
    "div.reactions",
    null,
    given.map((reaction) => pill(message, reaction)),
    add,
  );
}

/** @param {Message} message @param {Reaction} reaction */
function pill(message, { name, users, count }) {
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
    h("span", null, String(count)),
  );
}

/**
 * Thread to its latest reply when this person last had it open.
 * @type {Record<string, string> | null}
 */
let seen = null;

const seenKey = () => `threads:${state.me}`;

function seenThreads() {
  seen ??= setting(seenKey(), /** @type {Record<string, string>} */ ({}));
  return seen;
}

/** @param {Message} message */
function seenUntil(message) {
  const threads = seenThreads();
  const key = `${message.channel}:${message.ts}`;
  threads[key] ??= state.channels.get(message.channel)?.unread ? "" : (message.latest_reply ?? "");
  return threads[key];
}

/** A thread's replies count as new until somebody opens it. @param {string} channel @param {string} ts @param {string} latest */
export function markThreadSeen(channel, ts, latest) {
  const threads = seenThreads();
  if (threads[`${channel}:${ts}`] === latest) return;
  threads[`${channel}:${ts}`] = latest;
  keep(seenKey(), threads);
}

/** @param {Message} message */
function threadLink(message) {
  if (!message.reply_count) return null;
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

/** Open the thread of a message in the pane at the right. @param {Message} message */
function openThread(message) {
  setUi({ thread: message.thread_ts ?? message.ts, editing: null, focusThread: true });
}

/** @param {Message} message @param {How} how */
function tools(message, how) {
  if (message.ephemeral) return null;
  /** @param {IconName} name @param {string} label @param {() => void} onclick @param {string} testid */
  const tool = (name, label, onclick, testid) => iconButton(name, label, onclick, { size: 17, data: { testid } });
  const smile = tool("smile", "Add a reaction", () => emojiPicker(smile, (name) => react(message, name)), "react");
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
    !how.inThread && tool("reply", "Reply in thread", () => openThread(message), "reply-in-thread"),
    mine && tool("edit", "Edit message", () => setUi({ editing: message.ts }), "edit"),
    mine && tool("trash", "Delete message", () => remove(message), "delete"),
  );
}

/** @param {Message} message */
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
