/** Messages that are found by their words. */

import { get } from "./api.js";
import { authorId, authorName, avatar } from "./avatar.js";
import { h } from "./dom.js";
import { flatten } from "./mrkdwn.js";
import { openMessage } from "./nav.js";
import { placeLabel, state } from "./store.js";
import { dayAndTime } from "./time.js";

/** @import { Child, Message } from "./types.js" */

const LEAST_CHARACTERS = 2;
const WAIT_MS = 150;
const BEFORE_CHARACTERS = 30;

/** @type {number | undefined} */
let timer;

/**
 * Look for messages once somebody stops typing; what comes for older words is dropped.
 * @param {string} typed
 * @param {(found: Message[]) => void} onFound
 */
export function findMessages(typed, onFound) {
  clearTimeout(timer);
  const query = typed.trim();
  if (query.length < LEAST_CHARACTERS) return onFound([]);
  const mine = setTimeout(async () => {
    const { messages } = await get("search", { query }).catch(() => ({ messages: [] }));
    if (timer === mine) onFound(messages);
  }, WAIT_MS);
  timer = mine;
}

/** Look no more. */
export const stopFinding = () => clearTimeout(timer);

/** @param {Message} message */
export const openFound = ({ channel, ts, thread_ts: thread }) => openMessage({ channel, ts, thread: thread ?? null });

/** @param {Message} message @param {string} typed */
export function foundMessage(message, typed) {
  const channel = state.channels.get(message.channel);
  return [
    h("span.completion-mark", null, avatar(authorId(message), 24)),
    h(
      "div.switcher-found",
      null,
      h("small", null, `${authorName(message)} in ${channel ? placeLabel(channel) : "?"}, ${dayAndTime(message.ts)}`),
      h("span", null, marked(flatten(message.text ?? "") || "(no text)", typed)),
    ),
  ];
}

/** The text from a little before the first word that was looked for, with that word marked. @param {string} text @param {string} typed @returns {Child} */
function marked(text, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const at = Math.min(...words.map((w) => text.toLowerCase().indexOf(w)).filter((n) => n >= 0));
  if (at === Number.POSITIVE_INFINITY) return text;
  const word = words.find((w) => text.toLowerCase().startsWith(w, at)) ?? "";
  const from = Math.max(0, at - BEFORE_CHARACTERS);
  const end = at + word.length;
  return [from > 0 && "…", text.slice(from, at), h("mark", null, text.slice(at, end)), text.slice(end)];
}
