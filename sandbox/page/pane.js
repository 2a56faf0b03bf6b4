/** The middle of the page: channel header, messages, composer. */

import { post } from "./api.js";
import { avatar, personTags } from "./avatar.js";
import { Composer } from "./composer.js";
import { fill, first, h, plural, refill } from "./dom.js";
import { hintCard } from "./hint.js";
import { homeView } from "./home.js";
import { icon, iconButton } from "./icons.js";
import { MessageList, statusTail } from "./list.js";
import { mrkdwn } from "./mrkdwn.js";
import { onFlash } from "./nav.js";
import { popover, toastError } from "./overlays.js";
import { promptChips } from "./prompts.js";
import {
  channelIcon,
  channelLabel,
  isBotDm,
  isDm,
  isFromApp,
  isMine,
  nameOf,
  onFrame,
  person,
  placeLabel,
  setUi,
  state,
  topLevel,
  watch,
} from "./store.js";

/** @import { Channel, Frame, Item, Link, Message, Tab } from "./types.js" */

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
  watch(["channels", "people", "app", "ui", "snapshot"], drawHeader);
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

function drawHeader() {
  const channel = current();
  if (!channel) return;
  const burger = iconButton("menu", "Show conversations", () => setUi({ sidebar: true }), {
    size: 20,
    class: "burger",
    data: { testid: "burger", focus: "burger" },
  });
  if (othersUnread(channel)) burger.append(h("span.burger-dot"));
  const title = h(
    "h1",
    null,
    isDm(channel) ? avatar(channel.with, 26) : icon(channelIcon(channel), 18),
    h("span", null, channelLabel(channel)),
    isBotDm(channel) && h("span.badge", null, "APP"),
  );
  const topic = topicOf(channel);
  refill(
    header,
    burger,
    h("div.pane-title", null, title, topic && h("div.topic", null, mrkdwn(topic))),
    isBotDm(channel) && state.app.home_tab && tabs(),
    !isDm(channel) && membersButton(channel.members),
  );
  document.title = `${unreadTitle()}${placeLabel(channel)} · ${person(state.me).real_name} · Countersign sandbox`;
}

/** @param {Channel} channel */
function topicOf(channel) {
  if (!isDm(channel)) return channel.topic;
  return person(channel.with).title || (isBotDm(channel) ? state.app.description : "");
}

/** What asks for attention: every message of a direct conversation, and mentions elsewhere. @param {Channel} channel */
const urgent = (channel) => (isDm(channel) ? channel.unread : channel.mentions);

/** @param {Channel} channel */
const othersUnread = (channel) => [...state.channels.values()].some((c) => c.id !== channel.id && urgent(c) > 0);

function unreadTitle() {
  const n = [...state.channels.values()].reduce((sum, c) => sum + urgent(c), 0);
  return n ? `(${n}) ` : "";
}

function tabs() {
  /** @param {Tab} name @param {string} label */
  const tab = (name, label) =>
    h(
      "button.tab",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(state.ui.tab === name),
        data: { testid: `tab-${name}`, focus: `tab-${name}` },
        onclick: () => openTab(name),
      },
      label,
    );
  return h("div.tabs", { role: "tablist", "aria-label": "App" }, tab("messages", "Messages"), tab("home", "Home"));
}

/** @param {Tab} name */
function openTab(name) {
  setUi({ tab: name, thread: name === "home" ? null : state.ui.thread });
  post("home", { tab: name }).catch(toastError);
}

/** @param {string[]} members */
function membersButton(members) {
  const count = plural(members.length, "member");
  const rows = () => h("div.menu.member-list", null, h("div.menu-title", null, count), members.map(memberRow));
  const button = h(
    "button.members",
    {
      type: "button",
      "aria-label": `${count}, show them`,
      data: { focus: "members" },
      onclick: () => popover(button, rows, { label: "Members", align: "end" }),
    },
    h(
      "span.thread-faces",
      null,
      members.slice(0, 3).map((id) => avatar(id, 22)),
    ),
    h("span", null, String(members.length)),
  );
  return button;
}

/** @param {string} id */
function memberRow(id) {
  const p = person(id);
  const isBot = p.is_bot && h("span.badge", null, "APP");
  return h(
    "div.person-row",
    { tabindex: "0" },
    avatar(id, 30),
    h(
      "div",
      null,
      h("strong", null, nameOf(id), isBot, personTags(p)),
      h("small", null, id === state.me ? `You · ${p.title ?? ""}` : p.title || `@${p.name}`),
    ),
  );
}

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

/** What stands above the first message. @param {Channel} channel @returns {Item} */
const opening = (channel) => ({
  key: "opening",
  sig: [channel.id, channelLabel(channel), channel.topic, state.app.description].join("|"),
  build: () => openingCard(channel),
});

/** @param {Channel} channel */
const openingCard = (channel) =>
  h(
    "div.opening",
    null,
    isDm(channel) ? avatar(channel.with, 56) : h("span.opening-mark", null, icon(channelIcon(channel), 28)),
    h("h2", null, placeLabel(channel)),
    h("p", null, openingWords(channel)),
  );

/** @param {Channel} channel */
function openingWords(channel) {
  if (isBotDm(channel)) return state.app.description || "This is the beginning of your conversation with the app.";
  if (isDm(channel)) return `Only you and ${channelLabel(channel)} see this.`;
  return channel.topic || "This is the very beginning of the channel.";
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
