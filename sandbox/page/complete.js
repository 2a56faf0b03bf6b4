/** Completion above a text box: `@people`, `#channels`, `/commands` of the app, `:emoji`. */

import { avatar } from "./avatar.js";
import { fill, h } from "./dom.js";
import { emoji, emojiSets } from "./emoji.js";
import { icon, seal } from "./icons.js";
import { isBotUser, isNamed, nameOf, state } from "./store.js";

/** @import { Child } from "./types.js" */
/** @typedef {{ insert: string, mark: Child, label: string, hint?: string, usage?: string }} Row */
/** @typedef {{ char: keyof typeof SOURCES, needle: string, from: number }} Trigger */

const LIMIT = 8;
const INVITE = { command: "/invite", usage_hint: "@name", description: "Add somebody to this channel" };
let counter = 0;

/** Does a text, or a word in it, start like this? @param {string} needle @param {...string} texts */
const starts = (needle, ...texts) =>
  texts.flatMap((text) => [text, ...text.split(/\s+/)]).some((word) => word.toLowerCase().startsWith(needle));

/** @param {string} name @param {string} hint @returns {Row} */
const several = (name, hint) => ({ insert: `@${name} `, mark: icon("people"), label: `@${name}`, hint });

/**
 * What a trigger offers for the typed needle: rows with the text that replaces it.
 * @satisfies {Record<string, (needle: string) => Row[]>}
 */
const SOURCES = {
  "@": (needle) => [
    ...[...state.people.values()]
      .filter((p) => !p.deleted && starts(needle, p.name, nameOf(p.id)))
      .sort((a, b) => Number(isBotUser(b.id)) - Number(isBotUser(a.id)))
      .map((p) => ({
        insert: `@${nameOf(p.id)} `,
        mark: avatar(p.id, 22),
        label: nameOf(p.id),
        hint: p.title || (isBotUser(p.id) ? "App" : `@${p.name}`),
      })),
    ...[...state.groups.values()]
      .filter((g) => starts(needle, g.handle, g.name))
      .map((g) => several(g.handle.replace(/^@/, ""), g.name)),
    ...["here", "channel"]
      .filter((word) => needle && word.startsWith(needle))
      .map((word) => several(word, "Everyone in this channel")),
  ],
  "#": (needle) =>
    [...state.channels.values()]
      .filter((c) => isNamed(c) && c.joined && c.name.includes(needle))
      .map((c) => ({ insert: `#${c.name} `, mark: icon("hash"), label: c.name, hint: c.topic })),
  "/": (needle) =>
    [...state.app.commands, INVITE]
      .filter((c) => c.command.slice(1).startsWith(needle))
      .map((c) => ({
        insert: `${c.command} `,
        mark: c === INVITE ? icon("people") : seal(20),
        label: c.command,
        usage: c.usage_hint,
        hint: c.description,
      })),
  ":": (needle) =>
    needle.length < 2
      ? []
      : emojiSets
          .flatMap((set) => set.names)
          .filter((name) => name.includes(needle))
          .map((name) => ({ insert: `${emoji(name)} `, mark: h("span.emoji", null, emoji(name)), label: `:${name}:` })),
};

/**
 * The trigger that ends at the caret, if one is being typed.
 * @param {HTMLTextAreaElement} box
 * @returns {Trigger | null}
 */
function triggerAt(box) {
  const before = box.value.slice(0, box.selectionStart);
  const slash = /^(\/)(\S*)$/.exec(before);
  if (slash) return { char: "/", needle: slash[2].toLowerCase(), from: 0 };
  const match = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  return (
    match && {
      char: /** @type {Trigger["char"]} */ (match[1]),
      needle: match[2].toLowerCase(),
      from: before.length - match[2].length - 1,
    }
  );
}

/** The suggestions above a text area. */
export class Completion {
  #box;
  #id;
  /** @type {Row[]} */
  #rows = [];
  #at = 0;
  /** @type {Trigger | null} */
  #trigger = null;

  /** @param {HTMLTextAreaElement} box */
  constructor(box) {
    counter += 1;
    this.#box = box;
    this.#id = `complete-${counter}`;
    this.list = h("div.completion", { role: "listbox", id: this.#id, hidden: true, "aria-label": "Suggestions" });
    box.setAttribute("aria-controls", this.#id);
    box.setAttribute("aria-autocomplete", "list");
  }

  /** Offer what belongs to what is being typed. */
  refresh() {
    this.#trigger = triggerAt(this.#box);
    this.#rows = this.#trigger ? SOURCES[this.#trigger.char](this.#trigger.needle).slice(0, LIMIT) : [];
    this.#at = 0;
    this.#draw();
  }

  close() {
    this.#rows = [];
    this.#draw();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it used the key */
  handle(event) {
    if (!this.#rows.length) return false;
    const { key } = event;
    if (key === "Escape") this.close();
    else if (key === "ArrowDown") this.#step(1);
    else if (key === "ArrowUp") this.#step(-1);
    else if (key === "Tab" || (key === "Enter" && !this.#isWholeCommand())) this.#pick(this.#rows[this.#at]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #draw() {
    this.list.hidden = !this.#rows.length;
    fill(this.list, this.#rows.map(this.#option));
    if (!this.#rows.length) return this.#box.removeAttribute("aria-activedescendant");
    this.#box.setAttribute("aria-activedescendant", `${this.#id}-${this.#at}`);
    this.list.children[this.#at].scrollIntoView({ block: "nearest" });
  }

  /** @param {Row} row @param {number} n */
  #option = (row, n) =>
    h(
      "div.completion-row",
      {
        role: "option",
        id: `${this.#id}-${n}`,
        "aria-selected": String(n === this.#at),
        onmousedown: (event) => {
          event.preventDefault();
          this.#pick(row);
        },
      },
      h("span.completion-mark", null, row.mark),
      h("span.completion-label", null, row.label, row.usage && h("code", null, row.usage)),
      row.hint && h("small", null, row.hint),
    );

  /** @param {number} by */
  #step(by) {
    this.#at = (this.#at + by + this.#rows.length) % this.#rows.length;
    this.#draw();
  }

  /** @param {Row} row */
  #pick(row) {
    if (this.#trigger) this.#box.setRangeText(row.insert, this.#trigger.from, this.#box.selectionStart, "end");
    this.close();
    this.#box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** "/approvals" typed in full and then Enter means: send it. */
  #isWholeCommand() {
    const typed = this.#box.value.trim();
    return this.#trigger?.char === "/" && this.#rows.some((row) => row.insert.trim() === typed);
  }
}
