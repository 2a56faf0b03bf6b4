/** From a pressed block element to `POST /control/click`: confirm, pending state, failure in words. */

import { deliver } from "./api.js";
import { all, h, messageOf } from "./dom.js";
import { icon } from "./icons.js";
import { confirmDialog, toast } from "./overlays.js";

/** @import { Block, BlockContext, Control, ElementState, Values } from "./types.js" */

/**
 * The entered values of each message or view; they survive re-rendering.
 * @type {Map<string, Values>}
 */
const bags = new Map();
/** @type {Set<string>} */
const busy = new Set();
/** @type {Map<string, string>} */
const problems = new Map();

/** @param {string} key */
export const dropBag = (key) => bags.delete(key);

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

/** @param {BlockContext} ctx @param {string} blockId @param {string} actionId @param {ElementState} value */
export function setValue(ctx, blockId, actionId, value) {
  const bag = bags.get(ctx.key) ?? {};
  bags.set(ctx.key, { ...bag, [blockId]: { ...bag[blockId], [actionId]: value } });
}

/** @param {BlockContext} ctx @param {string} blockId @param {string} actionId @returns {ElementState | undefined} */
export const getValue = (ctx, blockId, actionId) => bags.get(ctx.key)?.[blockId]?.[actionId];

/** @param {BlockContext} ctx @param {Block} block @param {Control} element */
const pressKey = (ctx, block, element) => [ctx.key, block.block_id, element.action_id, element.value ?? ""].join("|");

/**
 * Send one interaction and show how it went on the control itself.
 * @param {BlockContext} ctx
 * @param {Block} block
 * @param {Control} element
 * @param {HTMLElement} node the control; it shows the pending state
 * @param {ElementState | null} [selected] the element's new state, for everything that is not a button
 * @returns {Promise<boolean>} whether the app took it; false also when the person said no in the confirm dialog
 */
export async function interact(ctx, block, element, node, selected = null) {
  const key = pressKey(ctx, block, element);
  if (busy.has(key) || ctx.frozen) return false;
  if (element.confirm && !(await confirmDialog(element.confirm))) return false;
  busy.add(key);
  setPending(node, true);
  problems.delete(ctx.key);
  showProblem(ctx);
  try {
    await deliver("click", {
      container: ctx.container,
      block_id: block.block_id,
      action_id: element.action_id,
      ...(element.value === undefined ? {} : { value: element.value }),
      ...(selected ? { selected } : {}),
      state: stateOf(ctx),
    });
    return true;
  } catch (error) {
    const words = messageOf(error);
    problems.set(ctx.key, words);
    if (!showProblem(ctx, words)) toast(words, "error");
    return false;
  } finally {
    busy.delete(key);
    const copies = all(document, "[data-press]").filter((copy) => copy.dataset.press === key);
    for (const control of [node, ...copies]) setPending(control, false);
  }
}

/**
 * Mark a control so that a re-rendered copy of it shows and leaves the pending state too.
 * @template {HTMLElement} E
 * @param {BlockContext} ctx
 * @param {Block} block
 * @param {Control} element
 * @param {E} node
 */
export function pressable(ctx, block, element, node) {
  const key = pressKey(ctx, block, element);
  node.dataset.press = key;
  node.dataset.actionId = element.action_id;
  if (busy.has(key)) setPending(node, true);
  return node;
}

/** @param {HTMLElement} node @param {boolean} on */
function setPending(node, on) {
  node.classList.toggle("pending", on);
  node.setAttribute("aria-busy", String(on));
}

/** The line under a message's blocks that says why the last press failed. @param {BlockContext} ctx */
export const problemLine = (ctx) => {
  const line = h("div.block-problem", { data: { problem: ctx.key }, role: "alert" });
  writeProblem(line, problems.get(ctx.key));
  return line;
};

/** @param {BlockContext} ctx @param {string} [words] @returns {boolean} whether anybody can see it */
function showProblem(ctx, words) {
  const lines = all(document, "[data-problem]").filter((line) => line.dataset.problem === ctx.key);
  for (const line of lines) writeProblem(line, words);
  return lines.some((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return bottom > top && top >= 0 && bottom <= innerHeight;
  });
}

/** @param {HTMLElement} line @param {string} [words] */
function writeProblem(line, words) {
  line.hidden = !words;
  line.replaceChildren(...(words ? [icon("warn", 15), h("span", null, words)] : []));
}
