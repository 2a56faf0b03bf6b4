/** "Countersign is thinking…": the app's status in a thread, with its loading messages in turn. */

import { post } from "./api.js";
import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { state } from "./store.js";
import { toastError } from "./toast.js";

const ROTATE_MS = 3_000;

/** @import { Status } from "./types.js" */

/** @param {string} text */
const trimDots = (text) => text.replace(/(?:\.\.\.|…)\s*$/, "");

/** @type {WeakMap<Status, HTMLElement>} */
const lines = new WeakMap();

/** One node per status, so that its dots keep moving evenly. @param {Status} status */
export function statusLine(status) {
  const line = lines.get(status) ?? build(status);
  lines.set(status, line);
  return line;
}

/** @param {Status} status */
function build(status) {
  const messages = status.loading_messages;
  const line = h("span.status-text");
  const started = status.since ?? Date.now();
  const draw = () => {
    const turn = Math.floor((Date.now() - started) / ROTATE_MS);
    line.textContent = messages.length
      ? trimDots(messages[turn % messages.length])
      : `${state.app.name || "The app"} ${trimDots(status.text)}`;
  };
  draw();
  const stop =
    status.session === "processing" &&
    h(
      "button.link",
      {
        type: "button",
        data: { testid: "stop" },
        onclick: () => post("stop", { channel: status.channel, thread_ts: status.thread_ts }).catch(toastError),
      },
      "Stop",
    );
  const dots = h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const node = h(
    "div.status",
    { role: "status", data: { testid: "status" } },
    avatar(state.app.bot_user, 20),
    line,
    dots,
    stop,
  );
  if (messages.length > 1) {
    const timer = setInterval(() => {
      draw();
      if (![...state.statuses.values()].includes(status)) clearInterval(timer);
    }, ROTATE_MS);
  }
  return node;
}
