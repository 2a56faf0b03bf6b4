/** A list of messages: glued to its end unless the reader has scrolled up; it shows what is new and what is unread. */

import { all, closest, first, h, plural } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { rowItems } from "./rows.js";
import { statusLine } from "./status.js";
import { isMine, statusAt } from "./store.js";

/** @import { Item, Message, Status } from "./types.js" */

/**
 * @typedef {object} Shown
 * @property {string} key of the channel or thread
 * @property {Message[]} messages oldest first
 * @property {number} [unread]
 * @property {(Item | null)[]} [lead] above the messages
 * @property {(Item | null)[]} tail below them
 */

const NEAR_END_PX = 60;
const FLASH_MS = 2_400;

/** @param {{label: string, inThread?: boolean}} options */
export function createList({ label, inThread = false }) {
  const rows = h("ol.rows", { "aria-label": label });
  const lead = h("div.list-lead");
  const tail = h("div.list-tail");
  const inner = h("div.scroller-inner", null, lead, rows, tail);
  const scroller = h("div.scroller", null, inner);
  const jumpDown = h("button.jump.down", { type: "button", hidden: true, onclick: () => toEnd() });
  const jumpUp = h("button.jump.up", { type: "button", hidden: true, onclick: () => toUnread() });
  const el = h("div.list", null, scroller, jumpUp, jumpDown);

  let place = "";
  /** @type {Set<string>} */
  let known = new Set();
  let missed = 0;
  let glued = true;
  /** @type {string | null} */
  let unreadFrom = null;
  let unreadSeen = false;
  /**
   * Where the reader left each place, if not at its end.
   * @type {Map<string, number>}
   */
  const positions = new Map();

  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  const unreadDivider = () => first(rows, ".unread-divider");

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    glued = true;
    missed = 0;
    drawJumps();
  }

  function toUnread() {
    unreadDivider()?.scrollIntoView({ block: "center" });
    drawJumps();
  }

  function drawJumps() {
    jumpDown.hidden = glued || atEnd();
    jumpDown.replaceChildren(icon("down", 15), missed ? plural(missed, "new message") : "Latest");
    const divider = unreadDivider();
    const above = divider && divider.getBoundingClientRect().bottom < scroller.getBoundingClientRect().top;
    if (divider && !above) unreadSeen = true;
    jumpUp.hidden = !above || unreadSeen;
    jumpUp.replaceChildren(icon("up", 15), "Jump to unread");
  }

  scroller.addEventListener(
    "scroll",
    () => {
      glued = atEnd();
      if (glued) missed = 0;
      if (glued) positions.delete(place);
      else if (place) positions.set(place, scroller.scrollTop);
      drawJumps();
    },
    { passive: true },
  );
  const settle = new ResizeObserver(() => {
    if (glued) scroller.scrollTop = scroller.scrollHeight;
  });
  settle.observe(scroller);
  settle.observe(inner);

  /** @param {Shown} view */
  function show({ key, messages, unread = 0, lead: leading = [], tail: trailing }) {
    const moved = key !== place;
    if (moved) start(key, messages, unread);
    const fresh = messages.filter((m) => !known.has(m.ts));
    if (!glued) missed += fresh.filter((m) => !isMine(m)).length;
    if (fresh.some(isMine)) glued = true;
    reconcile(lead, leading);
    reconcile(tail, trailing);
    reconcile(rows, rowItems(messages, { inThread, unreadFrom, fresh: new Set(fresh.map((m) => m.ts)) }));
    for (const message of fresh) known.add(message.ts);
    rove(rows);
    if (moved) restore();
    else if (glued) toEnd();
    drawJumps();
  }

  /** @param {string} key @param {Message[]} messages @param {number} unread */
  function start(key, messages, unread) {
    place = key;
    known = new Set(messages.map((m) => m.ts));
    unreadFrom = unread ? firstUnread(messages, unread) : null;
    missed = 0;
    unreadSeen = false;
    reconcile(rows, []);
  }

  function restore() {
    const saved = positions.get(place);
    const divider = unreadDivider();
    if (saved !== undefined) {
      scroller.scrollTop = saved;
      glued = false;
    } else if (divider && rows.scrollHeight > scroller.clientHeight) {
      divider.scrollIntoView({ block: "start" });
      glued = atEnd();
    } else toEnd();
  }

  /** Show a message for a moment. @param {string} ts @returns {boolean} whether it is here */
  function flash(ts) {
    const node = messagesIn(rows).find((m) => m.dataset.ts === ts);
    if (!node) return false;
    glued = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    void node.offsetWidth; // restarts the animation
    node.classList.add("flash");
    setTimeout(() => node.classList.remove("flash"), FLASH_MS);
    return true;
  }

  rows.addEventListener("keydown", (event) => walk(rows, event));
  rows.addEventListener("click", (event) => tap(rows, event));
  return { el, scroller, show, flash, atEnd };
}

/** @param {Message[]} messages @param {number} count */
const firstUnread = (messages, count) => messages.filter((m) => !isMine(m) && !m.ephemeral).at(-count)?.ts ?? null;

/** @param {HTMLElement} rows */
const messagesIn = (rows) => all(rows, ".message");

/** One message is in the tab order; the arrow keys move between them. @param {HTMLElement} rows */
function rove(rows) {
  const messages = messagesIn(rows);
  const last = messages.at(-1);
  if (last && !messages.some((m) => m.tabIndex === 0)) last.tabIndex = 0;
}

/** @param {HTMLElement} rows @param {KeyboardEvent} event */
function walk(rows, event) {
  const messages = messagesIn(rows);
  const at = event.target instanceof HTMLElement ? messages.indexOf(event.target) : -1;
  if (at < 0) return;
  /** @type {Record<string, number>} */
  const targets = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: messages.length - 1 };
  const to = messages[targets[event.key]];
  if (!to) return;
  event.preventDefault();
  for (const message of messages) message.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

/** Without a mouse there is no hovering: a tap shows what can be done with a message. @param {HTMLElement} rows @param {MouseEvent} event */
function tap(rows, event) {
  if (!window.matchMedia("(hover: none)").matches) return;
  if (closest(event, "a, button, input, select, textarea, summary, label")) return;
  const tapped = closest(event, ".message");
  for (const message of messagesIn(rows)) message.classList.toggle("active", message === tapped && !isActive(message));
}

/** @param {HTMLElement} message */
const isActive = (message) => message.classList.contains("active");

let statusCount = 0;
/** @type {WeakMap<Status, string>} */
const statusNumbers = new WeakMap();

/** A list item for the status of a whole channel or thread, or nothing. @param {string} channel @param {string | null} thread */
export function statusTail(channel, thread) {
  const status = statusAt(channel, thread);
  if (!status) return null;
  const sig = statusNumbers.get(status) ?? String(++statusCount);
  statusNumbers.set(status, sig);
  return { key: "status", sig, build: () => statusLine(status) };
}
