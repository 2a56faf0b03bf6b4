/** Block Kit layout blocks to DOM. What takes part in a conversation with the app is in elements.js and inputs.js. */

import { h } from "./dom.js";
import { element, inputBlock } from "./elements.js";
import { icon } from "./icons.js";
import { imageBlock, safeImage } from "./images.js";
import { keepValues, problemLine } from "./interact.js";
import { link } from "./links.js";
import { markdown } from "./markdown.js";
import { plain, text } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** Accessories that Slack puts under the text and not beside it. */
const LISTED = new Set(["checkboxes", "radio_buttons"]);
const FRAMED = new Set(["header", "actions", "card", "plan"]);

/**
 * All blocks of a message or a view.
 * @param {Object[]} blocks
 * @param {import("./interact.js").BlockContext} ctx
 */
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

function one(block, ctx) {
  const build = layouts[block.type];
  if (!build) return h("div.block.unsupported", null, `A “${block.type}” block, which this page cannot show`);
  return build(block, ctx);
}

const layouts = {
  header: (block) => h("h3.block.header", null, plain(block.text)),
  divider: () => h("hr.block"),
  section,
  context: (block) =>
    h(
      "div.block.context",
      null,
      (block.elements ?? []).map((e) =>
        e.type === "image" ? safeImage(e, "context-image") : h("span.context-text", null, text(e)),
      ),
    ),
  actions: (block, ctx) =>
    h(
      "div.block.actions",
      null,
      (block.elements ?? []).map((e) => element(ctx, block, e)),
    ),
  context_actions: (block, ctx) =>
    h(
      "div.block.context-actions",
      null,
      (block.elements ?? []).map((e) => element(ctx, block, e)),
    ),
  image: imageBlock,
  input: (block, ctx) => inputBlock(ctx, block),
  rich_text: (block) => h("div.block", null, richText(block)),
  markdown: (block) => h("div.block.markdown", null, markdown(block.text ?? "")),
  table,
  plan,
  task_card: (block) => h("div.block.plan", null, task(block)),
  alert: (block) =>
    h(
      "div.block.alert",
      { class: block.level ?? "default", role: "note" },
      icon(
        block.level === "success" ? "check" : block.level === "error" || block.level === "warning" ? "warn" : "info",
      ),
      h("span", null, text(block.text)),
    ),
  card,
  container: (block, ctx) =>
    h(
      "div.block.container",
      null,
      block.title && h("h4", null, text(block.title)),
      (block.child_blocks ?? block.blocks ?? []).map((child) => one(child, ctx)),
    ),
  video: (block) =>
    h("div.block.unsupported", null, link(block.title_url ?? block.video_url ?? "", block.title?.text ?? "Video")),
  file: (block) => h("div.block.unsupported", null, `File ${block.external_id ?? ""}`),
};

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
    h("div.accessory", null, element(ctx, block, block.accessory)),
  );
}

function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (tag, spec, n) =>
    h(
      tag,
      { class: `align-${settings[n]?.align ?? "left"}${settings[n]?.is_wrapped === false ? " nowrap" : ""}` },
      cellContent(spec),
    );
  const [head = [], ...rows] = block.rows ?? [];
  return h(
    "div.block.table-wrap",
    { tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          head.map((spec, n) => cell("th", spec, n)),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) =>
          h(
            "tr",
            null,
            row.map((spec, n) => cell("td", spec, n)),
          ),
        ),
      ),
    ),
  );
}

function cellContent(spec) {
  if (spec?.type === "rich_text") return richText(spec);
  return spec?.text ?? (spec?.value === undefined ? "" : String(spec.value));
}

const TASK_MARK = {
  pending: ["clock", "waiting"],
  in_progress: [null, "in progress"],
  complete: ["check", "done"],
  error: ["warn", "failed"],
};

function task(spec) {
  const [name, word] = TASK_MARK[spec.status] ?? TASK_MARK.pending;
  const mark = h(
    "span.task-mark",
    { class: spec.status ?? "pending", role: "img", "aria-label": word },
    name ? icon(name, 15) : h("span.spinner"),
  );
  const more = [
    spec.details && richText(spec.details),
    spec.output && richText(spec.output),
    spec.sources?.length &&
      h(
        "div.sources",
        null,
        spec.sources.map((s) => link(s.url, s.text ?? s.url)),
      ),
  ].filter(Boolean);
  const title = h("span.task-title", null, spec.title ?? "");
  if (!more.length) return h("div.task-card", null, mark, title);
  return h(
    "details.task-card",
    null,
    h("summary", null, mark, title, icon("chevron", 14)),
    h("div.task-more", null, more),
  );
}

function plan(block) {
  return h(
    "div.block.plan",
    null,
    h("div.plan-title", null, block.title?.text ?? block.title ?? "Plan"),
    (block.tasks ?? []).map(task),
  );
}

function card(block, ctx) {
  return h(
    "div.block.card",
    null,
    block.hero_image && safeImage(block.hero_image, "image"),
    h("h4", null, text(block.title)),
    block.subtitle && h("div.subtitle", null, text(block.subtitle)),
    block.body && h("div.text", null, text(block.body)),
    block.actions?.length &&
      h(
        "div.actions",
        null,
        block.actions.map((e) => element(ctx, block, e)),
      ),
  );
}

/** Legacy attachments: a colour bar, then blocks or the old fields. */
export function attachments(list, ctx) {
  return list.map((item, index) =>
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
        item.fields?.length &&
          h(
            "div.fields",
            null,
            item.fields.map((f) =>
              h(
                "div.text",
                { class: f.short ? null : "full" },
                h("strong", null, f.title),
                h("div", null, text(f.value)),
              ),
            ),
          ),
        item.image_url && safeImage({ image_url: item.image_url, alt_text: item.fallback }, "image"),
        item.footer && h("div.context", null, item.footer),
      ),
    ),
  );
}

const NAMED = { good: "var(--good)", warning: "var(--warn)", danger: "var(--danger)" };
const colour = (value) =>
  NAMED[value] ?? (/^#?[0-9a-f]{6}$/i.test(value ?? "") ? `#${value.replace("#", "")}` : "var(--line-strong)");
