/** Block Kit elements that hold a value. Each knows Slack's shape of its state and where it is kept. */

import { h } from "./dom.js";
import { getValue, interact, pressable, setValue } from "./interact.js";
import { plain, text } from "./mrkdwn.js";
import { multiPicker } from "./picker.js";
import { channelLabel, humans, isDm, isJoined, state } from "./store.js";

const TYPING_PAUSE_MS = 400;

/** Keep a new value; outside input blocks (or with dispatch_action) tell the app at once, and undo if that failed. */
function commit(ctx, block, spec, where, node, value, undo) {
  const before = getValue(ctx, block.block_id, spec.action_id);
  setValue(ctx, block.block_id, spec.action_id, { type: spec.type, ...value });
  if (where.inInput && !block.dispatch_action) return;
  interact(ctx, block, spec, node, { type: spec.type, ...value }).then((taken) => {
    if (taken || where.inInput) return;
    setValue(ctx, block.block_id, spec.action_id, before);
    undo?.(before);
  });
}

/** The value entered before, else the element's initial one, which then counts as entered. */
function current(ctx, block, spec, field, initial) {
  const kept = getValue(ctx, block.block_id, spec.action_id);
  if (kept) return kept[field] ?? null;
  setValue(ctx, block.block_id, spec.action_id, { type: spec.type, [field]: initial ?? null });
  return initial ?? null;
}

const common = (ctx, spec) => ({
  disabled: Boolean(ctx.frozen),
  autofocus: Boolean(spec.focus_on_load),
  "aria-label": spec.placeholder?.text ?? null,
});

// --- text --------------------------------------------------------------------------------------

const textInput =
  (type, extra = () => ({})) =>
  (ctx, block, spec, where) => {
    const value = current(ctx, block, spec, "value", spec.initial_value);
    const node = h(spec.multiline || type === "multiline" ? "textarea" : "input", {
      class: "control",
      ...(spec.multiline || type === "multiline" ? { rows: 4 } : { type }),
      value: value ?? "",
      placeholder: spec.placeholder?.text ?? null,
      maxlength: spec.max_length ?? null,
      ...common(ctx, spec),
      ...extra(spec),
    });
    const on = spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    let timer;
    node.addEventListener("input", () => {
      setValue(ctx, block.block_id, spec.action_id, { type: spec.type, value: node.value || null });
      clearTimeout(timer);
      if (on.includes("on_character_entered")) timer = setTimeout(send, TYPING_PAUSE_MS);
    });
    const send = () =>
      (block.dispatch_action || !where.inInput) && commit(ctx, block, spec, where, node, { value: node.value || null });
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || node.tagName === "TEXTAREA") return;
      if (on.includes("on_enter_pressed") && (block.dispatch_action || !where.inInput)) {
        event.preventDefault();
        send();
      }
    });
    return pressable(ctx, block, spec, node);
  };

const richTextOf = (value) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text: value }] }],
});

function richTextInput(ctx, block, spec) {
  const kept = getValue(ctx, block.block_id, spec.action_id)?.rich_text_value ?? spec.initial_value;
  const node = h("textarea.control", {
    rows: 4,
    value:
      kept?.elements
        ?.flatMap((e) => e.elements ?? [])
        .map((e) => e.text ?? "")
        .join("") ?? "",
    placeholder: spec.placeholder?.text ?? null,
    ...common(ctx, spec),
  });
  node.addEventListener("input", () =>
    setValue(ctx, block.block_id, spec.action_id, {
      type: spec.type,
      rich_text_value: node.value ? richTextOf(node.value) : null,
    }),
  );
  return pressable(ctx, block, spec, node);
}

// --- dates and times ---------------------------------------------------------------------------

const dateInput = (type, field, initial) => (ctx, block, spec, where) => {
  const node = h("input.control.short", {
    type,
    value: current(ctx, block, spec, field, spec[initial]) ?? "",
    ...common(ctx, spec),
  });
  node.addEventListener("change", () =>
    commit(ctx, block, spec, where, node, { [field]: node.value || null }, (before) => {
      node.value = before?.[field] ?? "";
    }),
  );
  return pressable(ctx, block, spec, node);
};

function dateTimeInput(ctx, block, spec, where) {
  const seconds = current(ctx, block, spec, "selected_date_time", spec.initial_date_time);
  const local = (s) =>
    s ? new Date((s - new Date(s * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16) : "";
  const node = h("input.control.short", { type: "datetime-local", value: local(seconds), ...common(ctx, spec) });
  node.addEventListener("change", () =>
    commit(ctx, block, spec, where, node, {
      selected_date_time: node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null,
    }),
  );
  return pressable(ctx, block, spec, node);
}

// --- choices -----------------------------------------------------------------------------------

/** Two ways to offer the same choices: what the state holds, and how an option becomes it. */
const SOURCES = {
  option: {
    field: "selected_option",
    initial: (spec) => spec.initial_option,
    groups: (spec) =>
      (spec.option_groups ?? [{ label: null, options: spec.options ?? [] }]).map((g) => ({
        label: g.label?.text,
        choices: g.options.map((o) => ({ id: o.value, label: o.text.text, hint: o.description?.text, held: o })),
      })),
    idOf: (held) => held?.value,
  },
  user: {
    field: "selected_user",
    initial: (spec) => spec.initial_user,
    idOf: (held) => held,
    groups: () => [{ choices: humans().map((p) => ({ id: p.id, label: p.real_name, hint: hintOf(p), held: p.id })) }],
  },
  conversation: {
    field: "selected_conversation",
    idOf: (held) => held,
    initial: (spec) => spec.initial_conversation ?? (spec.default_to_current_conversation ? state.ui.channel : null),
    groups: (spec) => [{ choices: conversations(spec.filter?.include) }],
  },
  channel: {
    field: "selected_channel",
    initial: (spec) => spec.initial_channel,
    idOf: (held) => held,
    groups: () => [{ choices: conversations(["public"]) }],
  },
};

const hintOf = (p) => [p.title, p.is_external && "external"].filter(Boolean).join(", ");

function conversations(include) {
  const kind = (c) => (isDm(c) ? "im" : c.kind === "private" ? "private" : "public");
  return [...state.channels.values()]
    .filter((c) => isJoined(c) && (!include || include.includes(kind(c))))
    .map((c) => ({ id: c.id, label: isDm(c) ? channelLabel(c) : `#${c.name}`, held: c.id }));
}

const select = (source) => (ctx, block, spec, where) => {
  const { field, initial, groups, idOf } = SOURCES[source];
  const held = current(ctx, block, spec, field, initial(spec));
  const choices = new Map();
  const options = groups(spec).map(({ label, choices: list }) => {
    const nodes = list.map((choice) => {
      choices.set(choice.id, choice.held);
      return h(
        "option",
        { value: choice.id, selected: choice.id === idOf(held) },
        plain(choice.label),
        choice.hint && where.inInput ? ` — ${choice.hint}` : null,
      );
    });
    return label ? h("optgroup", { label }, nodes) : nodes;
  });
  const empty = h(
    "option",
    { value: "", disabled: !block.optional, hidden: !block.optional, selected: !held },
    spec.placeholder?.text ?? "Choose an option",
  );
  const node = h("select.control", { ...common(ctx, spec) }, empty, options);
  node.classList.toggle("unset", !held);
  node.addEventListener("change", () => {
    node.classList.toggle("unset", !node.value);
    commit(ctx, block, spec, where, node, { [field]: choices.get(node.value) ?? null }, (before) => {
      node.value = idOf(before?.[field]) ?? "";
    });
  });
  return pressable(ctx, block, spec, node);
};

const MULTI_FIELD = {
  option: "selected_options",
  user: "selected_users",
  conversation: "selected_conversations",
  channel: "selected_channels",
};

const multiSelect = (source) => (ctx, block, spec, where) => {
  const field = MULTI_FIELD[source];
  const initial = spec[field.replace("selected", "initial")] ?? [];
  const held = current(ctx, block, spec, field, initial) ?? [];
  const { groups, idOf } = SOURCES[source];
  const node = multiPicker({
    groups: groups(spec),
    chosen: held.map(idOf),
    max: spec.max_selected_items,
    placeholder: spec.placeholder?.text ?? "Choose options",
    disabled: Boolean(ctx.frozen),
    onchange: (choices) =>
      setValue(ctx, block.block_id, spec.action_id, { type: spec.type, [field]: choices.map((c) => c.held) }),
    ondone: (choices) => commit(ctx, block, spec, where, node, { [field]: choices.map((c) => c.held) }),
  });
  return pressable(ctx, block, spec, node);
};

function external() {
  return h("select.control", { disabled: true }, h("option", null, "Options from the app do not load in the sandbox"));
}

const boxes = (type, field, many) => (ctx, block, spec, where) => {
  const initial = many ? (spec.initial_options ?? []) : spec.initial_option;
  const held = current(ctx, block, spec, field, initial);
  const isChosen = (option) =>
    many ? (held ?? []).some((o) => o.value === option.value) : held?.value === option.value;
  const name = `${ctx.key}-${block.block_id}-${spec.action_id}`;
  const rows = spec.options.map((option) => {
    const input = h("input", {
      type,
      name,
      value: option.value,
      checked: isChosen(option),
      disabled: Boolean(ctx.frozen),
    });
    return h(
      "label.choice",
      null,
      input,
      h("span", null, text(option.text), option.description && h("small", null, text(option.description))),
    );
  });
  const node = h("div.choices", { role: many ? "group" : "radiogroup" }, rows);
  node.addEventListener("change", () => {
    const chosen = spec.options.filter((_, i) => rows[i].firstChild.checked);
    commit(ctx, block, spec, where, node, { [field]: many ? chosen : (chosen[0] ?? null) });
  });
  return pressable(ctx, block, spec, node);
};

/** Element builders by Block Kit type. */
export const inputs = {
  plain_text_input: textInput("text"),
  email_text_input: textInput("email"),
  url_text_input: textInput("url"),
  number_input: textInput("number", (spec) => ({
    step: spec.is_decimal_allowed ? "any" : "1",
    min: spec.min_value ?? null,
    max: spec.max_value ?? null,
    inputmode: "decimal",
  })),
  rich_text_input: richTextInput,
  datepicker: dateInput("date", "selected_date", "initial_date"),
  timepicker: dateInput("time", "selected_time", "initial_time"),
  datetimepicker: dateTimeInput,
  static_select: select("option"),
  users_select: select("user"),
  conversations_select: select("conversation"),
  channels_select: select("channel"),
  multi_static_select: multiSelect("option"),
  multi_users_select: multiSelect("user"),
  multi_conversations_select: multiSelect("conversation"),
  multi_channels_select: multiSelect("channel"),
  external_select: external,
  multi_external_select: external,
  checkboxes: boxes("checkbox", "selected_options", true),
  radio_buttons: boxes("radio", "selected_option", false),
};

/**
 * What is wrong with an input block's value before it is even sent, as Slack's own client checks it.
 * @returns {string|null}
 */
export function checkInput(ctx, block) {
  const { element: spec } = block;
  const { type, ...fields } = getValue(ctx, block.block_id, spec.action_id) ?? {};
  const [value] = Object.values(fields);
  const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
  if (empty) return block.optional ? null : "Please complete this required field.";
  if (spec.min_length && value.length < spec.min_length) return `Please enter at least ${spec.min_length} characters.`;
  if (type === "email_text_input" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value))
    return "Please enter a valid email address.";
  if (type === "url_text_input" && !URL.canParse(value)) return "Please enter a valid URL.";
  if (type === "number_input") return checkNumber(spec, Number(value));
  return null;
}

function checkNumber(spec, value) {
  if (Number.isNaN(value)) return "Please enter a number.";
  if (!spec.is_decimal_allowed && !Number.isInteger(value)) return "Please enter a whole number.";
  if (spec.min_value !== undefined && value < Number(spec.min_value)) return `Please enter ${spec.min_value} or more.`;
  if (spec.max_value !== undefined && value > Number(spec.max_value)) return `Please enter ${spec.max_value} or less.`;
  return null;
}
