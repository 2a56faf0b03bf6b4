/** What people have entered in the blocks of each message and view; it survives re-rendering. */

/** @import { Block, BlockContext, ElementState, Field, StateKey, Values } from "./types.js" */

/** @type {Map<string, Values>} */
const bags = new Map();

/** @param {string} key */
export const dropBag = (key) => bags.delete(key);

/** Take over values that the server knows, for instance after a reload. @param {BlockContext} ctx @param {Values} values */
export function prime(ctx, values) {
  const bag = bags.get(ctx.key) ?? {};
  const merged = Object.entries(values).map(([blockId, actions]) => [blockId, { ...actions, ...bag[blockId] }]);
  bags.set(ctx.key, { ...bag, ...Object.fromEntries(merged) });
}

/** @param {Block[]} blocks @returns {string[]} */
const idsOf = (blocks) =>
  blocks.flatMap((block) => [block.block_id, ...(block.type === "container" ? idsOf(block.child_blocks ?? []) : [])]);

/** The values Slack would send: those of blocks that are there now. @param {BlockContext} ctx @returns {Values} */
export function stateOf(ctx) {
  const there = new Set(idsOf(ctx.blocks));
  return Object.fromEntries(Object.entries(bags.get(ctx.key) ?? {}).filter(([blockId]) => there.has(blockId)));
}

/** Forget what was entered in blocks that are gone; should they come back, they begin anew. @param {BlockContext} ctx */
export function keepValues(ctx) {
  if (bags.has(ctx.key)) bags.set(ctx.key, stateOf(ctx));
}

/** @param {Field} field @returns {ElementState | undefined} */
export const getValue = ({ ctx, block, spec }) => bags.get(ctx.key)?.[block.block_id]?.[spec.action_id];

/** @param {Field} field @param {ElementState} value */
export function setValue({ ctx, block, spec }, value) {
  const bag = bags.get(ctx.key) ?? {};
  bags.set(ctx.key, { ...bag, [block.block_id]: { ...bag[block.block_id], [spec.action_id]: value } });
}

/**
 * The value entered before, else the element's initial one, which then counts as entered.
 * @template {StateKey} K
 * @param {Field} field
 * @param {K} key
 * @param {ElementState[K]} initial
 * @returns {ElementState[K]}
 */
export function current(field, key, initial) {
  const kept = getValue(field);
  if (kept) return kept[key];
  setValue(field, stateWith(field, key, initial ?? null));
  return initial;
}

/** @param {Field} field @param {StateKey} key @param {ElementState[StateKey]} value @returns {ElementState} */
export const stateWith = ({ spec }, key, value) => ({ type: spec.type, [key]: value });
