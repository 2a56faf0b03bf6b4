/** Ctrl/Cmd+K: find a message, jump to a conversation, become somebody, or do something, by typing a few letters. */

import { avatar } from "./avatar.js";
import { fill, first, h } from "./dom.js";
import { findMessages, foundMessage, openFound, stopFinding } from "./found.js";
import { icon } from "./icons.js";
import { addressAs, openChannel, openThreads } from "./nav.js";
import { channelIcon, channelLabel, humans, isDm, setUi, state } from "./store.js";
import { toggleTheme } from "./theme-toggle.js";

/** @import { Child, Message } from "./types.js" */
/** @typedef {{ mark: Child, label: string, hint?: string, run: () => void }} Entry */
/** @typedef {{ content: Child, className?: string, run: () => void }} Row */

const LIMIT = 12;
const KEYS = [
  ["Alt", "↑↓", "conversations"],
  ["F6", "panes"],
  ["Alt", "U", "people"],
  ["Alt", "I", "inspector"],
  ["Esc", "close"],
];
/** @type {HTMLDialogElement | null} */
let open = null;

/** @returns {Entry[]} */
function entries() {
  const conversations = [...state.channels.values()]
    .sort((a, b) => b.mentions - a.mentions || b.unread - a.unread)
    .map((c) => ({
      mark: isDm(c) ? avatar(c.with, 24) : icon(channelIcon(c), 18),
      label: channelLabel(c),
      hint: c.unread ? `${c.unread} unread` : isDm(c) ? "Direct message" : c.topic,
      run: () => openChannel(c.id),
    }));
  const people = humans()
    .filter((p) => p.id !== state.me)
    .map((p) => ({
      mark: avatar(p.id, 24),
      label: `Be ${p.real_name}`,
      hint: p.title,
      run: () => location.assign(addressAs(p.id)),
    }));
  const actions = [
    { mark: icon("threads"), label: "Threads", run: openThreads },
    {
      mark: icon("pulse"),
      label: state.ui.inspector ? "Hide the inspector" : "Show the inspector",
      run: () => setUi({ inspector: !state.ui.inspector }),
    },
    { mark: icon("moon"), label: "Dark or light", run: toggleTheme },
  ];
  return [...conversations, ...people, ...actions];
}

/** The entries whose labels contain each of the words. @param {string} typed */
function search(typed) {
  const words = typed.toLowerCase().split(/\s+/);
  return entries()
    .filter((entry) => words.every((word) => entry.label.toLowerCase().includes(word)))
    .slice(0, LIMIT);
}

export function openSwitcher() {
  if (open || !state.ready) return;
  setUi({ sidebar: false });
  let rows = search("").map(entryRow);
  let messages = /** @type {Row[]} */ ([]);
  let at = 0;
  const input = h("input.switcher-input", {
    type: "text",
    placeholder: "Search messages, people and channels",
    "aria-label": "Search or jump to",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "switcher-list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      rows = search(input.value).map(entryRow);
      at = 0;
      draw();
      findMessages(input.value, (found) => {
        messages = found.map((message) => messageRow(message, input.value));
        at = Math.min(at, Math.max(0, rows.length + messages.length - 1));
        draw();
      });
    },
    onkeydown: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const all = [...rows, ...messages];
      if (event.key === "Enter" && !event.isComposing) run(all[at]);
      else if (step && all.length) at = (at + step + all.length) % all.length;
      else return;
      event.preventDefault();
      draw();
    },
  });
  const list = h("div.switcher-list", { role: "listbox", id: "switcher-list" });
  const dialog = frame(input, list, close);

  function close() {
    stopFinding();
    dialog.close();
    dialog.remove();
    open = null;
  }

  /** @param {Row | undefined} row */
  function run(row) {
    close();
    row?.run();
  }

  /** @param {Row} row @param {number} n */
  const option = ({ content, className, run: action }, n) =>
    h(
      "div.completion-row",
      {
        role: "option",
        id: `switch-${n}`,
        class: className,
        "aria-selected": String(n === at),
        onclick: () => run({ content, run: action }),
      },
      content,
    );

  function draw() {
    const nothing = !rows.length && !messages.length;
    fill(
      list,
      rows.map(option),
      messages.length > 0 && h("h3", { role: "presentation" }, "Messages"),
      messages.map((row, n) => option(row, rows.length + n)),
      nothing && h("p.switcher-empty", { role: "status" }, "Nothing found."),
    );
    if (nothing) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `switch-${at}`);
    first(list, "[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  open = dialog;
  document.body.append(dialog);
  dialog.showModal();
  draw();
  input.focus();
}

/** @param {Entry} entry @returns {Row} */
const entryRow = ({ mark, label, hint, run }) => ({
  content: [
    h("span.completion-mark", null, mark),
    h("span.completion-label", null, label),
    hint && h("small", null, hint),
  ],
  run,
});

/** @param {Message} message @param {string} typed @returns {Row} */
const messageRow = (message, typed) => ({
  content: foundMessage(message, typed),
  className: "switcher-message",
  run: () => openFound(message),
});

/** @param {HTMLElement} input @param {HTMLElement} list @param {() => void} close */
function frame(input, list, close) {
  const dialog = h(
    "dialog.dialog.switcher",
    {
      "aria-label": "Search",
      oncancel: (event) => {
        event.preventDefault();
        close();
      },
      onclick: (event) => event.target === dialog && close(),
    },
    h(
      "div.dialog-inner",
      null,
      h("label.switcher-head", null, icon("search", 18), input),
      list,
      h(
        "footer.switcher-foot",
        null,
        KEYS.map((keys) => [keys.slice(0, -1).map((key) => h("kbd", null, key)), ` ${keys.at(-1)}`]),
      ),
    ),
  );
  return dialog;
}
