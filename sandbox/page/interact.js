/** From a pressed block element to `POST /control/click`: confirm, pending state, failure in words. */

import { explain, failed, post } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { confirmDialog, toast } from "./overlays.js";

/**
 * Where blocks are shown, and what was entered there.
 * @typedef {{container: Object, key: string, blocks: Object[], inView?: boolean, errors?: Object, frozen?: boolean}} BlockContext
 */

const bags = new Map();
const busy = new Set();
const problems = new Map();

/** The entered values of one message or view: block_id → action_id → element state. Survives re-rendering. */
function bagOf(key) {
  if (!bags.has(key)) bags.set(key, {});
  return bags.get(key);
}

export const dropBag = (key) => bags.delete(key);

/** The values Slack would send: those of blocks that are there now. */
export function stateOf(ctx) {
  const there = new Set((ctx.blocks ?? []).map((block) => block.block_id));
  return Object.fromEntries(Object.entries(bagOf(ctx.key)).filter(([blockId]) => there.has(blockId)));
}

/** Forget what was entered in blocks that are gone; should they come back, they begin anew. */
export function keepValues(ctx) {
  if (bags.has(ctx.key)) bags.set(ctx.key, stateOf(ctx));
}

export function setValue(ctx, blockId, actionId, value) {
  const bag = bagOf(ctx.key);
  bag[blockId] = { ...bag[blockId], [actionId]: value };
}

export const getValue = (ctx, blockId, actionId) => bagOf(ctx.key)[blockId]?.[actionId];

const pressKey = (ctx, blockId, element) => `${ctx.key}|${blockId}|${element.action_id}|${element.value ?? ""}`;

const isBusy = (ctx, blockId, element) => busy.has(pressKey(ctx, blockId, element));

/**
 * Send one interaction and show how it went on the control itself.
 * @param {HTMLElement} node the control; it shows the pending state
 * @param {Object|null} selected the element's new state, for everything that is not a button
 * @returns {Promise<boolean>} whether the app took it; false also when the person said no in the confirm dialog
 */
export async function interact(ctx, block, element, node, selected = null) {
  const key = pressKey(ctx, block.block_id, element);
  if (busy.has(key) || ctx.frozen) return false;
  if (element.confirm && !(await confirmDialog(element.confirm))) return false;
  busy.add(key);
  setPending(node, true);
  problems.delete(ctx.key);
  showProblem(ctx, null);
  try {
    const result = await post("click", {
      container: ctx.container,
      block_id: block.block_id,
      action_id: element.action_id,
      ...(element.value === undefined ? {} : { value: element.value }),
      ...(selected ? { selected } : {}),
      state: stateOf(ctx),
    });
    if (failed(result)) throw new Error(explain(result));
    return true;
  } catch (error) {
    problems.set(ctx.key, error.message);
    if (!showProblem(ctx, error.message)) toast(error.message, "error");
    return false;
  } finally {
    busy.delete(key);
    document.querySelectorAll("[data-press]").forEach((n) => n.dataset.press === key && setPending(n, false));
    setPending(node, false);
  }
}

/** Mark a control so that a re-rendered copy of it shows and leaves the pending state too. */
export function pressable(ctx, block, element, node) {
  node.dataset.press = pressKey(ctx, block.block_id, element);
  node.dataset.actionId = element.action_id ?? "";
  if (isBusy(ctx, block.block_id, element)) setPending(node, true);
  return node;
}

function setPending(node, on) {
  node.classList.toggle("pending", on);
  node.setAttribute("aria-busy", String(on));
}

/** The line under a message's blocks that says why the last press failed. */
export const problemLine = (ctx) => {
  const line = h("div.block-problem", { data: { problem: ctx.key }, role: "alert" });
  writeProblem(line, problems.get(ctx.key));
  return line;
};

/** @returns {boolean} whether anybody can see it */
function showProblem(ctx, message) {
  const lines = [...document.querySelectorAll("[data-problem]")].filter((line) => line.dataset.problem === ctx.key);
  lines.forEach((line) => writeProblem(line, message));
  return lines.some((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return bottom > top && top >= 0 && bottom <= innerHeight;
  });
}

function writeProblem(line, message) {
  line.hidden = !message;
  line.replaceChildren(...(message ? [icon("warn", 15), h("span", null, message)] : []));
}
