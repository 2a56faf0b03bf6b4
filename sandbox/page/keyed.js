/** Keyed lists: a parent's children follow a list, and only what changed is built again. */

import { all, first, focusedIn } from "./dom.js";

/** @import { Item } from "./types.js" */
/** @typedef {{ sig: string, node: HTMLElement }} Shown */

/** @type {WeakMap<HTMLElement, Map<string, Shown>>} */
const lists = new WeakMap();

/**
 * Make a parent's children match a keyed list.
 * @param {HTMLElement} parent has no other children
 * @param {(Item | null)[]} items
 */
export function reconcile(parent, items) {
  const before = lists.get(parent) ?? new Map();
  const after = new Map();
  let cursor = parent.firstChild;
  for (const item of items) {
    if (!item) continue;
    const known = before.get(item.key);
    const shown = known?.sig === item.sig ? known : { sig: item.sig, node: item.build() };
    if (known && known !== shown) {
      if (known.node === cursor) cursor = shown.node;
      swap(known.node, shown.node);
    }
    if (cursor && shown.node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(shown.node, cursor);
    after.set(item.key, shown);
  }
  for (const [key, { node }] of before) if (!after.has(key)) node.remove();
  lists.set(parent, after);
}

/**
 * Replace one node by its newer version, keeping keyboard focus on the same control where it still exists.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
function swap(old, fresh) {
  const held = focusedIn(old);
  old.replaceWith(fresh);
  if (!held) return;
  const id = held.dataset.actionId ?? held.dataset.focus;
  const heir =
    id &&
    all(fresh, "[data-action-id],[data-focus]").find((node) => (node.dataset.actionId ?? node.dataset.focus) === id);
  (heir || (first(fresh, "[tabindex]") ?? fresh)).focus({ preventScroll: true });
}
