/** A value as a tree that can be folded; long or deep parts start closed. */

import { h } from "./dom.js";

const OPEN_DEPTH = 2;
const FEW = 12;

export const jsonTree = (value) => h("div.json", null, branch(null, value, 0));

function branch(key, value, depth) {
  const name = key !== null && h("span.json-key", null, key);
  if (value === null || typeof value !== "object") return [name, leaf(value)];
  const list = Array.isArray(value);
  const pairs = Object.entries(value);
  const [open, close] = list ? "[]" : "{}";
  if (!pairs.length) return [name, h("span.json-mark", null, open + close)];
  const node = h(
    "details",
    { open: depth < OPEN_DEPTH && (pairs.length <= FEW || depth === 0) },
    h(
      "summary",
      null,
      name,
      h("span.json-mark", null, open),
      h(
        "span.json-peek",
        null,
        list
          ? `${pairs.length} items`
          : pairs
              .map(([key]) => key)
              .slice(0, 4)
              .join(", "),
      ),
      h("span.json-mark", null, close),
    ),
  );
  const draw = () =>
    node.children.length === 1 &&
    node.append(
      h(
        "ul",
        null,
        pairs.map(([childKey, child]) => h("li", null, branch(list ? null : childKey, child, depth + 1))),
      ),
    );
  if (node.open) draw();
  else node.addEventListener("toggle", draw, { once: true });
  return node;
}

const leaf = (value) =>
  h(
    `span.json-${value === null ? "null" : typeof value}`,
    null,
    typeof value === "string" ? JSON.stringify(value) : String(value),
  );
