/** The inspector: every envelope, ack and Web API call between this workspace and the bot, newest first. */

import { get } from "./api.js";
import { h, refill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { jsonTree } from "./jsontree.js";
import { reconcile } from "./keyed.js";
import { resizer } from "./resizer.js";
import { keep, setting } from "./settings.js";
import { watchTraffic } from "./socket.js";
import { onFrame, setUi, state, watch } from "./store.js";
import { toast, toastError } from "./toast.js";

/** @import { Entry } from "./types.js" */

const KEEP = 500;
const SLOW_ACK_MS = 3_000;

/** @type {Record<string, { label: string, has: (entry: Entry) => boolean }>} */
const KINDS = {
  all: { label: "All", has: () => true },
  events: { label: "Deliveries", has: ({ kind: k }) => k === "envelope" || k === "ack" || k === "http" },
  api: { label: "Web API", has: ({ kind: k }) => k === "api" },
  errors: { label: "Errors", has: (entry) => isBad(entry) },
};
/** @type {Record<Entry["kind"], string>} */
const KIND_WORDS = { envelope: "to bot", ack: "ack", api: "API", http: "HTTP", error: "error" };

/** @type {Entry[]} */
let entries = [];
let kind = "all";
let needle = "";
let wasOpen = false;
/** @type {Set<number>} */
const expanded = new Set();

/** @param {Entry} entry */
const isSlow = (entry) => entry.kind === "ack" && (entry.ms ?? 0) > SLOW_ACK_MS;
/** @param {Entry} entry */
const isBad = (entry) => entry.kind === "error" || entry.ok === false || isSlow(entry);

const rows = h("ol.inspector-rows", { "aria-label": "Traffic, newest first" });
const empty = h("p.inspector-empty");
const filter = h("input.control", {
  type: "search",
  placeholder: "Filter",
  "aria-label": "Filter the traffic",
  data: { testid: "inspector-filter" },
  oninput: () => {
    needle = filter.value.toLowerCase();
    draw();
  },
});
const kinds = h("div.segments", { role: "group", "aria-label": "Kinds" });

/** @param {HTMLElement} root */
export function mountInspector(root) {
  const edge = { name: "inspector-height", label: "Height of the inspector", usual: 280, least: 140, share: 0.7 };
  const clear = () => {
    entries = [];
    draw();
  };
  root.append(
    resizer(root, { orientation: "horizontal", ...edge }),
    h(
      "header.inspector-head",
      null,
      h("h2", null, icon("pulse", 17), "Inspector"),
      kinds,
      filter,
      iconButton("trash", "Empty the list", clear, { size: 17 }),
      iconButton("close", "Close the inspector", () => setUi({ inspector: false }), { size: 17 }),
    ),
    h("div.inspector-body", { tabindex: "-1" }, rows, empty),
  );
  state.ui.inspector = setting("inspector-open", false);
  watch(["ui"], () => toggle(root));
  watch(["snapshot"], () => state.ui.inspector && load());
  onFrame((frame) => frame.type === "inspector" && add(frame.entry));
}

/** @param {HTMLElement} pane */
function toggle(pane) {
  const open = state.ui.inspector;
  if (open === wasOpen) return;
  wasOpen = open;
  pane.hidden = !open;
  keep("inspector-open", open);
  watchTraffic(open);
  if (open) load();
}

async function load() {
  if (!state.ready) return;
  try {
    entries = (await get("inspector", { since: "0" })).entries;
    draw();
  } catch (error) {
    toastError(error);
  }
}

/** @param {Entry} entry */
function add(entry) {
  if (entries.some((known) => known.n === entry.n)) return;
  entries = [...entries, entry].slice(-KEEP);
  draw();
}

function draw() {
  if (!state.ui.inspector) return;
  refill(kinds, Object.keys(KINDS).map(segment));
  const matching = entries.filter(
    (entry) => KINDS[kind].has(entry) && (!needle || JSON.stringify(entry).toLowerCase().includes(needle)),
  );
  reconcile(
    rows,
    matching
      .map((entry) => ({ key: String(entry.n), sig: String(expanded.has(entry.n)), build: () => row(entry) }))
      .reverse(),
  );
  empty.hidden = matching.length > 0;
  empty.textContent = entries.length
    ? "Nothing matches this filter."
    : "No traffic yet. Write to the bot and watch it here.";
}

/** @param {string} name */
function segment(name) {
  const { label, has } = KINDS[name];
  const count = name === "errors" ? entries.filter(has).length : 0;
  const choose = () => {
    kind = name;
    draw();
  };
  return h(
    "button.segment",
    { type: "button", data: { focus: name }, "aria-pressed": String(kind === name), onclick: choose },
    label,
    count > 0 && h("span.count", null, String(count)),
  );
}

/** @param {Entry} entry */
function row(entry) {
  const open = expanded.has(entry.n);
  const toggleRow = () => {
    expanded[open ? "delete" : "add"](entry.n);
    draw();
  };
  const head = h(
    "button.inspector-row",
    {
      type: "button",
      class: isBad(entry) ? "bad" : null,
      "aria-expanded": String(open),
      data: { focus: `n-${entry.n}` },
      onclick: toggleRow,
    },
    icon("chevron", 13),
    h("time", null, CLOCK.format(entry.at * 1000)),
    h("span.kind", { class: entry.kind }, KIND_WORDS[entry.kind]),
    h("span.inspector-title", null, entry.title),
    isSlow(entry) && h("span.slow", null, "over 3 s"),
    h("span.ms", null, entry.ms === null ? "" : `${Math.round(entry.ms)} ms`),
  );
  return open ? h("li.open", null, head, detail(entry)) : h("li", null, head);
}

/** @param {Entry} entry */
function detail(entry) {
  const copy = () =>
    navigator.clipboard
      ?.writeText(JSON.stringify(entry.detail, null, 2))
      .then(() => toast("Copied.", "good"), toastError);
  const button = h("button.link", { type: "button", onclick: copy }, icon("copy", 14), "Copy JSON");
  return h("div.inspector-detail", null, button, jsonTree(entry.detail));
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
