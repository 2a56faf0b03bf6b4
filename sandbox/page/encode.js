/** Between what a person types (`@Bob Keller`, `#ops`) and what Slack stores (`<@U…>`, `<#C…>`). */

import { humans, isNamed, nameOf, state } from "./store.js";

/** Everything that `@…` or `#…` can name, longest first so that "@Bob Keller" wins over "@Bob". */
function names() {
  /** @type {[label: string, code: string][]} */
  const found = [];
  /** @param {string} label @param {string} code */
  const add = (label, code) => found.push([label, code]);
  for (const p of state.people.values()) {
    add(`@${nameOf(p.id)}`, `<@${p.id}>`);
    add(`@${p.real_name}`, `<@${p.id}>`);
    add(`@${p.name}`, `<@${p.id}>`);
  }
  for (const p of humans()) add(`@${p.real_name.split(" ")[0]}`, `<@${p.id}>`);
  for (const group of state.groups.values()) add(`@${group.handle.replace(/^@/, "")}`, `<!subteam^${group.id}>`);
  for (const word of ["here", "channel", "everyone"]) add(`@${word}`, `<!${word}>`);
  for (const channel of state.channels.values()) if (isNamed(channel)) add(`#${channel.name}`, `<#${channel.id}>`);
  return found.sort((a, b) => b[0].length - a[0].length);
}

const WORD = /[\p{L}\p{N}_]/u;
const CODE_AT = /```[\s\S]*?```|`[^`\n]+`/y;

/** The text as it goes to the server: names as tokens, code untouched. Escaping and links are the server's. @param {string} typed */
export function encode(typed) {
  const known = names();
  let out = "";
  for (let i = 0; i < typed.length; ) {
    const [code, length] = tokenAt(typed, i, known);
    out += code;
    i += length;
  }
  return out;
}

/**
 * @param {string} typed
 * @param {number} i
 * @param {[label: string, code: string][]} known
 * @returns {[code: string, length: number]}
 */
function tokenAt(typed, i, known) {
  const char = typed[i];
  if (char === "`") {
    CODE_AT.lastIndex = i;
    const code = CODE_AT.exec(typed)?.[0];
    if (code) return [code, code.length];
  }
  if ((char === "@" || char === "#") && !WORD.test(typed[i - 1] ?? "")) {
    const rest = typed.slice(i).toLowerCase();
    const hit = known.find(
      ([label]) => rest.startsWith(label.toLowerCase()) && !WORD.test(typed[i + label.length] ?? ""),
    );
    if (hit) return [hit[1], hit[0].length];
  }
  return [char, 1];
}

/** The reverse, for editing one's own message. @param {string} stored */
export function decode(stored) {
  return stored
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${nameOf(id)}`)
    .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id, label) => `#${state.channels.get(id)?.name ?? label ?? id}`)
    .replace(
      /<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g,
      (_, id) => `@${(state.groups.get(id)?.handle ?? id).replace(/^@/, "")}`,
    )
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
