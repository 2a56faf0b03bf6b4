/** Block Kit elements that let people choose: menus, check boxes, radio buttons. */

import { h } from "./dom.js";
import { commit, common, pressable } from "./interact.js";
import { plain, text } from "./mrkdwn.js";
import { multiPicker } from "./picker.js";
import { humans, placeLabel, state } from "./store.js";
import { current, setValue, stateWith } from "./values.js";

/**
 * @import { Boxes, Builder, Channel, Choice, ChoiceGroup, ConversationKind, Held } from "./types.js"
 * @import { MultiSelect, Option, Person, Select } from "./types.js"
 */

/**
 * What there is to choose from, and where the element's state keeps it.
 * @typedef {object} Source
 * @property {"selected_option" | "selected_user" | "selected_conversation" | "selected_channel"} one
 * @property {"selected_options" | "selected_users" | "selected_conversations" | "selected_channels"} many
 * @property {(spec: Select) => Held | null | undefined} initial
 * @property {(spec: MultiSelect) => Option[] | string[] | undefined} initials
 * @property {(spec: Select) => ChoiceGroup[]} groups
 */

/** @satisfies {Record<string, Source>} */
export const SOURCES = {
  option: {
    one: "selected_option",
    many: "selected_options",
    initial: (spec) => spec.initial_option,
    initials: (spec) => spec.initial_options,
    groups: ({ option_groups: groups, options = [] }) =>
      groups?.map(({ label, options: own }) => ({ label: label?.text, choices: own.map(choiceOf) })) ?? [
        { choices: options.map(choiceOf) },
      ],
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

/** @param {Option} option @returns {Choice} */
const choiceOf = (option) => ({
  id: option.value,
  label: option.text.text,
  hint: option.description?.text,
  held: option,
});

/** @param {Person} p */
const hintOf = (p) => [p.title, p.is_external && "external"].filter(Boolean).join(", ");

/** @param {Channel} channel @returns {ConversationKind} */
const kindOf = ({ kind }) => (kind === "channel" ? "public" : kind);

/** @param {ConversationKind[]} [include] @returns {Choice[]} */
const conversations = (include) =>
  [...state.channels.values()]
    .filter((channel) => channel.joined && (!include || include.includes(kindOf(channel))))
    .map((channel) => ({ id: channel.id, label: placeLabel(channel), held: channel.id }));

/** @param {Held | null} [held] */
const idOf = (held) => (typeof held === "string" ? held : held?.value);

/** @param {Source} source @returns {Builder<Select>} */
export const select = (source) => (field) => {
  const { block, spec, inInput } = field;
  const held = current(field, source.one, source.initial(spec));
  const groups = source.groups(spec);
  const isOptional = block.type === "input" && Boolean(block.optional);
  const empty = h(
    "option",
    { value: "", disabled: !isOptional, hidden: !isOptional, selected: !held },
    spec.placeholder?.text ?? "Choose an option",
  );
  /** @param {Choice} choice */
  const option = ({ id, label, hint }) =>
    h("option", { value: id, selected: id === idOf(held) }, plain(label), inInput && hint && ` — ${hint}`);
  const options = groups.map(({ label, choices }) =>
    label ? h("optgroup", { label }, choices.map(option)) : choices.map(option),
  );
  const node = h("select.control", common(field), empty, options);
  node.classList.toggle("unset", !held);
  node.addEventListener("change", () => {
    node.classList.toggle("unset", !node.value);
    const chosen = groups.flatMap((group) => group.choices).find(({ id }) => id === node.value)?.held ?? null;
    commit(field, node, stateWith(field, source.one, chosen), (before) => {
      node.value = idOf(before?.[source.one]) ?? "";
    });
  });
  return pressable(field, node);
};

/** @param {Source} source @returns {Builder<MultiSelect>} */
export const multiSelect = (source) => (field) => {
  const { spec } = field;
  const held = current(field, source.many, source.initials(spec) ?? []) ?? [];
  /** @param {Choice[]} choices */
  const entered = (choices) => {
    const chosen = /** @type {Option[] | string[]} */ (choices.map((choice) => choice.held));
    return stateWith(field, source.many, chosen);
  };
  const node = multiPicker({
    groups: source.groups(spec),
    chosen: held.flatMap((one) => idOf(one) ?? []),
    max: spec.max_selected_items,
    placeholder: spec.placeholder?.text ?? "Choose options",
    disabled: Boolean(field.ctx.frozen),
    onchange: (choices) => setValue(field, entered(choices)),
    ondone: (choices) => commit(field, node, entered(choices)),
  });
  return pressable(field, node);
};

/** @type {Builder<Boxes>} */
export function boxes(field) {
  const { ctx, block, spec } = field;
  const isMany = spec.type === "checkboxes";
  const held = isMany
    ? (current(field, "selected_options", spec.initial_options ?? []) ?? [])
    : [current(field, "selected_option", spec.initial_option)];
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
  const rows = spec.options.map((option, n) => h("label.choice", null, inputs[n], optionText(option)));
  const node = h("div.choices", { role: isMany ? "group" : "radiogroup" }, rows);
  node.addEventListener("change", () => {
    const chosen = spec.options.filter((_, n) => inputs[n].checked);
    const entered = isMany
      ? stateWith(field, "selected_options", chosen)
      : stateWith(field, "selected_option", chosen[0] ?? null);
    commit(field, node, entered);
  });
  return pressable(field, node);
}

/** @param {Option} option */
const optionText = ({ text: label, description }) =>
  h("span", null, text(label), description && h("small", null, text(description)));
