/** From a pressed block element to `POST /control/click`: confirm, pending state, failure in words. */

import { deliver } from "./api.js";
import { all, h, messageOf } from "./dom.js";
import { icon } from "./icons.js";
import { confirmDialog } from "./overlays.js";
import { toast } from "./toast.js";
import { getValue, setValue, stateOf } from "./values.js";

/** @import { BlockContext, ElementState, Field } from "./types.js" */

/** @type {Set<string>} */
const busy = new Set();
/** @type {Map<string, string>} */
const problems = new Map();

/** @param {Field} field */
const pressKey = ({ ctx, block, spec }) => [ctx.key, block.block_id, spec.action_id, spec.value ?? ""].join("|");

/**
 * Send one interaction and show how it went on the control itself.
 * @param {Field} field
 * @param {HTMLElement} node the control; it shows the pending state
 * @param {ElementState | null} [selected] the element's new state, for everything that is not a button
 * @returns {Promise<boolean>} whether the app took it; false also when the person said no in the confirm dialog
 */
export async function interact(field, node, selected = null) {
  const { ctx, block, spec } = field;
  const key = pressKey(field);
  if (busy.has(key) || ctx.frozen) return false;
  if (spec.confirm && !(await confirmDialog(spec.confirm))) return false;
  busy.add(key);
  setPending(node, true);
  problems.delete(ctx.key);
  showProblem(ctx);
  try {
    await deliver("click", {
      container: ctx.container,
      block_id: block.block_id,
      action_id: spec.action_id,
      ...(spec.value === undefined ? {} : { value: spec.value }),
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
 * Keep a new value and, where that is due, tell the app at once; undo if that failed.
 * @param {Field} field
 * @param {HTMLElement} node
 * @param {ElementState} value
 * @param {(before: ElementState | undefined) => void} [undo]
 */
export async function commit(field, node, value, undo) {
  const before = getValue(field);
  setValue(field, value);
  if (!isSentAtOnce(field)) return;
  if ((await interact(field, node, value)) || field.inInput) return;
  if (before) setValue(field, before);
  undo?.(before);
}

/** An input block collects values for the submit, unless it says otherwise. @param {Field} field */
export const isSentAtOnce = ({ block, inInput }) =>
  !inInput || (block.type === "input" && Boolean(block.dispatch_action));

/** Attributes of every control. @param {Field} field */
export const common = ({ ctx, spec }) => ({
  disabled: Boolean(ctx.frozen),
  autofocus: Boolean(spec.focus_on_load),
  "aria-label": spec.placeholder?.text,
});

/**
 * Mark a control so that a re-rendered copy of it shows and leaves the pending state too.
 * @template {HTMLElement} E
 * @param {Field} field
 * @param {E} node
 */
export function pressable(field, node) {
  const key = pressKey(field);
  node.dataset.press = key;
  node.dataset.actionId = field.spec.action_id;
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
