/** Reactions to a message: a pill for each emoji, and one to add another. */

import { post } from "./api.js";
import { h, plural } from "./dom.js";
import { emoji } from "./emoji.js";
import { emojiPicker } from "./emojipicker.js";
import { icon } from "./icons.js";
import { nameOf, state } from "./store.js";
import { toastError } from "./toast.js";

/** @import { Message, Reaction } from "./types.js" */

/** @param {Message} message @param {string} name */
export const react = (message, name) =>
  post("react", { channel: message.channel, ts: message.ts, name }).catch(toastError);

/** @param {Message} message */
export function reactions(message) {
  const pills = (message.reactions ?? []).map((reaction) => pill(message, reaction));
  const add = h(
    "button.reaction.add",
    { type: "button", "aria-label": "Add a reaction", onclick: () => emojiPicker(add, (name) => react(message, name)) },
    icon("smile", 15),
  );
  return pills.length ? h("div.reactions", null, pills, add) : null;
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
