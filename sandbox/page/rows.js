/** The rows of a message list: days, the line above what is unread, messages grouped by author. */

import { authorName } from "./avatar.js";
import { h, plural } from "./dom.js";
import { messageRow } from "./message.js";
import { state, statusAt, threadAt } from "./store.js";
import { dayKey, dayLabel } from "./time.js";

/** @import { How } from "./message.js" */
/** @import { Item, Message } from "./types.js" */

const GROUP_SECONDS = 300;

/**
 * @param {Message[]} messages oldest first; in a thread, its root is the first
 * @param {{ inThread: boolean, unreadFrom: string | null, fresh: Set<string> }} list
 * @returns {(Item | null)[]}
 */
export const rowItems = (messages, { inThread, unreadFrom, fresh }) =>
  messages.flatMap((message, n) => {
    const { ts } = message;
    const before = n > 0 ? messages[n - 1] : null;
    const isNewDay = !before || dayKey(before.ts) !== dayKey(ts);
    const isUnread = ts === unreadFrom;
    const isApart = isNewDay || isUnread || (inThread && n === 1);
    const how = { compact: !isApart && isOneGroup(before, message), inThread, fresh: fresh.has(ts) };
    return [
      isNewDay && !inThread ? dayItem(ts) : null,
      isUnread ? unreadItem() : null,
      messageItem(message, { ...how, editing: state.ui.editing === ts }),
      inThread && n === 0 ? repliesItem(messages.filter((m) => !m.ephemeral).length - 1) : null,
    ];
  });

/** @param {Message} before @param {Message} message */
const isOneGroup = (before, message) =>
  authorName(before) === authorName(message) &&
  Number(message.ts) - Number(before.ts) < GROUP_SECONDS &&
  isOrdinary(before) &&
  isOrdinary(message) &&
  !before.deleted &&
  !message.blocks?.some((block) => block.type === "header");

/** @param {Message} message */
const isOrdinary = ({ subtype, ephemeral }) =>
  !ephemeral && (!subtype || subtype === "bot_message" || subtype === "file_share");

/** @param {string} className @param {string} label */
const divider = (className, label) =>
  h(`li.divider.${className}`, { role: "separator", "aria-label": label }, h("span", null, label));

/** @param {string} ts @returns {Item} */
const dayItem = (ts) => ({
  key: `day-${dayKey(ts)}`,
  sig: dayLabel(ts),
  build: () => divider("day-divider", dayLabel(ts)),
});

/** @returns {Item} */
const unreadItem = () => ({ key: "unread", sig: "", build: () => divider("unread-divider", "New") });

/** @param {number} n @returns {Item} */
const repliesItem = (n) => ({
  key: "replies",
  sig: String(n),
  build: () =>
    n ? divider("reply-divider", plural(n, "reply", "replies")) : h("li.reply-divider.none", { "aria-hidden": "true" }),
});

/**
 * A message is replaced by every new version of it, so its signature is made once.
 * @type {WeakMap<Message, string>}
 */
const signatures = new WeakMap();

/** @param {Message} message */
function signatureOf(message) {
  const signature = signatures.get(message) ?? JSON.stringify(message);
  signatures.set(message, signature);
  return signature;
}

/** @param {Message} message @param {How} how @returns {Item} */
function messageItem(message, how) {
  const status = how.inThread ? undefined : statusAt(message.channel, message.ts);
  const sig = [
    signatureOf(message),
    how.compact,
    how.editing,
    !how.inThread && state.ui.thread === message.ts,
    !how.inThread && threadAt(message.channel, message.ts)?.unread,
    status && status.text + status.loading_messages,
    how.inThread && dayKey(String(Date.now() / 1000)),
  ].join("|");
  return { key: message.ts, sig, build: () => messageRow(message, how) };
}
