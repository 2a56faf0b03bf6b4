/** A value as a tree that can be folded; long or deep parts start closed. */

import { h } from "./dom.js";

const OPEN_DEPTH = 2;
const FEW = 12;

/** @import { Child, Json } from "./types.js" */

/** @param {Json} value */
export const jsonTree = (value) => h("div.json", null, branch(null, value, 0));

/** @param {string | null} key @param {Json} value @param {number} depth @returns {Child} */
function branch(key, value, depth) {
  const name = key !== null && h("span.json-key", null, key);
  if (value === null || typeof value !== "object") return [name, leaf(value)];
  const pairs = Object.entries(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (!pairs.length) return [name, h("span.json-mark", null, open + close)];
  const peek = Array.isArray(value) ? `${pairs.length} items` : Object.keys(value).slice(0, 4).join(", ");
  const node = h(
    "details",
    { open: depth < OPEN_DEPTH && (pairs.length <= FEW || depth === 0) },
    h(
      "summary",
      null,
      name,
      h("span.json-mark", null, open),
      h("span.json-peek", null, peek),
      h("span.json-mark", null, close),
    ),
  );
  const items = () =>
    pairs.map(([childKey, child]) => h("li", null, branch(Array.isArray(value) ? null : childKey, child, depth + 1)));
  const draw = () => node.append(h("ul", null, items()));
  if (node.open) draw();
  else node.addEventListener("toggle", draw, { once: true });
  return node;
}

/** @param {string | number | boolean | null} value */
const leaf = (value) =>
  h(
    `span.json-${value === null ? "null" : typeof value}`,
    null,
    typeof value === "string" ? JSON.stringify(value) : String(value),
  );
