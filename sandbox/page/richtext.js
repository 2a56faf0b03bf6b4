/** The `rich_text` block: sections, lists, preformatted text and quotes with every inline element. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcast, channelChip, groupChip, link, mention } from "./links.js";
import { emojiNode } from "./mrkdwn.js";
import { fullTime, slackDate } from "./time.js";

/** @import { RichInline, RichInlineType, RichInlines, RichPart, RichParts, RichPartType, RichStyle, RichText } from "./types.js" */

/** @type {[style: RichStyle, tag: string][]} */
const WRAPPERS = [
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["code", "code"],
  ["underline", "u"],
  ["highlight", "mark"],
];

/** @param {RichText} block */
export const richText = (block) => h("div.rich-text", null, (block.elements ?? []).map(part));

/** @type {RichParts} */
const parts = {
  rich_text_section: (node) => h("div.rt-section", null, children(node)),
  rich_text_quote: (node) => h("blockquote", { class: node.border ? "bordered" : null }, children(node)),
  rich_text_preformatted: (node) => h("pre.code", null, h("code", null, children(node))),
  rich_text_list: (node) => {
    const tag = node.style === "ordered" ? "ol" : "ul";
    const indent = Math.min(node.indent ?? 0, 8);
    const start = node.offset ? { start: node.offset + 1 } : {};
    return h(
      tag,
      { class: `rt-list indent-${indent}`, ...start },
      (node.elements ?? []).map((item) => h("li", null, children(item))),
    );
  },
};

/** @template {RichPartType} T @param {RichPart<T>} node */
const part = (node) => parts[node.type]?.(node) ?? h("span.unsupported", null, `“${node.type}” cannot be shown here`);

/** @param {{ elements?: RichInline[] }} node */
const children = (node) => (node.elements ?? []).map(inlineElement);

/** @type {RichInlines} */
const inlines = {
  text: (e) => document.createTextNode(e.text ?? ""),
  link: (e) => link(e.url ?? "", e.text || null),
  user: (e) => mention(e.user_id),
  usergroup: (e) => groupChip(e.usergroup_id),
  channel: (e) => channelChip(e.channel_id),
  broadcast: (e) => broadcast(e.range),
  emoji: (e) =>
    emoji(e.name) ? emojiNode(e.name) : document.createTextNode(fromCodePoints(e.unicode) ?? `:${e.name}:`),
  color: (e) =>
    h(
      "span.color-chip",
      null,
      h("i", { vars: { "--chip": /^#[0-9a-f]{3,8}$/i.test(e.value) ? e.value : "transparent" } }),
      e.value,
    ),
  date: (e) =>
    h("time", { title: fullTime(e.timestamp) }, e.format ? slackDate(e.timestamp, e.format) : (e.fallback ?? "")),
};

/** @template {RichInlineType} T @param {RichInline<T>} element */
function inlineElement(element) {
  const node =
    inlines[element.type]?.(element) ?? document.createTextNode("text" in element ? String(element.text) : "");
  return WRAPPERS.filter(([style]) => element.style?.[style]).reduce((inner, [, tag]) => h(tag, null, inner), node);
}

/** "1f44d-1f3fb" as Slack sends it, to a string. */
function fromCodePoints(hex = "") {
  if (!/^[0-9a-f]+(-[0-9a-f]+)*$/i.test(hex)) return null;
  return String.fromCodePoint(...hex.split("-").map((code) => parseInt(code, 16)));
}
