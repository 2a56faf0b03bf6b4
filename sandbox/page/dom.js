/** Small tools for building and updating the DOM. Nothing here ever parses a string as HTML. */

/** @import { Child, ElementOf, Props } from "./types.js" */

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set(["value", "checked", "disabled", "selected", "multiple", "hidden", "open"]);

/**
 * Build an element: `h("button.primary", { type: "button", onclick }, "Send")`.
 * @template {string} S
 * @param {S} spec tag name, with classes after dots
 * @param {Props | null} [props] null, undefined and false are skipped
 * @param {...Child} children
 */
export function h(spec, props = null, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  const { data = {}, vars = {}, ...rest } = props ?? {};
  for (const [key, value] of Object.entries(data)) if (value != null) node.dataset[key] = value;
  for (const [key, value] of Object.entries(vars)) node.style.setProperty(key, value);
  for (const [key, value] of Object.entries(rest)) setProp(node, key, value);
  return /** @type {ElementOf<S>} */ (append(node, children));
}

/** @param {HTMLElement} node @param {string} key @param {unknown} value */
function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") node.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
  else if (key === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
  else if (AS_PROPERTY.has(key)) Object.assign(node, { [key]: value });
  else node.setAttribute(key, value === true ? "" : String(value));
}

/**
 * Append children; nested arrays are flattened, empty values skipped, strings become text.
 * @template {Element} E
 * @param {E} node
 * @param {Child} children
 */
export function append(node, children) {
  if (Array.isArray(children)) for (const child of children) append(node, child);
  else if (children) node.append(children);
  return node;
}

/**
 * An element around others, or nothing where there are none.
 * @param {string} spec
 * @param {HTMLElement[]} children
 */
export const around = (spec, children) => (children.length ? h(spec, null, children) : null);

/**
 * Replace everything inside a node.
 * @param {HTMLElement} node
 * @param {...Child} children
 */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/**
 * Replace everything inside a node and put the keyboard focus back on the same control.
 * @param {HTMLElement} node
 * @param {...Child} children
 */
export function refill(node, ...children) {
  const held = focusedIn(node)?.dataset;
  fill(node, ...children);
  const id = held?.focus ?? held?.testid;
  if (id)
    all(node, "[data-focus], [data-testid]")
      .find((n) => (n.dataset.focus ?? n.dataset.testid) === id)
      ?.focus();
}

/** @param {ParentNode} root @param {string} selector */
export const all = (root, selector) =>
  [...root.querySelectorAll(selector)].filter((node) => node instanceof HTMLElement);

/** @param {ParentNode} root @param {string} selector */
export const first = (root, selector) => all(root, selector).at(0) ?? null;

/** The element of `index.html` with this id. @param {string} id */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no #${id}.`);
  return node;
}

/** The element inside a node that has the keyboard focus. @param {Node} node */
export function focusedIn(node) {
  const held = document.activeElement;
  return held instanceof HTMLElement && node.contains(held) ? held : null;
}

/**
 * Close a dialog for good. Taking it away takes the caret out of the box that gets the focus back: it is focused anew.
 * @param {HTMLDialogElement} dialog
 */
export function shutDialog(dialog) {
  dialog.close();
  dialog.remove();
  const back = document.activeElement;
  if (!(back instanceof HTMLElement) || back === document.body) return;
  back.blur();
  back.focus();
}

/** The nearest element around an event that matches. @param {Event} event @param {string} selector */
export function closest(event, selector) {
  const found = event.target instanceof Element && event.target.closest(selector);
  return found instanceof HTMLElement ? found : null;
}

/**
 * Inline SVG icon from a list of path data, drawn with the current text colour.
 * @param {string[]} paths
 * @param {{ size: number, className: string }} look
 */
export function svg(paths, { size, className }) {
  const node = document.createElementNS(SVG, "svg");
  const side = String(size);
  const attributes = { viewBox: "0 0 24 24", width: side, height: side, class: className, "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

/** Make a text box as high as its text. @param {HTMLTextAreaElement} box */
export function grow(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** @param {number} n @param {string} one */
export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** A failure in words. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
