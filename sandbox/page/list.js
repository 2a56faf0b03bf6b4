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

export class MessageList {
  #lead = h("div.list-lead");
  #tail = h("div.list-tail");
  #jumpDown = h("button.jump.down", { type: "button", hidden: true, onclick: () => this.#toEnd() });
  #jumpUp = h("button.jump.up", { type: "button", hidden: true, onclick: () => this.#toUnread() });
  #rows;
  #inThread;

  #place = "";
  /** @type {Set<string>} */
  #known = new Set();
  #missed = 0;
  #glued = true;
  /** @type {string | null} */
  #unreadFrom = null;
  #unreadSeen = false;
  /**
   * Where the reader left each place, if not at its end.
   * @type {Map<string, number>}
   */
  #positions = new Map();

  /** @param {string} label @param {{ inThread?: boolean }} [options] */
  constructor(label, { inThread = false } = {}) {
    this.#inThread = inThread;
    this.#rows = h("ol.rows", { "aria-label": label });
    const inner = h("div.scroller-inner", null, this.#lead, this.#rows, this.#tail);
    this.scroller = h("div.scroller", null, inner);
    this.el = h("div.list", null, this.scroller, this.#jumpUp, this.#jumpDown);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#rows.addEventListener("keydown", (event) => walk(this.#rows, event));
    this.#rows.addEventListener("click", (event) => tap(this.#rows, event));
    const settle = new ResizeObserver(() => this.#glued && this.#scrollToEnd());
    settle.observe(this.scroller);
    settle.observe(inner);
  }

  /** @param {Shown} view */
  show({ key, messages, unread = 0, lead = [], tail }) {
    const moved = key !== this.#place;
    if (moved) this.#start(key, messages, unread);
    const fresh = messages.filter((m) => !this.#known.has(m.ts));
    if (!this.#glued) this.#missed += fresh.filter((m) => !isMine(m)).length;
    if (fresh.some(isMine)) this.#glued = true;
    reconcile(this.#lead, lead);
    reconcile(this.#tail, tail);
    const how = { inThread: this.#inThread, unreadFrom: this.#unreadFrom, fresh: new Set(fresh.map((m) => m.ts)) };
    reconcile(this.#rows, rowItems(messages, how));
    for (const message of fresh) this.#known.add(message.ts);
    rove(this.#rows);
    if (moved) this.#restore();
    else if (this.#glued) this.#toEnd();
    this.#drawJumps();
  }

  /** Show a message for a moment. @param {string} ts @returns {boolean} whether it is here */
  flash(ts) {
    const node = messagesIn(this.#rows).find((m) => m.dataset.ts === ts);
    if (!node) return false;
    this.#glued = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    void node.offsetWidth; // restarts the animation
    node.classList.add("flash");
    setTimeout(() => node.classList.remove("flash"), FLASH_MS);
    return true;
  }

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** @param {string} key @param {Message[]} messages @param {number} unread */
  #start(key, messages, unread) {
    this.#place = key;
    this.#known = new Set(messages.map((m) => m.ts));
    this.#unreadFrom = unread ? firstUnread(messages, unread) : null;
    this.#missed = 0;
    this.#unreadSeen = false;
    reconcile(this.#rows, []);
  }

  #restore() {
    const saved = this.#positions.get(this.#place);
    const divider = this.#unreadDivider();
    if (saved !== undefined) {
      this.scroller.scrollTop = saved;
      this.#glued = false;
    } else if (divider && this.#rows.scrollHeight > this.scroller.clientHeight) {
      divider.scrollIntoView({ block: "start" });
      this.#glued = this.atEnd();
    } else this.#toEnd();
  }

  #scrolled() {
    this.#glued = this.atEnd();
    if (this.#glued) this.#missed = 0;
    if (this.#glued) this.#positions.delete(this.#place);
    else this.#positions.set(this.#place, this.scroller.scrollTop);
    this.#drawJumps();
  }

  #scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #toEnd() {
    this.#scrollToEnd();
    this.#glued = true;
    this.#missed = 0;
    this.#drawJumps();
  }

  #toUnread() {
    this.#unreadDivider()?.scrollIntoView({ block: "center" });
    this.#drawJumps();
  }

  #unreadDivider() {
    return first(this.#rows, ".unread-divider");
  }

  #drawJumps() {
    this.#jumpDown.hidden = this.#glued || this.atEnd();
    this.#jumpDown.replaceChildren(icon("down", 15), this.#missed ? plural(this.#missed, "new message") : "Latest");
    const divider = this.#unreadDivider();
    const above = divider && divider.getBoundingClientRect().bottom < this.scroller.getBoundingClientRect().top;
    if (divider && !above) this.#unreadSeen = true;
    this.#jumpUp.hidden = !above || this.#unreadSeen;
    this.#jumpUp.replaceChildren(icon("up", 15), "Jump to unread");
  }
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
