/** Interactive Block Kit elements that stand in actions, accessories and context_actions. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { getValue, interact, pressable } from "./interact.js";
import { safeImage } from "./images.js";
import { inputs } from "./inputs.js";
import { plain, text } from "./mrkdwn.js";
import { follow } from "./nav.js";
import { menu } from "./overlays.js";
import { state } from "./store.js";

/**
 * @param {import("./interact.js").BlockContext} ctx
 * @param {Object} block the block that holds the element
 * @param {{inInput?: boolean}} where an input block collects values; elsewhere a change is sent at once
 */
export function element(ctx, block, spec, where = {}) {
  if (spec.visible_to_user_ids && !spec.visible_to_user_ids.includes(state.me)) return null;
  const build = elements[spec.type] ?? inputs[spec.type];
  if (!build) return h("span.unsupported", null, `“${spec.type}” cannot be shown here`);
  return build(ctx, block, spec, where);
}

const elements = {
  button,
  overflow,
  image,
  feedback_buttons: feedback,
  icon_button: iconButton,
  workflow_button: workflowButton,
};

function button(ctx, block, spec) {
  const node = h(
    "button.button",
    {
      type: "button",
      class: spec.style ?? null,
      "aria-label": spec.accessibility_label ?? null,
      disabled: Boolean(ctx.frozen),
      onclick: () => {
        visit(spec.url);
        interact(ctx, block, spec, node);
      },
    },
    h("span.button-text", null, plain(spec.text)),
    h("span.spinner"),
  );
  return pressable(ctx, block, spec, node);
}

/** Where a pressed element leads: a message of this workspace is shown here, all else in a tab of its own. */
function visit(url) {
  if (url && /^https?:/i.test(url) && !follow(url)) window.open(url, "_blank", "noopener");
}

function workflowButton(ctx, block, spec) {
  return h(
    "button.button",
    { type: "button", disabled: true, class: spec.style ?? null, title: "Workflow buttons do not run in the sandbox" },
    plain(spec.text),
  );
}

function overflow(ctx, block, spec) {
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
            data: { value: option.value },
            onpick: () => {
              visit(option.url);
              interact(ctx, block, spec, node, { type: "overflow", selected_option: option });
            },
          })),
          { label: "More actions" },
        ),
    },
    icon("more"),
    h("span.spinner"),
  );
  return pressable(ctx, block, spec, node);
}

function image(ctx, block, spec) {
  return safeImage(spec, "accessory-image");
}

function feedback(ctx, block, spec) {
  const chosen = getValue(ctx, block.block_id, spec.action_id)?.value;
  const one = (option, name) => {
    if (!option) return null;
    const label = option.accessibility_label ?? option.text?.text ?? name;
    const node = h(
      "button.icon-button",
      {
        type: "button",
        "aria-label": label,
        title: option.text?.text ?? label,
        "aria-pressed": String(chosen === option.value),
        data: { value: option.value },
        onclick: async () => {
          const pressed = { ...spec, value: option.value };
          if (await interact(ctx, block, pressed, node))
            node.parentElement
              .querySelectorAll("button")
              .forEach((b) => b.setAttribute("aria-pressed", String(b === node)));
        },
      },
      icon(name === "Good" ? "thumbup" : "thumbdown", 16),
    );
    return pressable(ctx, block, { ...spec, value: option.value }, node);
  };
  return h("span.feedback", null, one(spec.positive_button, "Good"), one(spec.negative_button, "Bad"));
}

function iconButton(ctx, block, spec) {
  const label = spec.accessibility_label ?? spec.text?.text ?? spec.icon;
  const node = h(
    "button.icon-button",
    { type: "button", "aria-label": label, title: label, onclick: () => interact(ctx, block, spec, node) },
    icon(spec.icon === "trash" ? "trash" : "more", 16),
  );
  return pressable(ctx, block, spec, node);
}

/** An input block: label, control, hint, and the error beside it. */
export function inputBlock(ctx, block) {
  const id = `field-${block.block_id}`;
  const error = ctx.errors?.[block.block_id];
  const control = element(ctx, block, block.element, { inInput: true });
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const focusable = control.matches("input, select, textarea, button, [role=group], [role=radiogroup]")
    ? control
    : control.querySelector("input, select, textarea, button");
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
