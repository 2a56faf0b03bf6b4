/** The head of a conversation: its name and topic, the tabs of the app, the members. */

import { post } from "./api.js";
import { avatar, personTags } from "./avatar.js";
import { h, plural, refill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { popover } from "./overlays.js";
import {
  channelIcon,
  channelLabel,
  isBotDm,
  isDm,
  nameOf,
  person,
  placeLabel,
  setUi,
  state,
  unreadThreads,
  unreadTotal,
  urgent,
} from "./store.js";
import { toastError } from "./toast.js";

/** @import { Channel, Tab } from "./types.js" */

/** @param {HTMLElement} header */
export function drawHeader(header) {
  const channel = state.channels.get(state.ui.channel);
  if (!channel) return;
  const place = state.ui.threads ? "Threads" : placeLabel(channel);
  document.title = `${unreadTitle()}${place} · ${person(state.me).real_name} · Countersign sandbox`;
  const burger = iconButton("menu", "Show conversations", () => setUi({ sidebar: true }), {
    size: 20,
    class: "burger",
    data: { testid: "burger", focus: "burger" },
  });
  if (newsElsewhere(channel)) burger.append(h("span.burger-dot"));
  if (state.ui.threads) {
    const heading = h("h1", null, icon("threads", 18), h("span", null, "Threads"));
    return refill(header, burger, h("div.pane-title", null, heading));
  }
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
}

/** @param {Channel} channel */
function topicOf(channel) {
  if (!isDm(channel)) return channel.topic;
  return person(channel.with).title || (isBotDm(channel) ? state.app.description : "");
}

/** @param {Channel} channel */
const newsElsewhere = (channel) =>
  (unreadThreads() > 0 && !state.ui.threads) ||
  [...state.channels.values()].some((c) => (c.id !== channel.id || state.ui.threads) && urgent(c) > 0);

function unreadTitle() {
  const n = unreadTotal();
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
