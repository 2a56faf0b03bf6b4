/** Modals of the app: the top of this person's view stack, with errors beside their fields. */

import { explain, failed, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { icon, seal } from "./icons.js";
import { checkInput } from "./inputs.js";
import { dropBag, getValue, setValue, stateOf } from "./interact.js";
import { plain } from "./mrkdwn.js";
import { toastError } from "./overlays.js";
import { state, watch } from "./store.js";

let dialog = null;
let shown = null; // signature of what is drawn
let viewId = null;
let errors = {};
let footError = null;
let sending = false;

export function mountModals() {
  watch(["views", "snapshot"], draw);
}

const top = () => state.views.at(-1);

function draw() {
  const view = top();
  if (!view) return shut();
  const signature = JSON.stringify([view, state.views.length]);
  if (signature === shown) return undefined;
  if (view.id !== viewId) [footError, sending] = [null, false];
  errors = { ...view.errors };
  shown = signature;
  return render(view);
}

function shut() {
  dialog?.close();
  dialog?.remove();
  if (viewId) dropBag(`view:${viewId}`);
  [dialog, shown, viewId, sending] = [null, null, null, false];
}

/** Draw the view; what was entered stays, as do focus and scroll position when it is still the same view. */
function render(view) {
  const same = view.id === viewId;
  viewId = view.id;
  const ctx = contextOf(view);
  prime(ctx, view);
  if (!dialog) {
    dialog = h("dialog.dialog.modal", { data: { testid: "modal" }, "aria-labelledby": "modal-title" });
    document.body.append(dialog);
    dialog.showModal();
  }
  const scrolled = dialog.querySelector(".modal-body")?.scrollTop ?? 0;
  const held = dialog.contains(document.activeElement) ? document.activeElement.dataset.actionId : null;
  dialog.replaceChildren(form(view, ctx));
  dialog.oncancel = (event) => {
    event.preventDefault();
    close(view.id);
  };
  dialog.querySelector(".modal-body").scrollTop = same ? scrolled : 0;
  const first = ".has-error input, .has-error textarea, .has-error select, .has-error button";
  const again =
    same && held ? [...dialog.querySelectorAll("[data-action-id]")].find((n) => n.dataset.actionId === held) : null;
  const wanted =
    dialog.querySelector(first) ??
    again ??
    dialog.querySelector("[autofocus]") ??
    dialog.querySelector(".modal-body :is(input, textarea, select):not([type=checkbox], [type=radio])") ??
    dialog.querySelector("[data-testid=modal-submit], .button");
  wanted?.focus();
}

const contextOf = (view) => ({
  container: { type: "view", view_id: view.id },
  key: `view:${view.id}`,
  inView: true,
  blocks: view.blocks,
  errors,
  frozen: sending,
});

/** Take over values that the server knows, for instance after a reload. */
function prime(ctx, view) {
  for (const [blockId, actions] of Object.entries(view.state?.values ?? {})) {
    for (const [actionId, value] of Object.entries(actions))
      if (!getValue(ctx, blockId, actionId)) setValue(ctx, blockId, actionId, value);
  }
}

function form(view, ctx) {
  const stacked = state.views.length > 1;
  const submitButton =
    view.submit &&
    h(
      "button.button.primary",
      {
        type: "submit",
        class: sending ? "pending" : null,
        "aria-busy": String(sending),
        data: { testid: "modal-submit" },
      },
      h("span.button-text", null, plain(view.submit)),
      h("span.spinner"),
    );
  return h(
    "form.dialog-inner",
    {
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        submit(view);
      },
      oninput: forgive,
      onkeydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && view.submit && submit(view),
    },
    h(
      "header.dialog-head",
      null,
      stacked
        ? h(
            "button.icon-button",
            { type: "button", "aria-label": "Back", onclick: () => close(view.id) },
            icon("back", 18),
          )
        : h("span.app-mark", null, seal(17)),
      h("h2", { id: "modal-title" }, plain(view.title)),
      h(
        "button.icon-button",
        { type: "button", "aria-label": "Close", data: { testid: "modal-close" }, onclick: () => close(view.id) },
        icon("close", 18),
      ),
    ),
    h("div.modal-body", null, renderBlocks(view.blocks, ctx)),
    h(
      "footer.dialog-foot",
      null,
      footError &&
        h(
          "div.foot-error",
          { role: "alert", data: { testid: "modal-error" } },
          icon("warn", 15),
          h("span", null, footError),
        ),
      h(
        "button.button",
        { type: "button", data: { testid: "modal-cancel" }, onclick: () => close(view.id) },
        view.close ? plain(view.close) : view.submit ? "Cancel" : "Close",
      ),
      submitButton,
    ),
  );
}

/** A field whose value changes is not wrong any more until the next submit says so. */
function forgive(event) {
  const field = event.target.closest(".has-error");
  if (!field) return;
  field.classList.remove("has-error");
  field.querySelector(".field-error").hidden = true;
  delete errors[field.dataset.blockId];
}

async function submit(view) {
  if (sending) return;
  const ctx = contextOf(view);
  errors = {};
  footError = null;
  for (const block of view.blocks.filter((b) => b.type === "input")) {
    const problem = checkInput(ctx, block);
    if (problem) errors[block.block_id] = problem;
  }
  if (Object.keys(errors).length) return void render(view);
  sending = true;
  render(view);
  try {
    const result = await post("submit", { view_id: view.id, state: stateOf(ctx) });
    if (!result.errors && failed(result)) throw new Error(explain(result));
    errors = result.errors ?? {};
    const homeless = Object.keys(errors).filter((id) => !view.blocks.some((b) => b.block_id === id));
    if (homeless.length) footError = homeless.map((id) => errors[id]).join(" ");
  } catch (error) {
    footError = error.message;
  } finally {
    sending = false;
    if (top()?.id === view.id) render(top());
  }
}

const close = (id) => post("close", { view_id: id }).catch(toastError);
