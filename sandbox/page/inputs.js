/** Block Kit elements that hold a value. Each knows Slack's shape of its state and where it is kept. */

import { h } from "./dom.js";
import { getValue, interact, pressable, setValue } from "./interact.js";
import { plain, text } from "./mrkdwn.js";
import { multiPicker } from "./picker.js";
import { richText } from "./richtext.js";
import { humans, placeLabel, state } from "./store.js";

/**
 * @import { Block, BlockContext, Boxes, Builder, Channel, Choice, ChoiceGroup, Control, ConversationKind } from "./types.js"
 * @import { DateInput, DateTimeInput, ElementState, Held, InputBuilders, MultiSelect, Option, Person } from "./types.js"
 * @import { RichText, RichTextInput, Select, TextInput, Where } from "./types.js"
 */

const TYPING_PAUSE_MS = 400;

/** @typedef {Exclude<keyof ElementState, "type">} Field of an element's state */

/**
 * Keep a new value; outside input blocks (or with dispatch_action) tell the app at once, and undo if that failed.
 * @param {BlockContext} ctx
 * @param {Block} block
 * @param {Control} spec
 * @param {Where} where
 * @param {HTMLElement} node
 * @param {ElementState} value
 * @param {(before: ElementState | undefined) => void} [undo]
 */
async function commit(ctx, block, spec, where, node, value, undo) {
  const before = getValue(ctx, block.block_id, spec.action_id);
  setValue(ctx, block.block_id, spec.action_id, value);
  if (!isSentAtOnce(block, where)) return;
  if ((await interact(ctx, block, spec, node, value)) || where.inInput) return;
  if (before) setValue(ctx, block.block_id, spec.action_id, before);
  undo?.(before);
}

/** @param {Block} block @param {Where} where */
const isSentAtOnce = (block, where) => !where.inInput || (block.type === "input" && Boolean(block.dispatch_action));

/**
 * The value entered before, else the element's initial one, which then counts as entered.
 * @template {Field} F
 * @param {BlockContext} ctx
 * @param {Block} block
 * @param {Control} spec
 * @param {F} field
 * @param {ElementState[F]} initial
 * @returns {ElementState[F]}
 */
function current(ctx, block, spec, field, initial) {
  const kept = getValue(ctx, block.block_id, spec.action_id);
  if (kept) return kept[field];
  setValue(ctx, block.block_id, spec.action_id, stateWith(spec, field, initial ?? null));
  return initial;
}

/**
 * @param {Control} spec
 * @param {Field} field
 * @param {ElementState[Field]} value
 * @returns {ElementState}
 */
const stateWith = (spec, field, value) => ({ type: spec.type, [field]: value });

/** @param {BlockContext} ctx @param {Control} spec */
const common = (ctx, spec) => ({
  disabled: Boolean(ctx.frozen),
  autofocus: Boolean(spec.focus_on_load),
  "aria-label": spec.placeholder?.text ?? null,
});

// --- text --------------------------------------------------------------------------------------

/** @param {"text" | "email" | "url" | "number"} type @returns {Builder<TextInput>} */
const textInput = (type) => (ctx, block, spec, where) => {
  const value = current(ctx, block, spec, "value", spec.initial_value) ?? "";
  const shared = {
    class: "control",
    value,
    placeholder: spec.placeholder?.text,
    maxlength: spec.max_length,
    ...common(ctx, spec),
  };
  const node = spec.multiline
    ? h("textarea", { rows: 4, ...shared })
    : h("input", { type, ...shared, ...(type === "number" ? numeric(spec) : {}) });
  const entered = () => stateWith(spec, "value", node.value || null);
  const send = () => commit(ctx, block, spec, where, node, entered());
  const on = isSentAtOnce(block, where)
    ? (spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"])
    : [];
  /** @type {number | undefined} */
  let timer;
  node.addEventListener("input", () => {
    setValue(ctx, block.block_id, spec.action_id, entered());
    clearTimeout(timer);
    if (on.includes("on_character_entered")) timer = setTimeout(send, TYPING_PAUSE_MS);
  });
  if (on.includes("on_enter_pressed") && !spec.multiline) onEnter(node, send);
  return pressable(ctx, block, spec, node);
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
function richTextInput(ctx, block, spec) {
  const kept = getValue(ctx, block.block_id, spec.action_id)?.rich_text_value ?? spec.initial_value;
  const node = h("textarea.control", {
    rows: 4,
    value: kept ? richText(kept).textContent : "",
    placeholder: spec.placeholder?.text,
    ...common(ctx, spec),
  });
  node.addEventListener("input", () => {
    const value = node.value ? richTextOf(node.value) : null;
    setValue(ctx, block.block_id, spec.action_id, stateWith(spec, "rich_text_value", value));
  });
  return pressable(ctx, block, spec, node);
}

// --- dates and times ---------------------------------------------------------------------------

/**
 * @param {"date" | "time"} type
 * @param {"selected_date" | "selected_time"} field
 * @param {"initial_date" | "initial_time"} initial
 * @returns {Builder<DateInput>}
 */
const dateInput = (type, field, initial) => (ctx, block, spec, where) => {
  const value = current(ctx, block, spec, field, spec[initial]) ?? "";
  const node = h("input.control.short", { type, value, ...common(ctx, spec) });
  node.addEventListener("change", () =>
    commit(ctx, block, spec, where, node, stateWith(spec, field, node.value || null), (before) => {
      node.value = before?.[field] ?? "";
    }),
  );
  return pressable(ctx, block, spec, node);
};

/** Seconds as a date and time of the reader's zone, as the browser's control has it. @param {number | null} [seconds] */
function localTime(seconds) {
  if (!seconds) return "";
  const offset = new Date(seconds * 1000).getTimezoneOffset() * 60;
  return new Date((seconds - offset) * 1000).toISOString().slice(0, 16);
}

/** @type {Builder<DateTimeInput>} */
function dateTimeInput(ctx, block, spec, where) {
  const value = localTime(current(ctx, block, spec, "selected_date_time", spec.initial_date_time));
  const node = h("input.control.short", { type: "datetime-local", value, ...common(ctx, spec) });
  node.addEventListener("change", () => {
    const seconds = node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null;
    commit(ctx, block, spec, where, node, stateWith(spec, "selected_date_time", seconds), (before) => {
      node.value = localTime(before?.selected_date_time);
    });
  });
  return pressable(ctx, block, spec, node);
}

// --- choices -----------------------------------------------------------------------------------

/**
 * What there is to choose from: where the state keeps it, and the choices.
 * @typedef {object} Source
 * @property {"selected_option" | "selected_user" | "selected_conversation" | "selected_channel"} one
 * @property {"selected_options" | "selected_users" | "selected_conversations" | "selected_channels"} many
 * @property {(spec: MultiSelect) => Held | null | undefined} initial
 * @property {(spec: MultiSelect) => Option[] | string[] | undefined} initials
 * @property {(spec: Select) => ChoiceGroup[]} groups
 */

/** @satisfies {Record<string, Source>} */
const SOURCES = {
  option: {
    one: "selected_option",
    many: "selected_options",
    initial: (spec) => spec.initial_option,
    initials: (spec) => spec.initial_options,
    groups: (spec) =>
      (spec.option_groups ?? [{ label: undefined, options: spec.options ?? [] }]).map((group) => ({
        label: group.label?.text,
        choices: group.options.map((o) => ({ id: o.value, label: o.text.text, hint: o.description?.text, held: o })),
      })),
  },
  user: {
    one: "selected_user",
    many: "selected_users",
    initial: (spec) => spec.initial_user,
    initials: (spec) => spec.initial_users,
    groups: () => [{ choices: humans().map((p) => ({ id: p.id, label: p.real_name, hint: hintOf(p), held: p.id })) }],
  },
  conversation: {
    one: "selected_conversation",
    many: "selected_conversations",
    initial: (spec) => spec.initial_conversation ?? (spec.default_to_current_conversation ? state.ui.channel : null),
    initials: (spec) => spec.initial_conversations,
    groups: (spec) => [{ choices: conversations(spec.filter?.include) }],
  },
  channel: {
    one: "selected_channel",
    many: "selected_channels",
    initial: (spec) => spec.initial_channel,
    initials: (spec) => spec.initial_channels,
    groups: () => [{ choices: conversations(["public"]) }],
  },
};

/** @param {Held | null} [held] */
const idOf = (held) => (typeof held === "string" ? held : held?.value);

/** @param {Person} p */
const hintOf = (p) => [p.title, p.is_external && "external"].filter(Boolean).join(", ");

/** @param {Channel} channel @returns {ConversationKind} */
const kindOf = ({ kind }) => (kind === "channel" ? "public" : kind);

/** @param {ConversationKind[]} [include] @returns {Choice[]} */
const conversations = (include) =>
  [...state.channels.values()]
    .filter((channel) => channel.joined && (!include || include.includes(kindOf(channel))))
    .map((channel) => ({ id: channel.id, label: placeLabel(channel), held: channel.id }));

/** @param {Source} source @returns {Builder<Select>} */
const select = (source) => (ctx, block, spec, where) => {
  const held = current(ctx, block, spec, source.one, source.initial(spec));
  const groups = source.groups(spec);
  const isOptional = block.type === "input" && Boolean(block.optional);
  const empty = h(
    "option",
    { value: "", disabled: !isOptional, hidden: !isOptional, selected: !held },
    spec.placeholder?.text ?? "Choose an option",
  );
  /** @param {Choice} choice */
  const option = ({ id, label, hint }) =>
    h("option", { value: id, selected: id === idOf(held) }, plain(label), where.inInput && hint && ` — ${hint}`);
  const options = groups.map(({ label, choices }) =>
    label ? h("optgroup", { label }, choices.map(option)) : choices.map(option),
  );
  const node = h("select.control", common(ctx, spec), empty, options);
  node.classList.toggle("unset", !held);
  node.addEventListener("change", () => {
    node.classList.toggle("unset", !node.value);
    const chosen = groups.flatMap((group) => group.choices).find(({ id }) => id === node.value)?.held ?? null;
    commit(ctx, block, spec, where, node, stateWith(spec, source.one, chosen), (before) => {
      node.value = idOf(before?.[source.one]) ?? "";
    });
  });
  return pressable(ctx, block, spec, node);
};

/** @param {Source} source @returns {Builder<MultiSelect>} */
const multiSelect = (source) => (ctx, block, spec, where) => {
  const held = current(ctx, block, spec, source.many, source.initials(spec) ?? []) ?? [];
  /** @param {Choice[]} choices */
  const entered = (choices) => {
    const chosen = /** @type {Option[] | string[]} */ (choices.map((choice) => choice.held));
    return stateWith(spec, source.many, chosen);
  };
  const node = multiPicker({
    groups: source.groups(spec),
    chosen: held.flatMap((one) => idOf(one) ?? []),
    max: spec.max_selected_items,
    placeholder: spec.placeholder?.text ?? "Choose options",
    disabled: Boolean(ctx.frozen),
    onchange: (choices) => setValue(ctx, block.block_id, spec.action_id, entered(choices)),
    ondone: (choices) => commit(ctx, block, spec, where, node, entered(choices)),
  });
  return pressable(ctx, block, spec, node);
};

const external = () =>
  h("select.control", { disabled: true }, h("option", null, "Options from the app do not load in the sandbox"));

/** @type {Builder<Boxes>} */
function boxes(ctx, block, spec, where) {
  const isMany = spec.type === "checkboxes";
  const held = isMany
    ? (current(ctx, block, spec, "selected_options", spec.initial_options ?? []) ?? [])
    : [current(ctx, block, spec, "selected_option", spec.initial_option)];
  const name = [ctx.key, block.block_id, spec.action_id].join("-");
  const inputs = spec.options.map(({ value }) =>
    h("input", {
      type: isMany ? "checkbox" : "radio",
      name,
      value,
      checked: held.some((option) => option?.value === value),
      disabled: Boolean(ctx.frozen),
    }),
  );
  const rows = spec.options.map((option, n) =>
    h(
      "label.choice",
      null,
      inputs[n],
      h("span", null, text(option.text), option.description && h("small", null, text(option.description))),
    ),
  );
  const node = h("div.choices", { role: isMany ? "group" : "radiogroup" }, rows);
  node.addEventListener("change", () => {
    const chosen = spec.options.filter((_, n) => inputs[n].checked);
    const entered = isMany
      ? stateWith(spec, "selected_options", chosen)
      : stateWith(spec, "selected_option", chosen[0] ?? null);
    commit(ctx, block, spec, where, node, entered);
  });
  return pressable(ctx, block, spec, node);
}

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
