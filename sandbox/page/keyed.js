/** Keyed lists: a parent's children follow a list, and only what changed is built again. */

import { all, first, focusedIn } from "./dom.js";

/** @import { Item } from "./types.js" */
/** @typedef {{ sig: string, node: HTMLElement }} Shown */

/** @type {WeakMap<HTMLElement, Map<string, Shown>>} */
const lists = new WeakMap();

/**
 * Make a parent's children match a keyed list.
 * @param {HTMLElement} parent has no other children
 * @param {(Item | null)[]} items null is no item
 */
export function reconcile(parent, items) {
  const wanted = items.filter((item) => item !== null);
  const keys = new Set(wanted.map((item) => item.key));
  const before = lists.get(parent) ?? new Map();
  for (const [key, { node }] of before) if (!keys.has(key)) node.remove();
  const after = new Map(wanted.map((item) => [item.key, renewed(before.get(item.key), item)]));
  let next = parent.firstChild;
  for (const { node } of after.values()) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  lists.set(parent, after);
}

/** What is shown for an item; an older version is replaced where it stands. @param {Shown | undefined} known @param {Item} item */
function renewed(known, item) {
  if (known?.sig === item.sig) return known;
  const node = item.build();
  if (known) swap(known.node, node);
  return { sig: item.sig, node };
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
