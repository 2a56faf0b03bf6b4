/** Suggested prompts as chips: in the app's DM while it is empty, and in a thread that the app gave some. */

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { placeOf } from "./sending.js";
import { isBotDm, promptsAt, state } from "./store.js";
import { toastError } from "./toast.js";

/** @import { Channel, Item, Message, Place, Prompt } from "./types.js" */

/**
 * A list item for the chips, or nothing.
 * @param {Channel} channel
 * @param {Message[]} messages
 * @param {(ts: string) => void} onSent told of what a chip has said
 * @param {string | null} [thread]
 * @returns {Item | null}
 */
export function promptChips(channel, messages, onSent, thread = null) {
  const own = promptsAt(channel.id, thread);
  const emptyDm = !thread && isBotDm(channel) && !messages.some((m) => !m.ephemeral);
  const prompts = own?.prompts ?? (emptyDm ? state.app.suggested_prompts : []);
  if (!prompts.length || (!thread && !emptyDm)) return null;
  return {
    key: "prompts",
    sig: JSON.stringify([channel.id, thread, prompts, own?.title]),
    build: () => chips(placeOf({ channel: channel.id, thread }), prompts, own?.title, onSent),
  };
}

/**
 * @param {Place} place
 * @param {Prompt[]} prompts
 * @param {string | undefined} title
 * @param {(ts: string) => void} onSent
 */
function chips(place, prompts, title, onSent) {
  /** @param {string} text */
  const say = (text) =>
    post("say", { ...place, text })
      .then(({ ts }) => onSent(ts))
      .catch(toastError);
  return h(
    "div.prompts",
    { role: "group", "aria-label": "Suggestions", data: { testid: "prompts" } },
    h("div.prompts-title", null, title || "Try one of these"),
    prompts.map((prompt) =>
      h(
        "button.prompt",
        { type: "button", title: prompt.message, onclick: () => say(prompt.message) },
        icon("spark", 16),
        prompt.title,
      ),
    ),
  );
}
