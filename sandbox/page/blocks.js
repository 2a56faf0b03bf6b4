/** Block Kit layout blocks to DOM. What takes part in a conversation with the app is in elements.js and inputs.js. */

import { hexColour } from "./avatar.js";
import { around, h } from "./dom.js";
import { elements, inputBlock } from "./elements.js";
import { icon } from "./icons.js";
import { imageBlock, safeImage } from "./images.js";
import { problemLine } from "./interact.js";
import { link } from "./links.js";
import { markdown } from "./markdown.js";
import { plain, text } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { keepValues } from "./values.js";

/** @import { Attachment, Block, BlockContext, BlockType, Layouts, TableCell, Task } from "./types.js" */
/** @import { IconName } from "./icons.js" */

/** Accessories that Slack puts under the text and not beside it. */
const LISTED = new Set(["checkboxes", "radio_buttons"]);
const FRAMED = new Set(["header", "actions", "card", "plan"]);

/** All blocks of a message or a view. @param {Block[]} blocks @param {BlockContext} ctx */
export function renderBlocks(blocks, ctx) {
  keepValues(ctx);
  const framed = !ctx.inView && blocks.some((b) => FRAMED.has(b.type) || (b.type === "section" && b.fields));
  return h(
    "div.blocks",
    { class: framed ? "framed" : null },
    blocks.map((block) => one(block, ctx)),
    problemLine(ctx),
  );
}

/** @template {BlockType} T @param {Block<T>} block @param {BlockContext} ctx */
function one(block, ctx) {
  const build = layouts[block.type];
  if (!build) return h("div.block.unsupported", null, `A “${block.type}” block, which this page cannot show`);
  return build(block, ctx);
}

/** @type {Layouts} */
const layouts = {
  header: (block) => h("h3.block.header", null, plain(block.text)),
  divider: () => h("hr.block"),
  section,
  context: (block) => h("div.block.context", null, (block.elements ?? []).map(contextElement)),
  actions: (block, ctx) => h("div.block.actions", null, elements(ctx, block, block.elements)),
  context_actions: (block, ctx) => h("div.block.context-actions", null, elements(ctx, block, block.elements)),
  image: imageBlock,
  input: (block, ctx) => inputBlock(ctx, block),
  rich_text: (block) => h("div.block", null, richText(block)),
  markdown: (block) => h("div.block.markdown", null, markdown(block.text ?? "")),
  table,
  plan,
  task_card: (block) => h("div.block.plan", null, task(block)),
  alert,
  card,
  container: (block, ctx) =>
    h(
      "div.block.container",
      null,
      block.title && h("h4", null, text(block.title)),
      (block.child_blocks ?? []).map((child) => one(child, ctx)),
    ),
  video: (block) =>
    h("div.block.unsupported", null, link(block.title_url ?? block.video_url ?? "", block.title?.text ?? "Video")),
  file: (block) => h("div.block.unsupported", null, `File ${block.external_id ?? ""}`),
};

/** @param {NonNullable<Block<"context">["elements"]>[number]} element */
const contextElement = (element) =>
  element.type === "image" ? safeImage(element, "context-image") : h("span.context-text", null, text(element));

/** @type {Record<string, IconName>} */
const ALERT_ICON = { success: "check", error: "warn", warning: "warn" };

/** @param {Block<"alert">} block */
function alert({ level = "default", text: words }) {
  const mark = icon(ALERT_ICON[level] ?? "info");
  return h("div.block.alert", { class: level, role: "note" }, mark, h("span", null, text(words)));
}

/** @param {Block<"section">} block @param {BlockContext} ctx */
function section(block, ctx) {
  const body = h(
    "div.section-body",
    null,
    block.text && h("div.text", null, text(block.text)),
    block.fields &&
      h(
        "div.fields",
        null,
        block.fields.map((field) => h("div.text", null, text(field))),
      ),
  );
  if (!block.accessory) return h("div.block.section", null, body);
  return h(
    "div.block.section.with-accessory",
    { class: LISTED.has(block.accessory.type) ? "stacked" : null },
    body,
    h("div.accessory", null, elements(ctx, block, [block.accessory])),
  );
}

/** @param {Block<"table">} block */
function table({ rows: [head = [], ...rows] = [], column_settings: columns = [] }) {
  /** @param {"td" | "th"} tag @returns {(spec: TableCell | null, n: number) => HTMLElement} */
  const cell = (tag) => (spec, n) => {
    const { align = "left", is_wrapped: isWrapped = true } = columns[n] ?? {};
    return h(tag, { class: `align-${align}${isWrapped ? "" : " nowrap"}` }, cellContent(spec));
  };
  const body = rows.map((row) => h("tr", null, row.map(cell("td"))));
  return h(
    "div.block.table-wrap",
    { tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", null, h("thead", null, h("tr", null, head.map(cell("th")))), h("tbody", null, body)),
  );
}

/** @param {TableCell | null} spec */
function cellContent(spec) {
  if (spec?.type === "rich_text") return richText(spec);
  return spec?.text ?? String(spec?.value ?? "");
}

/** @type {Record<string, { mark: IconName | null, word: string }>} */
const TASK_MARK = {
  pending: { mark: "clock", word: "waiting" },
  in_progress: { mark: null, word: "in progress" },
  complete: { mark: "check", word: "done" },
  error: { mark: "warn", word: "failed" },
};

/** @param {Task} spec */
function task({ status = "pending", title = "", details, output, sources = [] }) {
  const { mark: name, word } = TASK_MARK[status] ?? TASK_MARK.pending;
  const mark = h(
    "span.task-mark",
    { class: status, role: "img", "aria-label": word },
    name ? icon(name, 15) : h("span.spinner"),
  );
  const links = sources.map(({ url, text: words }) => link(url, words ?? url));
  const more = [details && richText(details), output && richText(output), around("div.sources", links)].filter(Boolean);
  const label = h("span.task-title", null, title);
  if (!more.length) return h("div.task-card", null, mark, label);
  return h(
    "details.task-card",
    null,
    h("summary", null, mark, label, icon("chevron", 14)),
    h("div.task-more", null, more),
  );
}

/** @param {Block<"plan">} block */
function plan({ title = "Plan", tasks = [] }) {
  return h("div.block.plan", null, h("div.plan-title", null, plain(title)), tasks.map(task));
}

/** @param {Block<"card">} block @param {BlockContext} ctx */
function card(block, ctx) {
  return h(
    "div.block.card",
    null,
    block.hero_image && safeImage(block.hero_image, "image"),
    block.title && h("h4", null, text(block.title)),
    block.subtitle && h("div.subtitle", null, text(block.subtitle)),
    block.body && h("div.text", null, text(block.body)),
    around("div.actions", elements(ctx, block, block.actions)),
  );
}

/** Legacy attachments: a colour bar, then blocks or the old fields. @param {Attachment[]} list @param {BlockContext} ctx */
export const attachments = (list, ctx) =>
  list.map((item, index) =>
    h(
      "div.attachment",
      { vars: { "--bar": colour(item.color) } },
      item.pretext && h("div.text.pretext", null, text(item.pretext)),
      h(
        "div.attachment-body",
        null,
        item.author_name && h("div.attachment-author", null, item.author_name),
        item.title && h("div.attachment-title", null, item.title_link ? link(item.title_link, item.title) : item.title),
        item.blocks
          ? renderBlocks(item.blocks, { ...ctx, blocks: item.blocks, key: `${ctx.key}#${index}` })
          : item.text && h("div.text", null, text(item.text)),
        around("div.fields", (item.fields ?? []).map(attachmentField)),
        item.image_url && safeImage({ image_url: item.image_url, alt_text: item.fallback }, "image"),
        item.footer && h("div.context", null, item.footer),
      ),
    ),
  );

/** @param {NonNullable<Attachment["fields"]>[number]} field */
const attachmentField = ({ title, value, short }) =>
  h("div.text", { class: short ? null : "full" }, h("strong", null, title), h("div", null, text(value)));

/** @type {Record<string, string>} */
const NAMED = { good: "var(--good)", warning: "var(--warn)", danger: "var(--danger)" };

/** @param {string} [value] */
const colour = (value = "") => NAMED[value] ?? hexColour(value) ?? "var(--line-strong)";
