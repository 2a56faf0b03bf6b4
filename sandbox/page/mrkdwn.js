/** Slack's mrkdwn to DOM nodes. Untrusted text only ever becomes text nodes and a few known elements. */

import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { broadcast, channelChip, groupChip, link, mention } from "./links.js";
import { fullTime, slackDate } from "./time.js";

/** @import { Text } from "./types.js" */
/** @typedef {[node: Node, length: number]} Found what is shown, and how many characters it stands for */

/** @type {Record<string, string>} */
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
/** @param {string} source */
const unescaped = (source) => source.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/** A plain_text object or string as a text node, with shortcodes and entities resolved. @param {Text | null} [words] */
export const plain = (words) =>
  document.createTextNode(withEmoji(unescaped(typeof words === "string" ? words : (words?.text ?? ""))));

/** @param {Text | undefined} words a text object, or mrkdwn as a string */
export function text(words) {
  if (!words) return "";
  if (typeof words === "string") return mrkdwn(words);
  return words.type === "plain_text" ? plain(words) : mrkdwn(words.text);
}

/** A whole mrkdwn text: fences and quotes as blocks, the rest inline with its line breaks kept. @param {string} source */
export function mrkdwn(source) {
  const out = document.createDocumentFragment();
  source.split(/```/).forEach((part, index, all) => {
    const fenced = index % 2 === 1 && index < all.length - 1;
    if (fenced) out.append(h("pre.code", null, h("code", null, unescaped(part.replace(/^\n/, "").replace(/\n$/, "")))));
    else out.append(lines(index % 2 === 1 ? `\`\`\`${part}` : trimAround(part, index, all.length)));
  });
  return out;
}

/**
 * A fence brings its own spacing, so the line break beside it is dropped.
 * @param {string} part
 * @param {number} index
 * @param {number} count
 */
function trimAround(part, index, count) {
  const head = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? head.replace(/\n$/, "") : head;
}

const QUOTE = /^(?:&gt;|>)(?!&gt;|>) ?/;
const QUOTE_REST = /^(?:&gt;|>){3} ?/;

/** @param {string} part */
function lines(part) {
  const rows = part.split("\n");
  const rest = rows.findIndex((row) => QUOTE_REST.test(row));
  const out = runs(rest < 0 ? rows : rows.slice(0, rest));
  if (rest >= 0) out.append(quote(rows.slice(rest).join("\n").replace(QUOTE_REST, "")));
  return out;
}

/** Rows in a row that are quoted make one quote. @param {string[]} rows */
function runs(rows) {
  const out = document.createDocumentFragment();
  for (let start = 0, end = 0; start < rows.length; start = end) {
    const quoted = QUOTE.test(rows[start]);
    while (end < rows.length && QUOTE.test(rows[end]) === quoted) end++;
    const run = rows.slice(start, end);
    if (quoted) out.append(quote(run.map((row) => row.replace(QUOTE, "")).join("\n")));
    else out.append(...inline(run.join("\n")));
  }
  return out;
}

/** @param {string} source */
const quote = (source) => h("blockquote", null, inline(source));

const WORD = /[\p{L}\p{N}_]/u;
/** @type {Record<string, string>} */
const STYLES = { "*": "strong", _: "em", "~": "s" };
const TOKEN = /<([^<>\n]+)>/y;
const CODE = /`([^`\n]+)`/y;
const SHORTCODE = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/y;
const URL_TEXT = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]]/y;

/** Inline mrkdwn to nodes. @param {string} source */
export function inline(source) {
  const out = parseInline(source, special);
  if (out[0] instanceof HTMLTimeElement) out[0].classList.add("leading");
  return out;
}

/**
 * Nodes for what a parser finds, and text for what is between.
 * @param {string} source
 * @param {(source: string, at: number) => Found | null} find what starts at a character
 */
export function parseInline(source, find) {
  /** @type {Node[]} */
  const out = [];
  let run = "";
  const flush = () => {
    if (run) out.push(document.createTextNode(unescaped(run)));
    run = "";
  };
  for (let i = 0; i < source.length; ) {
    const [node, length] = find(source, i) ?? [null, 1];
    if (node) {
      flush();
      out.push(node);
    } else run += source[i];
    i += length;
  }
  flush();
  return out;
}

/** @type {Record<string, { pattern: RegExp, make: (inside: string) => Node | null }>} */
const MARKS = {
  "<": { pattern: TOKEN, make: token },
  "`": { pattern: CODE, make: (inside) => h("code", null, unescaped(inside)) },
  ":": { pattern: SHORTCODE, make: (name) => (emoji(name) ? emojiNode(name) : null) },
  h: { pattern: URL_TEXT, make: (address) => link(unescaped(address)) },
};

/** @param {string} source @param {number} i @returns {Found | null} */
function special(source, i) {
  const char = source[i];
  const inWord = WORD.test(source[i - 1] ?? "");
  if (char in STYLES) return inWord || source[i - 1] === char ? null : styled(source, i);
  if (!(char in MARKS) || (char === "h" && inWord)) return null;
  const { pattern, make } = MARKS[char];
  pattern.lastIndex = i;
  const found = pattern.exec(source);
  const node = found && make(found[1] ?? found[0]);
  return node && [node, found[0].length];
}

/** @param {string} source @param {number} i @returns {Found | null} */
function styled(source, i) {
  const end = closing(source, i, source[i]);
  return end ? [h(STYLES[source[i]], null, inline(source.slice(i + 1, end))), end - i + 1] : null;
}

/**
 * Where a styled run that opens at `start` ends: after a non-space, before a non-word, on the same line.
 * @param {string} source
 * @param {number} start
 * @param {string} mark
 */
function closing(source, start, mark) {
  if (/\s/.test(source[start + 1] ?? " ") || source[start + 1] === mark) return 0;
  for (let i = start + 1; i < source.length && source[i] !== "\n"; i++) {
    if (source[i] === "`") {
      const code = source.indexOf("`", i + 1);
      if (code > 0) i = code;
    } else if (source[i] === mark && !/\s/.test(source[i - 1]) && !WORD.test(source[i + 1] ?? "")) return i;
  }
  return 0;
}

/** @param {string} name */
export const emojiNode = (name) =>
  h(
    "span.emoji",
    { role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    emoji(name) ?? `:${name}:`,
  );

/** The inside of `<…>`: a mention, a date, or a link. @param {string} body */
function token(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? null : body.slice(bar + 1);
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelChip(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupChip(target.slice(9), label);
  if (target.startsWith("!date^")) return date(target.slice(6), label);
  if (target.startsWith("!")) return broadcast(target.slice(1), label);
  return link(unescaped(target), label === null ? null : withEmoji(unescaped(label)));
}

/** @param {string} body @param {string | null} fallback */
function date(body, fallback) {
  const [seconds, pattern, url] = body.split("^");
  if (!/^\d+$/.test(seconds) || !pattern) return document.createTextNode(fallback ?? body);
  const shown = h(
    "time",
    { title: fullTime(seconds), datetime: new Date(Number(seconds) * 1000).toISOString() },
    slackDate(seconds, pattern),
  );
  return url ? link(url, shown) : shown;
}

/** The text as one line without markup, for titles, previews and screen-reader announcements. @param {string} source */
export function flatten(source) {
  return mrkdwn(source).textContent?.replace(/\s+/g, " ").trim();
}
