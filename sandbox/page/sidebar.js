/** The left column: workspace, connection, conversations, and who one is. */

import { avatar } from "./avatar.js";
import { fill, h, plural, refill } from "./dom.js";
import { icon, iconButton, seal } from "./icons.js";
import { openChannel, openThreads } from "./nav.js";
import { popover } from "./overlays.js";
import { openPeople } from "./people.js";
import {
  channelIcon,
  channelLabel,
  isBotDm,
  isDm,
  isNamed,
  person,
  setUi,
  state,
  unreadThreads,
  urgent,
  watch,
} from "./store.js";
import { openSwitcher } from "./switcher.js";
import { toggleTheme } from "./theme-toggle.js";

/** @import { Channel } from "./types.js" */

const IS_MAC = /mac|iphone|ipad/i.test(navigator.userAgent);
const MOD = IS_MAC ? "⌘" : "Ctrl";

const brand = h("div.brand");
const pill = h("button.pill", {
  type: "button",
  data: { testid: "connection" },
  onclick: () => setUi({ inspector: true }),
});
const problems = h("button.pill.off", {
  type: "button",
  hidden: true,
  onclick: () =>
    popover(
      problems,
      () =>
        h(
          "ul.problem-list",
          null,
          state.app.problems.map((line) => h("li", null, line)),
        ),
      { label: "Problems in the manifest", className: "wide" },
    ),
});
const nav = h("nav.conversations", { "aria-label": "Conversations" });
const me = h("div.me");
const theme = h(
  "button.icon-button",
  {
    type: "button",
    data: { testid: "theme-toggle" },
    "aria-label": "Dark or light",
    title: "Dark or light",
    onclick: toggleTheme,
  },
  icon("moon", 17),
  icon("sun", 17),
);
const toggleInspector = () => setUi({ inspector: !state.ui.inspector, sidebar: false });
const inspector = iconButton("pulse", "Inspector", toggleInspector, {
  size: 17,
  title: "Inspector: everything between Slack and the bot (Alt+I)",
  data: { testid: "inspector-toggle" },
});

/** @param {HTMLElement} root */
export function mountSidebar(root) {
  const search = h(
    "button.search",
    { type: "button", onclick: openSwitcher, data: { testid: "quick-switcher" } },
    icon("search", 16),
    h("span", null, "Search…"),
    h("kbd", null, `${MOD} K`),
  );
  root.append(brand, pill, problems, h("div.side-tools", null, search, inspector, theme), nav, me);
  watch(["snapshot", "app"], drawBrand);
  watch(["snapshot", "app", "link"], drawPill);
  watch(["snapshot", "channels", "threads", "people", "ui", "app"], drawNav);
  watch(["snapshot", "people"], drawMe);
  watch(["ui"], () => {
    document.body.classList.toggle("sidebar-open", state.ui.sidebar);
    inspector.setAttribute("aria-pressed", String(state.ui.inspector));
  });
}

function drawBrand() {
  fill(
    brand,
    h("span.brand-mark", null, seal(22)),
    h("div.brand-name", null, h("strong", null, state.workspace.name), h("small", null, "Countersign sandbox")),
    iconButton("close", "Hide conversations", () => setUi({ sidebar: false }), { class: "sidebar-close" }),
  );
}

function drawPill() {
  const { app } = state;
  const on = app.connected;
  const words = on ? "Bot connected" : "Bot not connected";
  pill.hidden = state.link !== "open"; // what is wrong then stands in the banner
  const delivery = app.delivery === "http" ? "signed HTTP" : "Socket Mode";
  pill.className = `pill ${on ? "on" : "off"}`;
  pill.title = "Open the inspector";
  fill(
    pill,
    h("span.pulse-dot"),
    h("span", null, words),
    h("small", null, delivery, app.connections > 1 && ` ×${app.connections}`),
  );
  problems.hidden = !app.problems.length;
  fill(problems, icon("warn", 15), plural(app.problems.length, "problem"), " in the manifest");
}

function drawNav() {
  const all = [...state.channels.values()];
  const rooms = all.filter(isNamed).sort((a, b) => Number(b.joined) - Number(a.joined) || a.name.localeCompare(b.name));
  const dms = all
    .filter((c) => !isNamed(c))
    .sort((a, b) => Number(isBotDm(b)) - Number(isBotDm(a)) || channelLabel(a).localeCompare(channelLabel(b)));
  refill(nav, h("ul", null, threadsRow()), group("Channels", rooms.map(row)), group("Direct messages", dms.map(row)));
}

function threadsRow() {
  const count = unreadThreads();
  const active = state.ui.threads;
  return h(
    "li",
    null,
    h(
      "button.conversation",
      {
        type: "button",
        class: count ? "unread" : null,
        data: { testid: "threads" },
        "aria-current": active ? "page" : null,
        onclick: openThreads,
      },
      icon("threads", 16),
      h("span.conversation-name", null, "Threads"),
      count > 0 && h("span.count", null, String(count), h("span.sr-only", null, " with new replies")),
    ),
  );
}

/** @param {string} label @param {HTMLElement[]} rows */
const group = (label, rows) => (rows.length ? h("section", null, h("h2", null, label), h("ul", null, rows)) : null);

/** @param {Channel} channel */
function testidOf(channel) {
  if (!isDm(channel)) return `channel-${channel.name}`;
  return isBotDm(channel) ? "dm-bot" : `dm-${person(channel.with).name}`;
}

/** @param {Channel} channel */
function row(channel) {
  const active = channel.id === state.ui.channel && !state.ui.threads;
  const count = urgent(channel);
  const classes = [channel.unread > 0 && !active && "unread", !channel.joined && "outside"].filter(Boolean).join(" ");
  return h(
    "li",
    null,
    h(
      "button.conversation",
      {
        type: "button",
        class: classes,
        data: { testid: testidOf(channel) },
        "aria-current": active ? "page" : null,
        onclick: () => openChannel(channel.id),
      },
      isDm(channel) ? face(channel.with) : icon(channelIcon(channel), 16),
      h("span.conversation-name", null, channelLabel(channel)),
      isBotDm(channel) && h("span.badge", null, "APP"),
      count > 0 && !active && h("span.count", { "aria-label": `${count} unread` }, String(count)),
    ),
  );
}

/** @param {string} id */
function face(id) {
  const online = id === state.app.bot_user ? state.app.connected : person(id).presence === "active";
  return h("span.face", null, avatar(id, 20), h("i.presence", { class: online ? "online" : null }));
}

function drawMe() {
  const p = person(state.me);
  const button = h(
    "button.me-switch",
    {
      type: "button",
      data: { testid: "person-switch", focus: "person-switch" },
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      title: "Be somebody else (Alt+U)",
      onclick: () => openPeople(button),
    },
    h("span.face", null, avatar(p.id, 32), h("i.presence.online")),
    h("span.me-name", null, h("small", null, "You are"), h("strong", null, p.real_name)),
    h("span.me-action", null, icon("swap", 15), "Switch"),
  );
  fill(me, button);
}
