/** The left column: workspace, connection, conversations, and who one is. */

import { avatar } from "./avatar.js";
import { fill, h, plural, refill } from "./dom.js";
import { icon, seal } from "./icons.js";
import { addressAs, openChannel } from "./nav.js";
import { arrows, popover } from "./overlays.js";
import {
  channelIcon,
  channelLabel,
  humans,
  isBotDm,
  isDm,
  isGroupDm,
  isJoined,
  person,
  setUi,
  state,
  watch,
} from "./store.js";
import { openSwitcher } from "./switcher.js";
import { toggleTheme } from "./theme-toggle.js";

const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform ?? "");
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
          state.app.problems.map((line) => h("li", null, String(line))),
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
const inspector = h(
  "button.icon-button",
  {
    type: "button",
    data: { testid: "inspector-toggle" },
    "aria-label": "Inspector",
    title: "Inspector: everything between Slack and the bot (Alt+I)",
    onclick: () => setUi({ inspector: !state.ui.inspector, sidebar: false }),
  },
  icon("pulse", 17),
);

export function mountSidebar(root) {
  const search = h(
    "button.search",
    { type: "button", onclick: openSwitcher, data: { testid: "quick-switcher" } },
    icon("search", 16),
    h("span", null, "Jump to…"),
    h("kbd", null, `${MOD} K`),
  );
  root.append(brand, pill, problems, h("div.side-tools", null, search, inspector, theme), nav, me);
  watch(["snapshot", "app"], drawBrand);
  watch(["snapshot", "app", "link"], drawPill);
  watch(["snapshot", "channels", "people", "ui", "app"], drawNav);
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
    h(
      "div.brand-name",
      null,
      h("strong", null, state.workspace.name ?? "Workspace"),
      h("small", null, "Countersign sandbox"),
    ),
    h(
      "button.icon-button.sidebar-close",
      { type: "button", "aria-label": "Hide conversations", onclick: () => setUi({ sidebar: false }) },
      icon("close", 18),
    ),
  );
}

function drawPill() {
  const { app } = state;
  const here = state.link === "open";
  const on = here && app.connected;
  const words = !here ? "Sandbox out of reach" : on ? "Bot connected" : "Bot not connected";
  const delivery = app.delivery === "http" ? "signed HTTP" : "Socket Mode";
  pill.className = `pill ${on ? "on" : "off"}`;
  pill.title = "Open the inspector";
  fill(
    pill,
    h("span.pulse-dot"),
    h("span", null, words),
    here && h("small", null, delivery, app.connections > 1 && ` ×${app.connections}`),
  );
  problems.hidden = !app.problems?.length;
  fill(problems, icon("warn", 15), plural(app.problems?.length ?? 0, "problem"), " in the manifest");
}

function drawNav() {
  const all = [...state.channels.values()];
  const rooms = all
    .filter((c) => !isDm(c) && !isGroupDm(c))
    .sort((a, b) => Number(isJoined(b)) - Number(isJoined(a)) || a.name.localeCompare(b.name));
  const dms = all
    .filter((c) => isDm(c) || isGroupDm(c))
    .sort((a, b) => Number(isBotDm(b)) - Number(isBotDm(a)) || channelLabel(a).localeCompare(channelLabel(b)));
  refill(nav, group("Channels", rooms.map(row)), group("Direct messages", dms.map(row)));
}

const group = (label, rows) => (rows.length ? h("section", null, h("h2", null, label), h("ul", null, rows)) : null);

function row(channel) {
  const dm = isDm(channel);
  const active = channel.id === state.ui.channel;
  const count = dm ? channel.unread : channel.mentions;
  const testid = dm ? (isBotDm(channel) ? "dm-bot" : `dm-${person(channel.with).name}`) : `channel-${channel.name}`;
  const classes = [channel.unread > 0 && !active && "unread", !isJoined(channel) && "outside"]
    .filter(Boolean)
    .join(" ");
  return h(
    "li",
    null,
    h(
      "button.conversation",
      {
        type: "button",
        class: classes,
        data: { testid },
        "aria-current": active ? "page" : null,
        onclick: () => openChannel(channel.id),
      },
      dm ? face(channel.with) : icon(channelIcon(channel), 16),
      h("span.conversation-name", null, channelLabel(channel)),
      isBotDm(channel) && h("span.badge", null, "APP"),
      count > 0 && !active && h("span.count", { "aria-label": `${count} unread` }, count),
    ),
  );
}

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

/** The list of people one can be. */
export function openPeople(anchor = me.querySelector("[data-testid=person-switch]")) {
  popover(
    anchor,
    () => {
      const links = humans().map((p, n) =>
        h(
          "a.person-row",
          {
            href: addressAs(p.id),
            data: { testid: `person-${p.name}` },
            "aria-current": p.id === state.me ? "true" : null,
          },
          avatar(p.id, 34),
          h(
            "div",
            null,
            h(
              "strong",
              null,
              p.real_name,
              p.is_guest && h("span.tag", null, "Guest"),
              p.is_external && h("span.tag", null, "External"),
              p.id === state.me && h("span.tag.you", null, "You"),
            ),
            h("small", null, p.title || `@${p.name}`),
          ),
          h("kbd", null, n + 1),
        ),
      );
      const tabs = links.map((link) =>
        h(
          "a.icon-button",
          {
            href: link.href,
            target: "_blank",
            "aria-label": `${link.querySelector("strong").firstChild.textContent} in a new tab`,
            title: "Open in a new tab",
          },
          icon("external", 16),
        ),
      );
      return h(
        "div.people",
        { onkeydown: (event) => (/^[1-9]$/.test(event.key) ? links[event.key - 1]?.click() : arrows(event, links)) },
        h("div.menu-title", null, "Be somebody else"),
        links.map((link, n) => h("div.person-line", null, link, tabs[n])),
        h("p.menu-note", null, "Two tabs can be two people at once."),
      );
    },
    { label: "People", className: "wide" },
  );
}
