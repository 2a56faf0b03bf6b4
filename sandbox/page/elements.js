/** Interactive Block Kit elements that stand in actions, accessories and context_actions. */

import { all, first, h } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { safeImage } from "./images.js";
import { inputs } from "./inputs.js";
import { interact, pressable } from "./interact.js";
import { plain, text } from "./mrkdwn.js";
import { follow } from "./nav.js";
import { menu } from "./overlays.js";
import { state } from "./store.js";
import { getValue, setValue, stateWith } from "./values.js";

/**
 * @import { Block, BlockContext, BlockElement, Builder, Builders, Button, ElementType, FeedbackButton } from "./types.js"
 * @import { FeedbackButtons, Field, IconButton, Overflow } from "./types.js"
 */

/**
 * Those elements that this person may see.
 * @param {BlockContext} ctx
 * @param {Block} block the block that holds them
 * @param {BlockElement[]} [specs]
 */
export const elements = (ctx, block, specs = []) =>
  specs
    .filter(({ visible_to_user_ids: viewers }) => !viewers || viewers.includes(state.me))
    .map((spec) => element({ ctx, block, spec, inInput: false }));

/** @template {ElementType} T @param {Field<BlockElement<T>>} field */
function element(field) {
  const { type } = field.spec;
  return builders[type]?.(field) ?? h("span.unsupported", null, `“${type}” cannot be shown here`);
}

/** @type {Builder<Button>} */
function button(field) {
  const { ctx, spec } = field;
  const node = h(
    "button.button",
    {
      type: "button",
      class: spec.style ?? null,
      "aria-label": spec.accessibility_label ?? null,
      disabled: Boolean(ctx.frozen),
      onclick: () => {
        visit(spec.url);
        interact(field, node);
      },
    },
    h("span.button-text", null, plain(spec.text)),
    h("span.spinner"),
  );
  return pressable(field, node);
}

/** Where a pressed element leads: a message of this workspace is shown here, all else in a tab of its own. */
function visit(url = "") {
  if (/^https?:/i.test(url) && !follow(url)) window.open(url, "_blank", "noopener");
}

/** @type {Builder<Button>} */
function workflowButton({ spec }) {
  return h(
    "button.button",
    { type: "button", disabled: true, class: spec.style ?? null, title: "Workflow buttons do not run in the sandbox" },
    plain(spec.text),
  );
}

/** @type {Builder<Overflow>} */
function overflow(field) {
  const { ctx, spec } = field;
  const node = h(
    "button.button.icon-only",
    {
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      disabled: Boolean(ctx.frozen),
      onclick: () =>
        menu(
          node,
          spec.options.map((option) => ({
            label: plain(option.text),
            hint: option.description && plain(option.description),
            value: option.value,
            onpick: () => {
              visit(option.url);
              interact(field, node, stateWith(field, "selected_option", option));
            },
          })),
          { label: "More actions" },
        ),
    },
    icon("more"),
    h("span.spinner"),
  );
  return pressable(field, node);
}

/** @type {Builder<FeedbackButtons>} */
function feedback(field) {
  const { spec } = field;
  const chosen = getValue(field)?.value;
  /** @param {FeedbackButton | undefined} option @param {"Good" | "Bad"} name */
  const one = (option, name) => {
    if (!option) return null;
    const pressed = { ...field, spec: { ...spec, value: option.value } };
    const press = async () => {
      if (!(await interact(pressed, node))) return;
      setValue(field, stateWith(field, "value", option.value));
      for (const other of all(group, "button")) other.setAttribute("aria-pressed", String(other === node));
    };
    const title = option.text?.text ?? option.accessibility_label ?? name;
    const node = iconButton(name === "Good" ? "thumbup" : "thumbdown", title, press, {
      size: 16,
      "aria-label": option.accessibility_label ?? title,
      "aria-pressed": String(chosen === option.value),
      data: { value: option.value },
    });
    return pressable(pressed, node);
  };
  const group = h("span.feedback", null, one(spec.positive_button, "Good"), one(spec.negative_button, "Bad"));
  return group;
}

/** @type {Builder<IconButton>} */
function iconElement(field) {
  const { spec } = field;
  const label = spec.accessibility_label ?? spec.text?.text ?? spec.icon;
  const press = () => interact(field, node);
  const node = iconButton(spec.icon === "trash" ? "trash" : "more", label, press, { size: 16 });
  return pressable(field, node);
}

/** @type {Builders} */
const builders = {
  ...inputs,
  button,
  overflow,
  image: ({ spec }) => safeImage(spec, "accessory-image"),
  feedback_buttons: feedback,
  icon_button: iconElement,
  workflow_button: workflowButton,
};

/** An input block: label, control, hint, and the error beside it. @param {BlockContext} ctx @param {Block<"input">} block */
export function inputBlock(ctx, block) {
  const id = `field-${block.block_id}`;
  const error = ctx.errors?.[block.block_id];
  const control = element({ ctx, block, spec: block.element, inInput: true });
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const focusable = control.matches("input, select, textarea, button, [role=group], [role=radiogroup]")
    ? control
    : first(control, "input, select, textarea, button");
  focusable?.setAttribute("aria-labelledby", `${id}-label`);
  if (described) focusable?.setAttribute("aria-describedby", described);
  if (error) focusable?.setAttribute("aria-invalid", "true");
  return h(
    "div.block.field",
    { class: error ? "has-error" : null, data: { blockId: block.block_id } },
    h(
      "div.field-label",
      { id: `${id}-label`, onclick: () => focusable?.focus() },
      text(block.label),
      block.optional && h("span.optional", null, " (optional)"),
    ),
    control,
    h(
      "div.field-error",
      { id: `${id}-error`, role: "alert", data: { testid: "field-error" }, hidden: !error },
      icon("warn", 15),
      h("span", null, error ?? ""),
    ),
    block.hint && h("div.field-hint", { id: `${id}-hint` }, text(block.hint)),
  );
}
