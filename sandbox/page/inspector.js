/** The inspector: every envelope, ack and Web API call between this workspace and the bot, newest first. */

import { get, tell } from "./api.js";
import { clamp, h, reconcile, refill, settings } from "./dom.js";
import { icon } from "./icons.js";
import { jsonTree } from "./jsontree.js";
import { toast, toastError } from "./overlays.js";
import { onFrame, setUi, state, watch } from "./store.js";

const KEEP = 500;
const SLOW_ACK_MS = 3_000;
const MIN_HEIGHT = 140;

const KINDS = {
  all: { label: "All", has: () => true },
  events: { label: "Deliveries", has: (e) => e.kind === "envelope" || e.kind === "ack" || e.kind === "http" },
  api: { label: "Web API", has: (e) => e.kind === "api" },
  errors: { label: "Errors", has: (e) => isBad(e) },
};
const KIND_WORDS = { envelope: "to bot", ack: "ack", api: "API", http: "HTTP", error: "error" };

let entries = [];
let kind = "all";
let needle = "";
let wasOpen = false;
const expanded = new Set();

const isSlow = (entry) => entry.kind === "ack" && entry.ms > SLOW_ACK_MS;
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
const handle = h("div.resizer.horizontal", {
  role: "separator",
  tabindex: "0",
  "aria-orientation": "horizontal",
  "aria-label": "Height of the inspector",
});
let pane = null;

export function mountInspector(root) {
  pane = root;
  const tool = (name, label, onclick) =>
    h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick }, icon(name, 17));
  root.append(
    handle,
    h(
      "header.inspector-head",
      null,
      h("h2", null, icon("pulse", 17), "Inspector"),
      kinds,
      filter,
      tool("trash", "Empty the list", () => {
        entries = [];
        draw();
      }),
      tool("close", "Close the inspector", () => setUi({ inspector: false })),
    ),
    h("div.inspector-body", { tabindex: "-1" }, rows, empty),
  );
  setHeight(settings.get("inspector-height", 280));
  state.ui.inspector = settings.get("inspector-open", false);
  watch(["ui"], toggle);
  watch(["snapshot"], () => state.ui.inspector && load());
  onFrame((frame) => frame.type === "inspector" && add(frame.entry));
  handle.addEventListener("pointerdown", drag);
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 24, ArrowDown: -24 }[event.key];
    if (step) setHeight(pane.offsetHeight + step, true);
  });
}

function toggle() {
  const open = state.ui.inspector;
  if (open === wasOpen) return;
  wasOpen = open;
  pane.hidden = !open;
  settings.set("inspector-open", open);
  tell({ type: "inspector", on: open });
  if (open) load();
}

async function load() {
  if (!state.ready) return;
  try {
    entries = (await get("inspector", { since: "0" })).entries ?? [];
    draw();
  } catch (error) {
    toastError(error);
  }
}

function add(entry) {
  if (entries.some((known) => known.n === entry.n)) return;
  entries = [...entries, entry].slice(-KEEP);
  draw();
}

function draw() {
  if (!state.ui.inspector) return;
  refill(
    kinds,
    Object.entries(KINDS).map(([name, { label, has }]) => {
      const count = name === "errors" ? entries.filter(has).length : 0;
      return h(
        "button.segment",
        {
          type: "button",
          data: { focus: name },
          "aria-pressed": String(kind === name),
          onclick: () => {
            kind = name;
            draw();
          },
        },
        label,
        count > 0 && h("span.count", null, count),
      );
    }),
  );
  const matching = entries.filter(
    (e) => KINDS[kind].has(e) && (!needle || JSON.stringify(e).toLowerCase().includes(needle)),
  );
  reconcile(
    rows,
    matching
      .slice()
      .reverse()
      .map((entry) => ({ key: String(entry.n), sig: String(expanded.has(entry.n)), build: () => row(entry) })),
  );
  empty.hidden = matching.length > 0;
  empty.textContent = entries.length
    ? "Nothing matches this filter."
    : "No traffic yet. Write to the bot and watch it here.";
}

function row(entry) {
  const open = expanded.has(entry.n);
  const took = entry.ms === undefined || entry.ms === null ? "" : `${Math.round(entry.ms)} ms`;
  const head = h(
    "button.inspector-row",
    {
      type: "button",
      class: isBad(entry) ? "bad" : null,
      "aria-expanded": String(open),
      data: { focus: `n-${entry.n}` },
      onclick: () => {
        expanded[open ? "delete" : "add"](entry.n);
        draw();
      },
    },
    icon("chevron", 13),
    h("time", null, clock(entry.at)),
    h("span.kind", { class: entry.kind }, KIND_WORDS[entry.kind] ?? entry.kind),
    h("span.inspector-title", null, entry.title),
    isSlow(entry) && h("span.slow", null, "over 3 s"),
    h("span.ms", null, took),
  );
  if (!open) return h("li", null, head);
  const copy = h(
    "button.link",
    {
      type: "button",
      onclick: () =>
        navigator.clipboard?.writeText(JSON.stringify(entry.detail, null, 2)).then(() => toast("Copied.", "good")),
    },
    icon("copy", 14),
    "Copy JSON",
  );
  return h("li.open", null, head, h("div.inspector-detail", null, copy, jsonTree(entry.detail)));
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** The server may stamp in seconds or as an ISO string. */
function clock(at) {
  const date = typeof at === "number" ? new Date(at < 1e12 ? at * 1000 : at) : new Date(at);
  return Number.isNaN(date.getTime()) ? "" : CLOCK.format(date);
}

function setHeight(pixels, keep = false) {
  const height = Math.round(clamp(pixels, MIN_HEIGHT, Math.max(MIN_HEIGHT, innerHeight * 0.7)));
  document.documentElement.style.setProperty("--inspector-height", `${height}px`);
  if (keep) settings.set("inspector-height", height);
}

function drag(event) {
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  const move = (e) => setHeight(innerHeight - e.clientY);
  handle.addEventListener("pointermove", move);
  handle.addEventListener(
    "lostpointercapture",
    () => {
      handle.removeEventListener("pointermove", move);
      settings.set("inspector-height", pane.offsetHeight);
    },
    { once: true },
  );
}
