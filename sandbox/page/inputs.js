/** Block Kit elements that hold a value. Each knows Slack's shape of its state. */

import { boxes, multiSelect, SOURCES, select } from "./choices.js";
import { h } from "./dom.js";
import { commit, common, isSentAtOnce, pressable } from "./interact.js";
import { richText } from "./richtext.js";
import { current, getValue, setValue, stateWith } from "./values.js";

/** @import { Builder, DateInput, DateTimeInput, InputBuilders, RichText, RichTextInput, TextInput } from "./types.js" */

const TYPING_PAUSE_MS = 400;

// --- text --------------------------------------------------------------------------------------

/** @param {"text" | "email" | "url" | "number"} type @returns {Builder<TextInput>} */
const textInput = (type) => (field) => {
  const { spec } = field;
  const value = current(field, "value", spec.initial_value) ?? "";
  const shared = {
    class: "control",
    value,
    placeholder: spec.placeholder?.text,
    maxlength: spec.max_length,
    ...common(field),
  };
  const node = spec.multiline
    ? h("textarea", { rows: 4, ...shared })
    : h("input", { type, ...shared, ...(type === "number" ? numeric(spec) : {}) });
  const entered = () => stateWith(field, "value", node.value || null);
  const send = () => commit(field, node, entered());
  const on = isSentAtOnce(field) ? (spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]) : [];
  /** @type {number | undefined} */
  let timer;
  node.addEventListener("input", () => {
    setValue(field, entered());
    clearTimeout(timer);
    if (on.includes("on_character_entered")) timer = setTimeout(send, TYPING_PAUSE_MS);
  });
  if (on.includes("on_enter_pressed") && !spec.multiline) onEnter(node, send);
  return pressable(field, node);
};

/** @param {TextInput} spec */
const numeric = (spec) => ({
  step: spec.is_decimal_allowed ? "any" : "1",
  min: spec.min_value,
  max: spec.max_value,
  inputmode: "decimal",
});

/** @param {HTMLElement} node @param {() => void} send */
const onEnter = (node, send) =>
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    send();
  });

/** @param {string} value @returns {RichText} */
const richTextOf = (value) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text: value }] }],
});

/** @type {Builder<RichTextInput>} */
function richTextInput(field) {
  const kept = getValue(field)?.rich_text_value ?? field.spec.initial_value;
  const value = kept ? richText(kept).textContent : "";
  const node = h("textarea.control", { rows: 4, value, placeholder: field.spec.placeholder?.text, ...common(field) });
  node.addEventListener("input", () =>
    setValue(field, stateWith(field, "rich_text_value", node.value ? richTextOf(node.value) : null)),
  );
  return pressable(field, node);
}

// --- dates and times ---------------------------------------------------------------------------

/**
 * @param {"date" | "time"} type
 * @param {"selected_date" | "selected_time"} key
 * @param {"initial_date" | "initial_time"} initial
 * @returns {Builder<DateInput>}
 */
const dateInput = (type, key, initial) => (field) => {
  const value = current(field, key, field.spec[initial]) ?? "";
  const node = h("input.control.short", { type, value, ...common(field) });
  node.addEventListener("change", () =>
    commit(field, node, stateWith(field, key, node.value || null), (before) => {
      node.value = before?.[key] ?? "";
    }),
  );
  return pressable(field, node);
};

/** Seconds as a date and time of the reader's zone, as the browser's control has it. @param {number | null} [seconds] */
function localTime(seconds) {
  if (!seconds) return "";
  const offset = new Date(seconds * 1000).getTimezoneOffset() * 60;
  return new Date((seconds - offset) * 1000).toISOString().slice(0, 16);
}

/** @type {Builder<DateTimeInput>} */
function dateTimeInput(field) {
  const value = localTime(current(field, "selected_date_time", field.spec.initial_date_time));
  const node = h("input.control.short", { type: "datetime-local", value, ...common(field) });
  node.addEventListener("change", () => {
    const seconds = node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null;
    commit(field, node, stateWith(field, "selected_date_time", seconds), (before) => {
      node.value = localTime(before?.selected_date_time);
    });
  });
  return pressable(field, node);
}

// -----------------------------------------------------------------------------------------------

const external = () =>
  h("select.control", { disabled: true }, h("option", null, "Options from the app do not load in the sandbox"));

/**
 * Element builders by Block Kit type.
 * @type {InputBuilders}
 */
export const inputs = {
  plain_text_input: textInput("text"),
  email_text_input: textInput("email"),
  url_text_input: textInput("url"),
  number_input: textInput("number"),
  rich_text_input: richTextInput,
  datepicker: dateInput("date", "selected_date", "initial_date"),
  timepicker: dateInput("time", "selected_time", "initial_time"),
  datetimepicker: dateTimeInput,
  static_select: select(SOURCES.option),
  users_select: select(SOURCES.user),
  conversations_select: select(SOURCES.conversation),
  channels_select: select(SOURCES.channel),
  multi_static_select: multiSelect(SOURCES.option),
  multi_users_select: multiSelect(SOURCES.user),
  multi_conversations_select: multiSelect(SOURCES.conversation),
  multi_channels_select: multiSelect(SOURCES.channel),
  external_select: external,
  multi_external_select: external,
  checkboxes: boxes,
  radio_buttons: boxes,
};
