/** A list of messages: grouped by day and author, glued to its end unless the reader has scrolled up. */

import { authorName } from "./avatar.js";
import { h, plural, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { messageRow } from "./message.js";
import { statusLine } from "./status.js";
import { isMine, state, statusAt } from "./store.js";
import { dayKey, dayLabel } from "./time.js";

const GROUP_SECONDS = 300;
const NEAR_END_PX = 60;
const FLASH_MS = 2_400;

const signatures = new WeakMap();
const signatureOf = (message) => {
  if (!signatures.has(message)) signatures.set(message, JSON.stringify(message));
  return signatures.get(message);
};

/**
 * @param {{label: string, inThread?: boolean}} options
 * @returns {{el: HTMLElement, scroller: HTMLElement, show: Function, flash: (ts: string) => boolean,
 *   toEnd: () => void, atEnd: () => boolean}}
 */
export function createList({ label, inThread = false }) {
  const rows = h("ol.rows", { "aria-label": label });
  const lead = h("div.list-lead");
  const tail = h("div.list-tail");
  const scroller = h("div.scroller", null, h("div.scroller-inner", null, lead, rows, tail));
  const jumpDown = h("button.jump.down", { type: "button", hidden: true, onclick: () => toEnd() });
  const jumpUp = h("button.jump.up", { type: "button", hidden: true, onclick: () => toUnread() });
  const el = h("div.list", null, scroller, jumpUp, jumpDown);

  let place = null;
  let known = new Set();
  let missed = 0;
  let glued = true;
  let unreadFrom = null;
  let unreadSeen = false;
  const positions = new Map();

  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    glued = true;
    missed = 0;
    drawJumps();
  }

  function toUnread() {
    rows.querySelector(".unread-divider")?.scrollIntoView({ block: "center" });
    drawJumps();
  }

  function drawJumps() {
    jumpDown.hidden = glued || atEnd();
    jumpDown.replaceChildren(icon("down", 15), missed ? plural(missed, "new message") : "Latest");
    const divider = rows.querySelector(".unread-divider");
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
      if (place) positions.set(place, glued ? null : scroller.scrollTop);
      drawJumps();
    },
    { passive: true },
  );
  const settle = new ResizeObserver(() => {
    if (glued) scroller.scrollTop = scroller.scrollHeight;
  });
  settle.observe(scroller);
  settle.observe(scroller.firstChild);

  /**
   * @param {{key: string, messages: Object[], unread?: number, lead?: Object[], tail?: Object[]}} view
   */
  function show({ key, messages, unread = 0, lead: leading = [], tail: trailing = [] }) {
    const moved = key !== place;
    if (moved) {
      place = key;
      known = new Set(messages.map((m) => m.ts));
      unreadFrom = unread ? firstUnread(messages, unread) : null;
      missed = 0;
      unreadSeen = false;
      rows.replaceChildren();
      rows.keyed = undefined;
    }
    const fresh = messages.filter((m) => !known.has(m.ts));
    if (!glued && !moved) missed += fresh.filter((m) => !isMine(m)).length;
    if (fresh.some(isMine)) glued = true;
    reconcile(lead, leading.filter(Boolean));
    reconcile(tail, trailing.filter(Boolean));
    reconcile(rows, items(messages, new Set(moved ? [] : fresh.map((m) => m.ts))));
    fresh.forEach((m) => known.add(m.ts));
    rove();
    if (moved) restore();
    else if (glued) toEnd();
    drawJumps();
  }

  function restore() {
    const saved = positions.get(place);
    const divider = rows.querySelector(".unread-divider");
    if (saved !== null && saved !== undefined) {
      scroller.scrollTop = saved;
      glued = false;
    } else if (divider && rows.scrollHeight > scroller.clientHeight) {
      divider.scrollIntoView({ block: "start" });
      glued = atEnd();
    } else toEnd();
  }

  const firstUnread = (messages, count) => messages.filter((m) => !isMine(m) && !m.ephemeral).at(-count)?.ts ?? null;

  function items(messages, fresh) {
    const out = [];
    let before = null;
    for (const message of messages) {
      const newDay = !before || dayKey(before.ts) !== dayKey(message.ts);
      if (newDay && !inThread)
        out.push({
          key: `day-${dayKey(message.ts)}`,
          sig: dayLabel(message.ts),
          build: () => divider("day-divider", dayLabel(message.ts)),
        });
      if (message.ts === unreadFrom)
        out.push({ key: "unread", sig: "", build: () => divider("unread-divider", "New") });
      const how = {
        compact:
          !newDay && message.ts !== unreadFrom && !(inThread && before === messages[0]) && groups(before, message),
        inThread,
        fresh: fresh.has(message.ts),
        editing: state.ui.editing === message.ts,
      };
      out.push(rowItem(message, how));
      if (inThread && message === messages[0]) out.push(replyCount(messages.length - 1));
      before = message;
    }
    return out;
  }

  const replyCount = (n) => ({
    key: "replies",
    sig: String(n),
    build: () =>
      n
        ? divider("reply-divider", plural(n, "reply", "replies"))
        : h("li.reply-divider.none", { "aria-hidden": "true" }),
  });

  function rowItem(message, how) {
    const status = !inThread && statusAt(message.channel, message.ts);
    const parts = [
      signatureOf(message),
      how.compact,
      how.editing,
      inThread ? "" : state.ui.thread === message.ts,
      status ? status.text + status.loading_messages : "",
    ];
    return { key: message.ts, sig: parts.join("|"), build: () => messageRow(message, how) };
  }

  /** One message is in the tab order; the arrow keys move between them. */
  function rove() {
    const all = [...rows.querySelectorAll(".message")];
    if (all.length && !all.some((m) => m.tabIndex === 0)) all.at(-1).tabIndex = 0;
  }

  rows.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".message") || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    const all = [...rows.querySelectorAll(".message")];
    const at = all.indexOf(event.target);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (!all[to]) return;
    event.preventDefault();
    all.forEach((m) => {
      m.tabIndex = -1;
    });
    all[to].tabIndex = 0;
    all[to].focus();
  });

  /** Without a mouse there is no hovering: a tap shows what can be done with a message. */
  rows.addEventListener("click", (event) => {
    if (
      !window.matchMedia("(hover: none)").matches ||
      event.target.closest("a, button, input, select, textarea, summary, label")
    )
      return;
    const row = event.target.closest(".message");
    rows.querySelectorAll(".message.active").forEach((m) => m !== row && m.classList.remove("active"));
    row?.classList.toggle("active");
  });

  function flash(ts) {
    const node = [...rows.querySelectorAll(".message")].find((m) => m.dataset.ts === ts);
    if (!node) return false;
    glued = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    void node.offsetWidth; // restarts the animation
    node.classList.add("flash");
    setTimeout(() => node.classList.remove("flash"), FLASH_MS);
    return true;
  }

  return { el, scroller, show, flash, toEnd, atEnd };
}

function groups(before, message) {
  const plainKind = (m) => !m.subtype || m.subtype === "bot_message" || m.subtype === "file_share";
  return (
    authorName(before) === authorName(message) &&
    Number(message.ts) - Number(before.ts) < GROUP_SECONDS &&
    plainKind(before) &&
    plainKind(message) &&
    !before.ephemeral &&
    !message.ephemeral &&
    !before.deleted &&
    !message.blocks?.some((b) => b.type === "header")
  );
}

const divider = (className, label) =>
  h(`li.divider.${className}`, { role: "separator", "aria-label": label }, h("span", null, label));

let statusCount = 0;
const statusNumbers = new WeakMap();

/** A list item for the status of a whole channel or thread, or nothing. */
export const statusTail = (channel, thread) => {
  const status = statusAt(channel, thread);
  if (!status) return null;
  if (!statusNumbers.has(status)) statusNumbers.set(status, String(++statusCount));
  return { key: "status", sig: statusNumbers.get(status), build: () => statusLine(status) };
};
