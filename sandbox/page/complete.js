/** Completion above a text box: `@people`, `#channels`, `/commands` of the app, `:emoji`. */

import { fill, h } from "./dom.js";
import { avatar } from "./avatar.js";
import { emoji, emojiSets } from "./emoji.js";
import { icon, seal } from "./icons.js";
import { isBotUser, isDm, isJoined, nameOf, state } from "./store.js";

const LIMIT = 8;
const INVITE = { command: "/invite", usage_hint: "@name", description: "Add somebody to this channel" };
let counter = 0;

const starts = (needle, ...texts) =>
  texts.some(
    (t) =>
      t &&
      t
        .toLowerCase()
        .split(/\s+/)
        .concat(t.toLowerCase())
        .some((word) => word.startsWith(needle)),
  );

/** What a trigger offers for the typed needle: rows with the text that replaces it. */
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
      .map((g) => ({
        insert: `@${g.handle.replace(/^@/, "")} `,
        mark: icon("people"),
        label: `@${g.handle.replace(/^@/, "")}`,
        hint: g.name,
      })),
    ...["here", "channel"]
      .filter((word) => needle && word.startsWith(needle))
      .map((word) => ({
        insert: `@${word} `,
        mark: icon("people"),
        label: `@${word}`,
        hint: "Everyone in this channel",
      })),
  ],
  "#": (needle) =>
    [...state.channels.values()]
      .filter((c) => !isDm(c) && isJoined(c) && c.name.includes(needle))
      .map((c) => ({ insert: `#${c.name} `, mark: icon("hash"), label: c.name, hint: c.topic })),
  "/": (needle) =>
    [...(state.app.commands ?? []), INVITE]
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

/** The trigger that ends at the caret, if one is being typed. */
function triggerAt(box) {
  const before = box.value.slice(0, box.selectionStart);
  const slash = /^(\/)(\S*)$/.exec(before);
  if (slash) return { char: "/", needle: slash[2].toLowerCase(), from: 0 };
  const match = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  return match && { char: match[1], needle: match[2].toLowerCase(), from: before.length - match[2].length - 1 };
}

/**
 * Give a text area completion.
 * @param {HTMLTextAreaElement} box
 * @returns {{list: HTMLElement, handle: (event: KeyboardEvent) => boolean, refresh: () => void, close: () => void}}
 *   `handle` says whether it used the key
 */
export function completion(box) {
  const id = `complete-${++counter}`;
  const list = h("div.completion", { role: "listbox", id, hidden: true, "aria-label": "Suggestions" });
  let rows = [];
  let at = 0;
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
    if (!rows.length) box.removeAttribute("aria-activedescendant");
    fill(
      list,
      rows.map((row, n) =>
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
        ),
      ),
    );
    if (!rows.length) return;
    box.setAttribute("aria-activedescendant", `${id}-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function pick(n) {
    const caret = box.selectionStart;
    box.setRangeText(rows[n].insert, trigger.from, caret, "end");
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    rows = [];
    draw();
  }

  function handle(event) {
    if (!rows.length) return false;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") {
      at = (at + 1) % rows.length;
      draw();
    } else if (event.key === "ArrowUp") {
      at = (at - 1 + rows.length) % rows.length;
      draw();
    } else if (event.key === "Tab" || (event.key === "Enter" && !isWholeCommand())) pick(at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** "/approvals" typed in full and then Enter means: send it. */
  const isWholeCommand = () => trigger.char === "/" && rows.some((row) => row.insert.trim() === box.value.trim());

  return { list, handle, refresh, close };
}
