/** Suggested prompts as chips: in the app's DM while it is empty, and in a thread that the app gave some. */

import { post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { toastError } from "./overlays.js";
import { isBotDm, placeKey, state } from "./store.js";

/** A list item for the chips, or nothing. @param {(ts: string) => void} onSent told of what a chip has said */
export function promptChips(channel, messages, onSent, thread = null) {
  const own = state.prompts.get(placeKey(channel.id, thread));
  const emptyDm = !thread && isBotDm(channel) && !messages.some((m) => !m.ephemeral);
  const prompts = own?.prompts ?? (emptyDm ? state.app.suggested_prompts : null) ?? [];
  if (!prompts.length || (!thread && !emptyDm)) return null;
  return {
    key: "prompts",
    sig: JSON.stringify([channel.id, thread, prompts, own?.title]),
    build: () => chips(channel.id, thread, prompts, own?.title, onSent),
  };
}

function chips(channel, thread, prompts, title, onSent) {
  const say = (text) =>
    post("say", { channel, text, ...(thread ? { thread_ts: thread } : {}) })
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
