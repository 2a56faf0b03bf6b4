/** What stands in place of the box to write in where one cannot write: how to get in, or why not. */

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { person, placeLabel, state } from "./store.js";
import { toastError } from "./toast.js";

/** @import { Channel, Child } from "./types.js" */

/** What to say, or null where one can write. @param {Channel} channel @returns {Child} */
export function closedNote(channel) {
  const name = placeLabel(channel);
  if (channel.archived) return why(`${name} is archived. Nobody can write in it.`);
  if (channel.joined) return null;
  if (person(state.me).is_guest) return why(`You are not in ${name}. You are a guest, so a member has to add you.`);
  return [
    h("span", null, "You are not in ", h("b", null, name), "."),
    h(
      "button.button.primary.small",
      {
        type: "button",
        data: { testid: "join" },
        onclick: () => post("join", { channel: channel.id }).catch(toastError),
      },
      "Join",
    ),
  ];
}

/** @param {string} sentence */
const why = (sentence) => [icon("lock", 15), h("span", null, sentence)];
