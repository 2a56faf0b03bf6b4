/** Small tools for building and updating the DOM. Nothing here ever parses a string as HTML. */

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set([
  "value",
  "checked",
  "disabled",
  "selected",
  "indeterminate",
  "multiple",
  "hidden",
  "open",
]);

/**
 * Build an element: `h("button.primary", { type: "button", onclick }, "Send")`.
 * @param {string} spec tag name, with classes after dots
 * @param {Object|null} props attributes; `on…` are listeners, `data` is a dict of data attributes; null/false are skipped
 * @param {...(Node|string|number|null|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(spec, props = null, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props ?? {})) setProp(node, key, value);
  append(node, children);
  return node;
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
  else if (key === "data") Object.entries(value).forEach(([k, v]) => v != null && (node.dataset[k] = v));
  else if (key === "vars") Object.entries(value).forEach(([k, v]) => node.style.setProperty(k, v));
  else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
  else if (AS_PROPERTY.has(key)) node[key] = value;
  else node.setAttribute(key, value === true ? "" : value);
}

/** Append children; nested arrays are flattened, empty values skipped, strings become text. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** Replace everything inside a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Replace everything inside a node and put the keyboard focus back on the same control. */
export function refill(node, ...children) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset : null;
  fill(node, ...children);
  const id = held?.focus ?? held?.testid;
  if (id)
    [...node.querySelectorAll("[data-focus], [data-testid]")]
      .find((n) => (n.dataset.focus ?? n.dataset.testid) === id)
      ?.focus();
  return node;
}

/** Inline SVG icon from a list of path data, drawn with the current text colour. */
export function svg(paths, { size = 18, className = "icon" } = {}) {
  const node = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, class: className, "aria-hidden": "true" };
  Object.entries(attributes).forEach(([k, v]) => node.setAttribute(k, v));
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

/**
 * Make a parent's children match a keyed list and touch only what changed.
 * @param {HTMLElement} parent
 * @param {{key: string, sig: string, build: () => HTMLElement}[]} items
 */
export function reconcile(parent, items) {
  const before = parent.keyed ?? new Map();
  const after = new Map();
  let cursor = parent.firstChild;
  for (const { key, sig, build } of items) {
    let entry = before.get(key);
    if (!entry || entry.sig !== sig) {
      const node = build();
      if (entry) {
        if (entry.node === cursor) cursor = node;
        swap(entry.node, node);
      }
      entry = { sig, node };
    }
    if (entry.node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(entry.node, cursor);
    after.set(key, entry);
  }
  for (const [key, entry] of before) if (!after.has(key)) entry.node.remove();
  parent.keyed = after;
}

/** Replace one node by its newer version, keeping keyboard focus on the same control where it still exists. */
function swap(old, fresh) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (!held) return;
  const id = held.dataset.actionId ?? held.dataset.focus;
  const heir =
    id &&
    [...fresh.querySelectorAll("[data-action-id],[data-focus]")].find(
      (node) => (node.dataset.actionId ?? node.dataset.focus) === id,
    );
  (heir ?? fresh.querySelector("[tabindex]") ?? fresh).focus?.({ preventScroll: true });
}

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** A local setting that may be unavailable (private windows); never throws. */
export const settings = {
  get(key, fallback = null) {
    try {
      return JSON.parse(localStorage.getItem(`countersign:${key}`)) ?? fallback;
    } catch {
      return fallback;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`countersign:${key}`, JSON.stringify(value));
    } catch {
      /* the setting lasts for this page only */
    }
  },
};
