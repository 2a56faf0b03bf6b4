/** Ctrl/Cmd+K: find a message, jump to a conversation, become somebody, or do something, by typing a few letters. */

import { avatar } from "./avatar.js";
import { fill, first, h, shutDialog } from "./dom.js";
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
/** @type {Switcher | null} */
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

/** Open the box, unless it is open. */
export function openSwitcher() {
  if (open || !state.ready) return;
  setUi({ sidebar: false });
  open = new Switcher();
}

class Switcher {
  #rows = search("").map(entryRow);
  /** @type {Row[]} */
  #messages = [];
  #at = 0;
  #waiting = false;
  #input = h("input.switcher-input", {
    type: "text",
    placeholder: "Search messages, people and channels",
    "aria-label": "Search or jump to",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "switcher-list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => this.#look(),
    onkeydown: (event) => this.#key(event),
  });
  #list = h("div.switcher-list", { role: "listbox", id: "switcher-list", "aria-label": "Found" });
  #dialog = frame(this.#input, this.#list, () => this.#close());

  constructor() {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.#draw();
    this.#input.focus();
  }

  /** Names are here at once; messages come from the server. */
  #look() {
    const typed = this.#input.value;
    this.#rows = search(typed).map(entryRow);
    [this.#messages, this.#at, this.#waiting] = [[], 0, true];
    findMessages(typed, (found) => {
      this.#messages = found.map((message) => messageRow(message, typed));
      this.#waiting = false;
      this.#draw();
    });
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...this.#rows, ...this.#messages];
    if (event.key === "Enter" && !event.isComposing) this.#run(all[this.#at]);
    else if (step && all.length) this.#at = (this.#at + step + all.length) % all.length;
    else return;
    event.preventDefault();
    this.#draw();
  }

  #draw() {
    const nothing = !this.#rows.length && !this.#messages.length;
    fill(
      this.#list,
      this.#rows.map((row, n) => this.#option(row, n)),
      this.#messages.length > 0 && h("h3", { role: "presentation" }, "Messages"),
      this.#messages.map((row, n) => this.#option(row, this.#rows.length + n)),
      nothing && !this.#waiting && h("p.switcher-empty", { role: "status" }, "Nothing found."),
    );
    if (nothing) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", `switch-${this.#at}`);
    first(this.#list, "[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Row} row @param {number} n */
  #option(row, n) {
    const chosen = String(n === this.#at);
    const onclick = () => this.#run(row);
    const about = { role: "option", id: `switch-${n}`, class: row.className, "aria-selected": chosen, onclick };
    return h("div.completion-row", about, row.content);
  }

  /** Enter may come before anything is found. @param {Row | undefined} row */
  #run(row) {
    if (!row) return;
    this.#close();
    row.run();
  }

  #close() {
    stopFinding();
    shutDialog(this.#dialog);
    open = null;
  }
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
