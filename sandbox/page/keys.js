/** Keys that work everywhere on the page. */

import { all, byId, first, focusedIn } from "./dom.js";
import { closeThread } from "./nav.js";
import { composer } from "./pane.js";
import { openPeople } from "./people.js";
import { setUi, state } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { threadComposer } from "./thread.js";

const covered = () => document.querySelector("dialog[open], .popover:popover-open");

export function mountKeys() {
  document.addEventListener("keydown", (event) => {
    const action = actionFor(event);
    if (!action || (covered() && event.key !== "F6")) return;
    event.preventDefault();
    action();
  });
}

/** @param {KeyboardEvent} event @returns {(() => void) | null} */
function actionFor(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.code === "KeyK") return openSwitcher;
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    if (event.key === "ArrowDown") return () => step(1, event.shiftKey);
    if (event.key === "ArrowUp") return () => step(-1, event.shiftKey);
    if (event.code === "KeyU")
      return () => {
        setUi({ sidebar: true });
        openPeople();
      };
    if (event.code === "KeyI") return () => setUi({ inspector: !state.ui.inspector });
  }
  if (event.key === "F6") return () => nextPane(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") return undoLatest();
  return null;
}

/** Esc undoes the latest thing that opened: editing, the sidebar on a phone, the thread. */
function undoLatest() {
  if (state.ui.editing) return () => setUi({ editing: null });
  if (state.ui.sidebar) return () => setUi({ sidebar: false });
  if (state.ui.thread)
    return () => {
      closeThread();
      composer.focus();
    };
  return null;
}

/** Walk the conversations in the order of the sidebar. @param {1 | -1} by @param {boolean} onlyUnread */
function step(by, onlyUnread) {
  const buttons = all(document, ".conversation");
  const at = buttons.findIndex((b) => b.getAttribute("aria-current") === "page");
  const order =
    by > 0
      ? [...buttons.slice(at + 1), ...buttons.slice(0, Math.max(at, 0))]
      : [...buttons.slice(0, Math.max(at, 0)).reverse(), ...buttons.slice(at + 1).reverse()];
  (onlyUnread ? order.find((b) => b.classList.contains("unread")) : order[0])?.click();
}

/** The panes in their order, and what has the focus in each. */
const PANES = [
  {
    id: "sidebar",
    focus: () => (first(document, ".conversation[aria-current=page]") ?? first(document, ".conversation"))?.focus(),
  },
  {
    id: "main",
    focus: () => {
      if (state.ui.threads) first(document, ".thread-row")?.focus();
      else if (state.ui.tab === "home") first(document, ".tab[aria-selected=true]")?.focus();
      else composer.focus();
    },
  },
  { id: "thread", focus: () => threadComposer.focus() },
  { id: "inspector", focus: () => first(document, "[data-testid=inspector-filter]")?.focus() },
];

/** @param {1 | -1} by */
function nextPane(by) {
  const open = PANES.filter(({ id }) => !byId(id).hidden);
  const at = open.findIndex(({ id }) => focusedIn(byId(id)));
  open.at((at + by) % open.length)?.focus();
}
