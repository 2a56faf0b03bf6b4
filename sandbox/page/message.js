/** One message: author, content, reactions, thread link, and what can be done with it. */

import { post } from "./api.js";
import { authorId, authorName, avatar } from "./avatar.js";
import { attachments, renderBlocks } from "./blocks.js";
import { around, h } from "./dom.js";
import { editor } from "./editor.js";
import { emoji } from "./emoji.js";
import { emojiPicker } from "./emojipicker.js";
import { icon, iconButton } from "./icons.js";
import { permalink } from "./links.js";
import { mrkdwn } from "./mrkdwn.js";
import { confirmDialog } from "./overlays.js";
import { react, reactions } from "./reactions.js";
import { statusLine } from "./status.js";
import { dismiss, isFromApp, isMine, person, setUi, state, statusAt } from "./store.js";
import { openThread, threadLink } from "./threadlink.js";
import { dayAndTime, fullTime, shortTime, timeOf } from "./time.js";
import { toastError } from "./toast.js";

/** @import { IconName } from "./icons.js" */
/** @import { BlockContext, Message, SlackFile } from "./types.js" */
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
    h("div.message-gutter", null, how.compact ? stamp(message, shortTime(message.ts)) : avatar(authorId(message), 38)),
    h(
      "div.message-body",
      null,
      how.compact ? h("span.sr-only", null, authorName(message)) : head(message, how),
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
const stamp = (message, label = timeOf(message.ts)) =>
  h("a.stamp", { href: permalink(message), "data-inside": "", title: fullTime(message.ts), tabindex: "-1" }, label);

/** In a thread no line above says the day. @param {Message} message @param {How} how */
function head(message, { inThread }) {
  return h(
    "header.message-head",
    null,
    h("strong.author", null, authorName(message)),
    isFromApp(message) && h("span.badge", null, "APP"),
    person(authorId(message)).is_external && h("span.tag", null, "External"),
    stamp(message, inThread ? dayAndTime(message.ts) : undefined),
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
    around("div.files", (message.files ?? []).map(file)),
    reactions(message),
    !how.inThread && threadLink(message),
    thinking && statusLine(thinking),
  ];
}

/** @param {number} [bytes] */
function sizeOf(bytes) {
  if (!bytes) return "";
  return bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

/** @param {SlackFile} item */
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
