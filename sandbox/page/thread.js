/** The thread pane: root, replies, its own composer. Its width can be dragged and is remembered. */

import { post } from "./api.js";
import { Composer } from "./composer.js";
import { h, refill } from "./dom.js";
import { iconButton } from "./icons.js";
import { MessageList, statusTail } from "./list.js";
import { closeThread, loadThread, onFlash } from "./nav.js";
import { editLast } from "./pane.js";
import { promptChips } from "./prompts.js";
import { resizer } from "./resizer.js";
import { messageAt, placeLabel, repliesOf, state, threadAt, watch } from "./store.js";

const list = new MessageList("Thread", { inThread: true });
const title = h("div.pane-title");
const close = iconButton("close", "Close thread", closeThread, {
  title: "Close (Esc)",
  data: { testid: "thread-close" },
});

export const threadComposer = new Composer({
  testid: "thread-composer",
  sendTestid: "thread-send",
  onEditLast: () => editLast(repliesOf(state.ui.channel, state.ui.thread)),
});

/** @type {string | null} */
let loaded = null;

/** @param {HTMLElement} root */
export function mountThread(root) {
  const edge = { name: "thread-width", label: "Width of the thread", usual: 460, least: 320, share: 0.6 };
  root.append(
    resizer(root, { orientation: "vertical", ...edge }),
    h("header.pane-head", null, title, close),
    list.el,
    h("div.composer-dock", null, threadComposer.el),
  );
  watch(["messages", "threads", "channels", "people", "statuses", "ui", "prompts", "app", "snapshot"], () =>
    draw(root),
  );
  list.scroller.addEventListener("scroll", markRead, { passive: true });
  addEventListener("focus", markRead);
  watch(["snapshot"], () => {
    loaded = null;
  });
  onFlash((channel, ts) => channel === state.ui.channel && state.ui.thread !== null && list.flash(ts));
}

/** @param {HTMLElement} pane */
function draw(pane) {
  const { channel: id, thread } = state.ui;
  const channel = state.channels.get(id);
  pane.hidden = !channel || !thread;
  if (!channel || !thread) {
    loaded = null;
    return;
  }
  const root = messageAt(id, thread);
  const replies = repliesOf(id, thread);
  if (loaded !== `${id}:${thread}`) {
    loaded = `${id}:${thread}`;
    loadThread(id, thread);
  }
  refill(title, h("h2", null, "Thread"), h("div.topic", null, placeLabel(channel)));
  list.show({
    key: `${id}:${thread}`,
    messages: root ? [root, ...replies] : replies,
    unread: threadAt(id, thread)?.unread,
    tail: [statusTail(id, thread), promptChips(channel, replies, () => {}, thread)],
  });
  threadComposer.at({ channel: id, thread }, "Reply…");
  if (state.ui.focusThread) threadComposer.focus();
  state.ui.focusThread = false;
  markRead();
}

let reading = ""; // the thread that the server is being told of

/** Reading is: this thread is shown, to its end, in the window that has the focus. */
function markRead() {
  const { channel, thread } = state.ui;
  const known = thread ? threadAt(channel, thread) : null;
  if (!thread || !known?.unread || reading === thread) return;
  if (document.hidden || !document.hasFocus() || !list.atEnd()) return;
  reading = thread;
  post("read", { channel, thread_ts: thread })
    .catch(() => {})
    .finally(() => {
      reading = "";
      if (threadAt(channel, thread)?.latest !== known.latest) markRead(); // what came meanwhile
    });
}
