/** Things above the page: popover menus, the confirm dialog, toasts, announcements for screen readers. */

import { append, clamp, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { text } from "./mrkdwn.js";

const TOAST_MS = 6_000;

/**
 * Open a popover beside a button; it closes on Esc, on a click outside, and through the `close` passed to `build`.
 * @param {HTMLElement} anchor
 * @param {(close: () => void) => HTMLElement} build
 * @param {{align?: "start"|"end", label?: string, className?: string}} options
 */
export function popover(anchor, build, { align = "start", label = "Menu", className = "" } = {}) {
  const host = anchor.closest("dialog") ?? document.body; // inside a modal dialog, only its own descendants can be used
  const box = h("div.popover", { popover: "auto", class: className, role: "dialog", "aria-label": label });
  const close = () => box.hidePopover();
  box.append(build(close));
  host.append(box);
  box.addEventListener("toggle", (event) => {
    if (event.newState === "open") return;
    const inside = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (inside && anchor.isConnected) anchor.focus();
  });
  anchor.setAttribute("aria-expanded", "true");
  box.showPopover();
  place(box, anchor.getBoundingClientRect(), align);
  (box.querySelector("[autofocus], [aria-current=true]") ?? box.querySelector("input, a, button"))?.focus();
  return box;
}

/** Put a box under its anchor, or above when there is more room, always inside the window. */
function place(box, anchor, align) {
  const { offsetWidth: width, offsetHeight: height } = box;
  const margin = 8;
  const left = align === "end" ? anchor.right - width : anchor.left;
  const below = anchor.bottom + 6;
  const top =
    below + height > innerHeight - margin && anchor.top - 6 - height > margin ? anchor.top - 6 - height : below;
  box.style.left = `${clamp(left, margin, Math.max(margin, innerWidth - width - margin))}px`;
  box.style.top = `${clamp(top, margin, Math.max(margin, innerHeight - height - margin))}px`;
}

/**
 * A popover with a list of choices, walked with the arrow keys.
 * @param {{label: string, hint?: string, icon?: string, danger?: boolean, data?: Object, onpick: () => void}[]} items
 */
export function menu(anchor, items, options = {}) {
  const build = (close) => {
    const buttons = items.map((item) =>
      h(
        "button.menu-item",
        {
          type: "button",
          role: "menuitem",
          class: item.danger ? "danger" : null,
          data: item.data,
          onclick: () => {
            close();
            item.onpick();
          },
        },
        item.icon && icon(item.icon, 16),
        h("span", null, item.label, item.hint && h("small", null, item.hint)),
      ),
    );
    return h("div.menu", { role: "menu", onkeydown: (event) => arrows(event, buttons) }, buttons);
  };
  return popover(anchor, build, options);
}

/** Up/Down/Home/End through a list of focusable nodes; digits jump. */
export function arrows(event, nodes) {
  const at = nodes.indexOf(document.activeElement);
  const to =
    {
      ArrowDown: (at + 1) % nodes.length,
      ArrowUp: (at - 1 + nodes.length) % nodes.length,
      Home: 0,
      End: nodes.length - 1,
    }[event.key] ?? (/^[1-9]$/.test(event.key) ? Number(event.key) - 1 : undefined);
  if (to === undefined || !nodes[to]) return;
  event.preventDefault();
  nodes[to].focus();
}

/**
 * Ask before something happens; the shape of Slack's `confirm` object.
 * @returns {Promise<boolean>} true only for the confirming button
 */
export function confirmDialog({ title, text: body, confirm, deny, style = "primary" }) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const ok = h(
      "button.button",
      { type: "button", class: style, data: { testid: "confirm-ok" }, onclick: () => finish(true) },
      text(confirm ?? "Yes"),
    );
    const cancel = h(
      "button.button",
      {
        type: "button",
        data: { testid: "confirm-cancel" },
        autofocus: style === "danger",
        onclick: () => finish(false),
      },
      text(deny ?? "Cancel"),
    );
    const dialog = h(
      "dialog.dialog.confirm",
      {
        data: { testid: "confirm-dialog" },
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
        oncancel: (event) => {
          event.preventDefault();
          finish(false);
        },
        onclick: (event) => event.target === dialog && finish(false),
        // The Enter that opened this dialog must not also confirm it while it is held down.
        onkeydown: (event) => event.repeat && event.key === "Enter" && event.preventDefault(),
      },
      h(
        "div.dialog-inner",
        null,
        h("h2", { id: "confirm-title" }, text(title ?? "Are you sure?")),
        h("div.confirm-text", { id: "confirm-text" }, text(body)),
        h("div.dialog-foot", null, cancel, ok),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    (style === "danger" ? cancel : ok).focus();
  });
}

const toasts = h("div.toasts", { popover: "manual", role: "status", "aria-live": "polite" });
const speaker = h("div.sr-only", { "aria-live": "polite", role: "status" });
append(document.body, [toasts, speaker]);

/** A short note at the foot of the page. @param {"info"|"error"|"good"} kind */
export function toast(message, kind = "info") {
  const name = { error: "warn", good: "check", info: "info" }[kind];
  const node = h(
    "div.toast",
    { class: kind, data: { testid: "toast" } },
    icon(name),
    h("span", null, message),
    h("button.icon-button", { type: "button", "aria-label": "Dismiss", onclick: () => remove() }, icon("close", 16)),
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

export const toastError = (error) => toast(error.message ?? String(error), "error");

/** Read a sentence to screen-reader users. */
export const announce = (sentence) => fill(speaker, sentence);
