/** The middle of the page: channel header, messages, composer. */

import { post } from "./api.js";
import { closedNote } from "./closed.js";
import { Composer } from "./composer.js";
import { fill, h, refill } from "./dom.js";
import { drawHeader } from "./header.js";
import { hintCard } from "./hint.js";
import { homeView } from "./home.js";
import { icon } from "./icons.js";
import { MessageList, statusTail } from "./list.js";
import { onFlash } from "./nav.js";
import { opening } from "./opening.js";
import { promptChips } from "./prompts.js";
import { isBotDm, isFromApp, isMine, onFrame, placeLabel, setUi, state, topLevel, watch } from "./store.js";
import { drawThreads } from "./threadlist.js";

/** @import { Channel, Frame, Message } from "./types.js" */

const AUTO_OPEN_MIN_WIDTH = 1000;

const list = new MessageList("Messages");
/**
 * My messages from this tab: the app's first answer to one opens its thread.
 * @type {Set<string>}
 */
const sent = new Set();

export const composer = new Composer({
  testid: "composer",
  sendTestid: "send",
  onEditLast: () => editLast(topLevel(state.ui.channel)),
  onSent: (ts) => sent.add(ts),
});

/** Up arrow in an empty composer: edit the last message of one's own. @param {Message[]} messages */
export function editLast(messages) {
  const last = messages.filter(isMine).at(-1);
  if (last) setUi({ editing: last.ts });
}

const header = h("header.pane-head");
const home = h("div.home-pane", { role: "tabpanel", "aria-label": "Home", hidden: true });
const threads = h("div.home-pane", {
  role: "region",
  "aria-label": "Threads",
  data: { testid: "thread-list" },
  hidden: true,
});
const notice = h("div.notice", { role: "status", hidden: true });
const foot = h("div.composer-dock", null, notice, composer.el);

/** @param {HTMLElement} root */
export function mountPane(root) {
  root.append(header, list.el, home, threads, foot);
  watch(["channels", "threads", "people", "app", "ui", "snapshot"], () => drawHeader(header));
  watch(["messages", "threads", "channels", "people", "statuses", "ui", "app", "prompts", "snapshot"], drawList);
  watch(["home", "ui", "app", "snapshot"], drawHome);
  watch(["messages", "threads", "channels", "people", "ui", "snapshot"], () => {
    threads.hidden = !state.ui.threads;
    if (state.ui.threads) drawThreads(threads);
  });
  onFlash((channel, ts) => channel === state.ui.channel && !state.ui.threads && list.flash(ts));
  onFrame(openOwnThread);
  list.scroller.addEventListener("scroll", markRead, { passive: true });
  addEventListener("focus", markRead);
}

const current = () => state.channels.get(state.ui.channel);

function drawList() {
  const channel = current();
  if (!channel) return;
  const showHome = state.ui.tab === "home" && isBotDm(channel);
  list.el.hidden = foot.hidden = showHome || state.ui.threads;
  if (list.el.hidden) return;
  const messages = topLevel(channel.id);
  list.show({
    key: channel.id,
    messages,
    unread: channel.unread,
    lead: [opening(channel), hintCard(channel, composer)],
    tail: [statusTail(channel.id, null), promptChips(channel, messages, (ts) => sent.add(ts))],
  });
  composer.at({ channel: channel.id }, `Message ${placeLabel(channel)}`);
  drawNotice(channel);
  if (state.ui.focusComposer && !state.ui.focusThread) composer.focus();
  state.ui.focusComposer = false;
  markRead();
}

/** @param {Channel} channel */
function drawNotice(channel) {
  const closed = closedNote(channel);
  const away =
    state.app.name &&
    !state.app.connected &&
    state.app.delivery !== "http" &&
    (channel.members.includes(state.app.bot_user) || isBotDm(channel));
  composer.el.hidden = closed !== null;
  notice.hidden = !closed && !away;
  notice.classList.toggle("closed", closed !== null);
  const words = `${state.app.name} is not connected. What you send is delivered as soon as it starts.`;
  refill(notice, closed ?? [icon("info", 15), h("span", null, words)]);
}

function drawHome() {
  const channel = current();
  home.hidden = !channel || !isBotDm(channel) || state.ui.tab !== "home" || state.ui.threads;
  if (!home.hidden) fill(home, homeView());
}

let reading = ""; // the channel that the server is being told of

/** Reading is: this channel is shown, to its end, in the window that has the focus. */
function markRead() {
  const channel = current();
  if (!channel || state.ui.threads || (!channel.unread && !channel.mentions)) return;
  if (document.hidden || !document.hasFocus() || reading === channel.id || !list.atEnd()) return;
  reading = channel.id;
  post("read", { channel: channel.id })
    .catch(() => {})
    .finally(() => {
      reading = "";
      if (current()?.last_ts !== channel.last_ts) markRead(); // what came meanwhile
    });
}

/** @param {Frame} frame @param {{ isNew: boolean }} about */
function openOwnThread(frame, { isNew }) {
  if (frame.type !== "message" || !isNew) return;
  const { thread_ts: thread, channel } = frame.message;
  if (!thread || !sent.has(thread) || !isFromApp(frame.message)) return;
  sent.delete(thread);
  if (channel !== state.ui.channel || state.ui.thread || innerWidth < AUTO_OPEN_MIN_WIDTH) return;
  setUi({ thread, focusThread: false });
}
