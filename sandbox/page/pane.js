/** The middle of the page: channel header, messages, composer. */

import { post } from "./api.js";
import { Composer } from "./composer.js";
import { fill, first, h } from "./dom.js";
import { drawHeader } from "./header.js";
import { hintCard } from "./hint.js";
import { homeView } from "./home.js";
import { icon } from "./icons.js";
import { MessageList, statusTail } from "./list.js";
import { onFlash } from "./nav.js";
import { opening } from "./opening.js";
import { promptChips } from "./prompts.js";
import { isBotDm, isFromApp, isMine, onFrame, placeLabel, setUi, state, topLevel, watch } from "./store.js";

/** @import { Channel, Frame, Link, Message } from "./types.js" */

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
const banner = h("div.banner", { role: "status", hidden: true });
const home = h("div.home-pane", { role: "tabpanel", "aria-label": "Home", hidden: true });
const notice = h("div.notice", { hidden: true });
const foot = h("div.composer-dock", null, notice, composer.el);

/** @param {HTMLElement} root */
export function mountPane(root) {
  root.append(banner, header, list.el, home, foot);
  watch(["channels", "people", "app", "ui", "snapshot"], () => drawHeader(header));
  watch(["messages", "channels", "people", "statuses", "ui", "app", "prompts", "snapshot"], drawList);
  watch(["home", "ui", "app", "snapshot"], drawHome);
  watch(["link"], drawBanner);
  drawBanner();
  onFlash((channel, ts) => channel === state.ui.channel && list.flash(ts));
  onFrame(openOwnThread);
  list.scroller.addEventListener("scroll", markRead, { passive: true });
  addEventListener("focus", markRead);
}

const current = () => state.channels.get(state.ui.channel);

function drawList() {
  const channel = current();
  if (!channel) return;
  const showHome = state.ui.tab === "home" && isBotDm(channel);
  list.el.hidden = foot.hidden = showHome;
  if (showHome) return;
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
  const away =
    state.app.name &&
    !state.app.connected &&
    state.app.delivery !== "http" &&
    (channel.members.includes(state.app.bot_user) || isBotDm(channel));
  const outside = !channel.joined;
  notice.hidden = !away && !outside;
  fill(
    notice,
    icon("info", 15),
    h(
      "span",
      null,
      outside
        ? "You are not a member of this channel."
        : `${state.app.name} is not connected. What you send is delivered as soon as it starts.`,
    ),
  );
}

function drawHome() {
  const channel = current();
  home.hidden = !channel || !isBotDm(channel) || state.ui.tab !== "home";
  if (!home.hidden) fill(home, homeView());
}

/** @type {Record<Link, string | null>} */
const BANNERS = {
  lost: "Reconnecting… What you missed appears as soon as the sandbox is back.",
  stranger: "There is nobody with that id in this workspace. Take the ?as=… out of the address.",
  deactivated: "This account is deactivated, so nobody can sign in as it. Put another ?as=… into the address.",
  refused: "The sandbox refused this page. Open the link with the token that it printed when it started.",
  connecting: null,
  open: null,
};

function drawBanner() {
  const words = BANNERS[state.link];
  banner.hidden = !words;
  banner.className = `banner ${state.link}`;
  const boot = first(document, ".boot"); // before the first snapshot, that is all there is to see
  if (words && boot) boot.textContent = words;
  fill(banner, words && [h("span.spinner"), h("span", null, words)]);
}

let reading = ""; // the channel that the server is being told of

/** Reading is: this channel is shown, to its end, in the window that has the focus. */
function markRead() {
  const channel = current();
  if (!channel || (!channel.unread && !channel.mentions)) return;
  if (document.hidden || !document.hasFocus() || reading === channel.id || !list.atEnd()) return;
  reading = channel.id;
  post("read", { channel: channel.id })
    .catch(() => {})
    .finally(() => {
      reading = "";
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
