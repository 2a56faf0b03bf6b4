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

/**
 * Give a text area completion.
 * @param {HTMLTextAreaElement} box
 * @returns {{list: HTMLElement, handle: (event: KeyboardEvent) => boolean, refresh: () => void, close: () => void}}
 *   `handle` says whether it used the key
 */
export function completion(box) {
  counter += 1;
  const id = `complete-${counter}`;
  const list = h("div.completion", { role: "listbox", id, hidden: true, "aria-label": "Suggestions" });
  /** @type {Row[]} */
  let rows = [];
  let at = 0;
  /** @type {Trigger | null} */
  let trigger = null;

  box.setAttribute("aria-controls", id);
  box.setAttribute("aria-autocomplete", "list");

  function refresh() {
    trigger = triggerAt(box);
    rows = trigger ? SOURCES[trigger.char](trigger.needle).slice(0, LIMIT) : [];
    at = 0;
    draw();
  }

  function draw() {
    list.hidden = !rows.length;
    fill(list, rows.map(option));
    if (!rows.length) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `${id}-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  /** @param {Row} row @param {number} n */
  const option = (row, n) =>
    h(
      "div.completion-row",
      {
        role: "option",
        id: `${id}-${n}`,
        "aria-selected": String(n === at),
        onmousedown: (event) => {
          event.preventDefault();
          pick(n);
        },
      },
      h("span.completion-mark", null, row.mark),
      h("span.completion-label", null, row.label, row.usage && h("code", null, row.usage)),
      row.hint && h("small", null, row.hint),
    );

  /** @param {number} n */
  function pick(n) {
    if (trigger) box.setRangeText(rows[n].insert, trigger.from, box.selectionStart, "end");
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    rows = [];
    draw();
  }

  /** @param {number} by */
  function step(by) {
    at = (at + by + rows.length) % rows.length;
    draw();
  }

  /** @param {KeyboardEvent} event */
  function handle(event) {
    if (!rows.length) return false;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Tab" || (event.key === "Enter" && !isWholeCommand())) pick(at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** "/approvals" typed in full and then Enter means: send it. */
  const isWholeCommand = () => trigger?.char === "/" && rows.some((row) => row.insert.trim() === box.value.trim());

  return { list, handle, refresh, close };
}
