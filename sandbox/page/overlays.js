/** Things above the page: popovers, menus, the confirm dialog. */

import { clamp, first, focusedIn, h, shutDialog } from "./dom.js";
import { text } from "./mrkdwn.js";

/** @import { Child, Confirm } from "./types.js" */
/** @typedef {{ align?: "start" | "end", label?: string, className?: string }} PopoverOptions */
/** @typedef {{ label: Child, hint?: Child, value: string, onpick: () => void }} MenuItem */

/**
 * Open a popover beside a button; it closes on Esc, on a click outside, and through the `close` passed to `build`.
 * @param {HTMLElement} anchor
 * @param {(close: () => void) => HTMLElement} build
 * @param {PopoverOptions} [options]
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
  (first(box, "[autofocus], [aria-current=true]") ?? first(box, "input, a, button"))?.focus();
  return box;
}

/**
 * Put a box under its anchor, or above when there is more room, always inside the window.
 * @param {HTMLElement} box
 * @param {DOMRect} anchor
 * @param {"start" | "end"} align
 */
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
 * @param {HTMLElement} anchor
 * @param {MenuItem[]} items
 * @param {PopoverOptions} options
 */
export function menu(anchor, items, options) {
  popover(
    anchor,
    (close) => {
      const buttons = items.map((item) => menuButton(item, close));
      return h("div.menu", { role: "menu", onkeydown: (event) => arrows(event, buttons) }, buttons);
    },
    options,
  );
}

/** @param {MenuItem} item @param {() => void} close */
const menuButton = ({ label, hint, value, onpick }, close) =>
  h(
    "button.menu-item",
    {
      type: "button",
      role: "menuitem",
      data: { value },
      onclick: () => {
        close();
        onpick();
      },
    },
    h("span", null, label, hint && h("small", null, hint)),
  );

/**
 * Up/Down/Home/End through a list of focusable nodes; digits jump.
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} nodes
 */
export function arrows(event, nodes) {
  const held = focusedIn(document);
  const at = held ? nodes.indexOf(held) : -1;
  const { length } = nodes;
  /** @type {Record<string, number>} */
  const targets = { ArrowDown: (at + 1) % length, ArrowUp: (at - 1 + length) % length, Home: 0, End: length - 1 };
  const node = nodes[targets[event.key] ?? (/^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1)];
  if (!node) return;
  event.preventDefault();
  node.focus();
}

/**
 * Ask before something happens.
 * @param {Confirm} question
 * @returns {Promise<boolean>} true only for the confirming button
 */
export function confirmDialog({ title, text: body, confirm, deny, style = "primary" }) {
  return new Promise((resolve) => {
    /** @param {boolean} answer */
    const finish = (answer) => {
      shutDialog(dialog);
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
