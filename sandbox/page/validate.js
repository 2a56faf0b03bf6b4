/** What is wrong with an input before it is even sent, as Slack's own client checks it. */

import { getValue } from "./values.js";

/** @import { Block, BlockContext, Control, Errors, TextInput } from "./types.js" */

/** @typedef {Control & Pick<TextInput, "min_length" | "is_decimal_allowed" | "min_value" | "max_value">} Limited */

/** The sentence for each input block with a wrong value. @param {BlockContext} ctx @returns {Errors} */
export function checkInputs(ctx) {
  const inputs = ctx.blocks.filter((block) => block.type === "input");
  const problems = inputs.map((block) => [block.block_id, checkInput(ctx, block)]);
  return Object.fromEntries(problems.filter(([, problem]) => problem));
}

/** @param {BlockContext} ctx @param {Block<"input">} block */
function checkInput(ctx, block) {
  const { type = "", ...entered } = getValue({ ctx, block, spec: block.element, inInput: true }) ?? {};
  const [value = ""] = Object.values(entered);
  if (value === null || value === "" || (Array.isArray(value) && !value.length))
    return block.optional ? null : "Please complete this required field.";
  return typeof value === "string" ? checkText(type, value, block.element) : null;
}

/** @param {string} type @param {string} value @param {Limited} spec */
function checkText(type, value, spec) {
  if (spec.min_length && value.length < spec.min_length) return `Please enter at least ${spec.min_length} characters.`;
  if (type === "email_text_input" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value))
    return "Please enter a valid email address.";
  if (type === "url_text_input" && !URL.canParse(value)) return "Please enter a valid URL.";
  return type === "number_input" ? checkNumber(spec, Number(value)) : null;
}

/** @param {Limited} spec @param {number} value */
function checkNumber(spec, value) {
  if (Number.isNaN(value)) return "Please enter a number.";
  if (!spec.is_decimal_allowed && !Number.isInteger(value)) return "Please enter a whole number.";
  if (spec.min_value !== undefined && value < Number(spec.min_value)) return `Please enter ${spec.min_value} or more.`;
  if (spec.max_value !== undefined && value > Number(spec.max_value)) return `Please enter ${spec.max_value} or less.`;
  return null;
}
