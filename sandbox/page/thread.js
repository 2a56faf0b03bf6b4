/** The thread pane: root, replies, its own composer. Its width can be dragged and is remembered. */

import { createComposer } from "./composer.js";
import { clamp, h, refill, settings } from "./dom.js";
import { icon } from "./icons.js";
import { createList, statusTail } from "./list.js";
import { markThreadSeen } from "./message.js";
import { closeThread, loadThread, onFlash } from "./nav.js";
import { editLast } from "./pane.js";
import { promptChips } from "./prompts.js";
import { channelLabel, isDm, messageAt, repliesOf, state, watch } from "./store.js";

const MIN_WIDTH = 320;
const MAX_SHARE = 0.6;
const STEP = 24;

const list = createList({ label: "Thread", inThread: true });
const title = h("div.pane-title");
const close = h("button.icon-button", {
  type: "button",
  "aria-label": "Close thread",
  title: "Close (Esc)",
  data: { testid: "thread-close" },
  onclick: () => closeThread(),
});
const handle = h("div.resizer", {
  role: "separator",
  tabindex: "0",
  "aria-orientation": "vertical",
  "aria-label": "Width of the thread",
});

export const threadComposer = createComposer({
  testid: "thread-composer",
  sendTestid: "thread-send",
  onEditLast: () => editLast(repliesOf(state.ui.channel, state.ui.thread)),
});

let pane = null;
let loaded = null;

export function mountThread(root) {
  pane = root;
  close.append(icon("close", 18));
  root.append(
    handle,
    h("header.pane-head", null, title, close),
    list.el,
    h("div.composer-dock", null, threadComposer.el),
  );
  setWidth(settings.get("thread-width", 460));
  watch(["messages", "channels", "people", "statuses", "ui", "prompts", "app", "snapshot"], draw);
  watch(["snapshot"], () => {
    loaded = null;
  });
  onFlash((channel, ts) => channel === state.ui.channel && state.ui.thread !== null && list.flash(ts));
  handle.addEventListener("pointerdown", drag);
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (step) setWidth(pane.offsetWidth + step, true);
  });
}

function draw() {
  const { channel: id, thread } = state.ui;
  const channel = state.channels.get(id);
  const open = Boolean(channel && thread);
  pane.hidden = !open;
  if (!open) {
    loaded = null;
    return;
  }
  const root = messageAt(id, thread);
  const replies = repliesOf(id, thread);
  if (loaded !== `${id}:${thread}`) {
    loaded = `${id}:${thread}`;
    loadThread(id, thread);
  }
  refill(
    title,
    h("h2", null, "Thread"),
    h("div.topic", null, isDm(channel) ? channelLabel(channel) : `#${channel.name}`),
  );
  markThreadSeen(id, thread, replies.at(-1)?.ts ?? thread);
  list.show({
    key: `${id}:${thread}`,
    messages: root ? [root, ...replies] : replies,
    tail: [statusTail(id, thread), promptChips(channel, replies, () => {}, thread)],
  });
  threadComposer.at({ key: `${id}:${thread}`, channel: id, thread }, "Reply…");
  if (state.ui.focusThread) threadComposer.focus();
  state.ui.focusThread = false;
}

function setWidth(pixels, keep = false) {
  const width = Math.round(clamp(pixels, MIN_WIDTH, Math.max(MIN_WIDTH, innerWidth * MAX_SHARE)));
  document.documentElement.style.setProperty("--thread-width", `${width}px`);
  handle.setAttribute("aria-valuenow", width);
  if (keep) settings.set("thread-width", width);
}

function drag(event) {
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  handle.classList.add("dragging");
  const right = pane.getBoundingClientRect().right;
  const move = (e) => setWidth(right - e.clientX);
  const stop = () => {
    handle.removeEventListener("pointermove", move);
    handle.classList.remove("dragging");
    settings.set("thread-width", pane.offsetWidth);
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", stop, { once: true });
}
