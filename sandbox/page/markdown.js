/** Standard Markdown (the `markdown` block) to DOM nodes: a small parser of the parts that chat needs. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./links.js";
import { emojiNode, parseInline, inline as slackInline } from "./mrkdwn.js";

/** @import { Found } from "./mrkdwn.js" */
/** @typedef {[node: HTMLElement, next: number]} Part a block, and the row after it */

const FENCE = /^ {0,3}(```+|~~~+)\s*([\w+-]*)\s*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** @param {string} source */
export function markdown(source) {
  const rows = source.replace(/\r\n?/g, "\n").split("\n");
  const out = document.createDocumentFragment();
  for (let i = 0; i < rows.length; ) {
    if (!rows[i].trim()) {
      i++;
      continue;
    }
    const [node, next] = block(rows, i);
    out.append(node);
    i = next;
  }
  return out;
}

/** The block that starts at row `i`. @param {string[]} rows @param {number} i @returns {Part} */
function block(rows, i) {
  const fence = FENCE.exec(rows[i]);
  if (fence) return fenced(rows, i, fence);
  const heading = HEADING.exec(rows[i]);
  if (heading)
    return [
      h(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-h${heading[1].length}` }, inlineMarkdown(heading[2])),
      i + 1,
    ];
  if (RULE.test(rows[i])) return [h("hr"), i + 1];
  if (QUOTE.test(rows[i])) return quote(rows, i);
  const item = ITEM.exec(rows[i]);
  if (item) return list(rows, i, item[2]);
  if (rows[i].includes("|") && TABLE_RULE.test(rows[i + 1] ?? "")) return table(rows, i);
  return paragraph(rows, i);
}

/** @param {string[]} rows @param {number} start @param {string[]} fence @returns {Part} */
function fenced(rows, start, [, mark, language]) {
  let end = start + 1;
  while (end < rows.length && !rows[end].trim().startsWith(mark)) end++;
  const code = h("code", { data: { language: language || null } }, rows.slice(start + 1, end).join("\n"));
  return [h("pre.code", null, code), end + 1];
}

/** @param {string[]} rows @param {number} start @returns {Part} */
function quote(rows, start) {
  let end = start;
  while (end < rows.length && QUOTE.test(rows[end])) end++;
  const inner = rows
    .slice(start, end)
    .map((row) => row.replace(QUOTE, ""))
    .join("\n");
  return [h("blockquote", null, markdown(inner)), end];
}

/** @param {string} row */
const indentOf = (row) => row.replace(/\t/g, "    ").search(/\S|$/);

/**
 * A list: an item owns the lines below it that are indented deeper than its marker.
 * @param {string[]} rows
 * @param {number} start
 * @param {string} marker
 * @returns {Part}
 */
function list(rows, start, marker) {
  const base = indentOf(rows[start]);
  const number = parseInt(marker, 10);
  const ordered = !Number.isNaN(number);
  const node = h(ordered ? "ol" : "ul", ordered && number !== 1 ? { start: number } : null);
  let i = start;
  while (i < rows.length) {
    const item = ITEM.exec(rows[i]);
    if (!item || indentOf(rows[i]) !== base || /\d/.test(item[2]) !== ordered) break;
    const own = [item[3]];
    for (i++; i < rows.length && continues(rows, i, base); i++)
      own.push(rows[i].slice(Math.min(indentOf(rows[i]), base + 2)));
    node.append(listItem(own));
  }
  return [node, i];
}

/** @param {string[]} rows @param {number} i @param {number} base */
function continues(rows, i, base) {
  if (!rows[i].trim()) return Boolean(rows[i + 1]?.trim()) && indentOf(rows[i + 1]) > base;
  return indentOf(rows[i]) > base;
}

/** @param {string[]} own */
function listItem(own) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(own[0]);
  const first = task
    ? [h("input", { type: "checkbox", disabled: true, checked: task[1] !== " " }), " ", inlineMarkdown(task[2])]
    : inlineMarkdown(own[0]);
  const rest = own.slice(1).join("\n");
  return h("li", { class: task ? "task" : null }, ...first, rest.trim() ? markdown(rest) : null);
}

/** @param {string} row */
const cells = (row) =>
  row
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

/** @param {string[]} rows @param {number} start @returns {Part} */
function table(rows, start) {
  const aligns = cells(rows[start + 1]).map((c) => (/^:-+:$/.test(c) ? "center" : /-:$/.test(c) ? "right" : "left"));
  /** @param {"td" | "th"} tag @param {string} row */
  const line = (tag, row) =>
    h(
      "tr",
      null,
      aligns.map((align, n) => h(tag, { class: `align-${align}` }, inlineMarkdown(cells(row)[n] ?? ""))),
    );
  let end = start + 2;
  while (end < rows.length && rows[end].includes("|")) end++;
  const body = rows.slice(start + 2, end).map((row) => line("td", row));
  return [
    h(
      "div.table-wrap",
      { tabindex: "0" },
      h("table", null, h("thead", null, line("th", rows[start])), h("tbody", null, body)),
    ),
    end,
  ];
}

/** @param {string} row */
const startsBlock = (row) => [FENCE, HEADING, QUOTE, ITEM, RULE].some((pattern) => pattern.test(row));

/** @param {string[]} rows @param {number} start @returns {Part} */
function paragraph(rows, start) {
  let end = start + 1;
  while (end < rows.length && rows[end].trim() && !startsBlock(rows[end]) && !TABLE_RULE.test(rows[end + 1] ?? ""))
    end++;
  const text = rows
    .slice(start, end)
    .map((row) => row.trim())
    .join("\n");
  return [h("p", null, inlineMarkdown(text)), end];
}

/** @type {{ at: string, pattern: RegExp, make: (match: string[]) => Node | null }[]} */
const RULES = [
  { at: "\\", pattern: /\\([\\`*_{}[\]()#+\-.!|~<>])/y, make: (m) => document.createTextNode(m[1]) },
  { at: "`", pattern: /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/y, make: (m) => h("code", null, m[2].trim()) },
  { at: "!", pattern: /!\[([^\]]*)\]\(([^)\s]+)[^)]*\)/y, make: (m) => link(m[2], m[1] || "image") },
  {
    at: "[",
    pattern: /\[((?:[^[\]]|\[[^\]]*\])*)\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/y,
    make: (m) => link(m[2], h("span", null, inlineMarkdown(m[1]))),
  },
  { at: "<", pattern: /<((?:https?:\/\/|mailto:)[^\s>|]+)>/y, make: (m) => link(m[1]) },
  {
    at: "<",
    pattern: /<([@#!][^<>\n]+|https?:[^<>\n]+\|[^<>\n]+)>/y,
    make: (m) => h("span", null, slackInline(m[0])),
  },
  {
    at: "*",
    pattern: /\*\*\*(?=\S)([\s\S]*?\S)\*\*\*/y,
    make: (m) => h("strong", null, h("em", null, inlineMarkdown(m[1]))),
  },
  { at: "*", pattern: /\*\*(?=\S)([\s\S]*?\S)\*\*/y, make: (m) => h("strong", null, inlineMarkdown(m[1])) },
  {
    at: "_",
    pattern: /(?<![\p{L}\p{N}])__(?=\S)([\s\S]*?\S)__(?![\p{L}\p{N}])/uy,
    make: (m) => h("strong", null, inlineMarkdown(m[1])),
  },
  { at: "*", pattern: /\*(?=[^\s*])([^*]*[^\s*])\*(?!\*)/y, make: (m) => h("em", null, inlineMarkdown(m[1])) },
  {
    at: "_",
    pattern: /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_]*[^\s_])_(?![\p{L}\p{N}_])/uy,
    make: (m) => h("em", null, inlineMarkdown(m[1])),
  },
  { at: "~", pattern: /~~(?=\S)([\s\S]*?\S)~~/y, make: (m) => h("s", null, inlineMarkdown(m[1])) },
  { at: ":", pattern: /:([a-z0-9_+'-]+):/y, make: (m) => (emoji(m[1]) ? emojiNode(m[1]) : null) },
  { at: "h", pattern: /(?<![\p{L}\p{N}])https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]]/uy, make: (m) => link(m[0]) },
];

/** Inline Markdown to nodes. Raw HTML is shown as it is written. @param {string} source @returns {Node[]} */
const inlineMarkdown = (source) => parseInline(source, firstRule);

/** @param {string} source @param {number} i @returns {Found | null} */
function firstRule(source, i) {
  for (const { at, pattern, make } of RULES) {
    if (source[i] !== at) continue;
    pattern.lastIndex = i;
    const match = pattern.exec(source);
    const node = match && make(match);
    if (node) return [node, match[0].length];
  }
  return null;
}
