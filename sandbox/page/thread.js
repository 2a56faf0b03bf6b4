/** The thread pane: root, replies, its own composer. Its width can be dragged and is remembered. */

import { Composer } from "./composer.js";
import { h, refill } from "./dom.js";
import { iconButton } from "./icons.js";
import { MessageList, statusTail } from "./list.js";
import { closeThread, loadThread, onFlash } from "./nav.js";
import { editLast } from "./pane.js";
import { promptChips } from "./prompts.js";
import { resizer } from "./resizer.js";
import { messageAt, placeLabel, repliesOf, state, watch } from "./store.js";
import { markThreadSeen } from "./threadlink.js";

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
  watch(["messages", "channels", "people", "statuses", "ui", "prompts", "app", "snapshot"], () => draw(root));
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
  markThreadSeen(id, thread, replies.at(-1)?.ts ?? thread);
  list.show({
    key: `${id}:${thread}`,
    messages: root ? [root, ...replies] : replies,
    tail: [statusTail(id, thread), promptChips(channel, replies, () => {}, thread)],
  });
  threadComposer.at({ channel: id, thread }, "Reply…");
  if (state.ui.focusThread) threadComposer.focus();
  state.ui.focusThread = false;
}
