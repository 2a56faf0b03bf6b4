/** Ctrl/Cmd+K: jump to a conversation, become somebody, or do something, by typing a few letters. */

import { avatar } from "./avatar.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { addressAs, openChannel } from "./nav.js";
import { channelIcon, channelLabel, humans, isDm, setUi, state } from "./store.js";
import { toggleTheme } from "./theme-toggle.js";

/** @import { Child } from "./types.js" */
/** @typedef {{ mark: Child, label: string, hint?: string, run: () => void }} Entry */

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
  let found = search("");
  let at = 0;
  const input = h("input.switcher-input", {
    type: "text",
    placeholder: "Jump to a conversation, or be somebody else",
    "aria-label": "Jump to",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "switcher-list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      found = search(input.value);
      at = 0;
      draw();
    },
    onkeydown: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Enter") run(found[at]);
      else if (step && found.length) at = (at + step + found.length) % found.length;
      else return;
      event.preventDefault();
      draw();
    },
  });
  const list = h("div.switcher-list", { role: "listbox", id: "switcher-list" });
  const dialog = frame(input, list, close);

  function close() {
    dialog.close();
    dialog.remove();
    open = null;
  }

  /** @param {Entry | undefined} entry */
  function run(entry) {
    close();
    entry?.run();
  }

  /** @param {Entry} entry @param {number} n */
  const option = (entry, n) =>
    h(
      "div.completion-row",
      { role: "option", id: `switch-${n}`, "aria-selected": String(n === at), onclick: () => run(entry) },
      h("span.completion-mark", null, entry.mark),
      h("span.completion-label", null, entry.label),
      entry.hint && h("small", null, entry.hint),
    );

  function draw() {
    fill(list, found.length ? found.map(option) : h("p.switcher-empty", null, "Nothing has that name."));
    if (found.length) input.setAttribute("aria-activedescendant", `switch-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  open = dialog;
  document.body.append(dialog);
  dialog.showModal();
  draw();
  input.focus();
}

/** @param {HTMLElement} input @param {HTMLElement} list @param {() => void} close */
function frame(input, list, close) {
  const dialog = h(
    "dialog.dialog.switcher",
    {
      "aria-label": "Jump to",
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
