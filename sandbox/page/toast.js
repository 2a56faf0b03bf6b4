/** Short notes at the foot of the page, and sentences for screen readers. */

import { Unreachable } from "./api.js";
import { fill, h, messageOf } from "./dom.js";
import { icon, iconButton } from "./icons.js";

const TOAST_MS = 6_000;

const toasts = h("div.toasts", { popover: "manual", role: "status", "aria-live": "polite" });
const speaker = h("div.sr-only", { "aria-live": "polite", role: "status" });
document.body.append(toasts, speaker);

const TOAST_ICON = /** @type {const} */ ({ error: "warn", good: "check", info: "info" });

/** A short note at the foot of the page. @param {string} message @param {keyof typeof TOAST_ICON} [kind] */
export function toast(message, kind = "info") {
  const node = h(
    "div.toast",
    { class: kind, data: { testid: "toast" } },
    icon(TOAST_ICON[kind]),
    h("span", null, message),
    iconButton("close", "Dismiss", () => remove(), { size: 16 }),
  );
  const remove = () => {
    node.remove();
    if (!toasts.childElementCount && toasts.matches(":popover-open")) toasts.hidePopover();
  };
  toasts.append(node);
  if (toasts.matches(":popover-open")) toasts.hidePopover(); // shown again: on top of a dialog opened since
  toasts.showPopover();
  let timer = setTimeout(remove, TOAST_MS);
  node.onmouseenter = () => clearTimeout(timer);
  node.onmouseleave = () => {
    timer = setTimeout(remove, TOAST_MS / 2);
  };
}

/** Say what went wrong, unless the banner does. @param {unknown} error */
export function toastError(error) {
  if (!(error instanceof Unreachable)) toast(messageOf(error), "error");
}

/** Read a sentence to screen-reader users. @param {string} sentence */
export const announce = (sentence) => fill(speaker, sentence);
