/** Modals of the app: the top of this person's view stack, with errors beside their fields. */

import { deliver, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { all, closest, first, focusedIn, h, messageOf, shutDialog } from "./dom.js";
import { icon, iconButton, seal } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { state, watch } from "./store.js";
import { toastError } from "./toast.js";
import { checkInputs } from "./validate.js";
import { dropBag, prime, stateOf } from "./values.js";

/** @import { BlockContext, Errors, View } from "./types.js" */

/** @type {HTMLDialogElement | null} */
let dialog = null;
let shown = ""; // signature of what is drawn
let viewId = "";
/** @type {Errors} */
let errors = {};
let footError = "";
let sending = false;

export function mountModals() {
  watch(["views", "snapshot"], draw);
}

const top = () => state.views.at(-1);

function draw() {
  const view = top();
  if (!view) return shut();
  const signature = JSON.stringify([view, state.views.length]);
  if (signature === shown) return;
  if (view.id !== viewId) [footError, sending] = ["", false];
  errors = { ...view.errors };
  shown = signature;
  render(view);
}

function shut() {
  if (dialog) shutDialog(dialog);
  if (viewId) dropBag(`view:${viewId}`);
  [dialog, shown, viewId, sending] = [null, "", "", false];
}

function open() {
  const box = h("dialog.dialog.modal", { data: { testid: "modal" }, "aria-labelledby": "modal-title" });
  document.body.append(box);
  box.showModal();
  return box;
}

/** Draw the view; what was entered stays, as do focus and scroll position when it is still the same view. @param {View} view */
function render(view) {
  const same = view.id === viewId;
  viewId = view.id;
  const ctx = contextOf(view);
  prime(ctx, view.state?.values ?? {});
  dialog ??= open();
  const scrolled = same ? (first(dialog, ".modal-body")?.scrollTop ?? 0) : 0;
  const held = same ? focusedIn(dialog)?.dataset.actionId : undefined;
  const body = h("div.modal-body", null, renderBlocks(view.blocks, ctx));
  dialog.replaceChildren(form(view, body));
  dialog.oncancel = (event) => {
    event.preventDefault();
    close(view.id);
  };
  body.scrollTop = scrolled;
  focusIn(dialog, held);
}

const FIRST_FIELDS = [
  "[autofocus]",
  ".modal-body :is(input, textarea, select):not([type=checkbox], [type=radio])",
  "[data-testid=modal-submit], .button",
];

/** Focus what is wrong, else what had the focus before, else the first field. @param {HTMLElement} box @param {string} [held] action id */
function focusIn(box, held) {
  const wrong = first(box, ".has-error :is(input, textarea, select, button)");
  const again = held ? all(box, "[data-action-id]").find((node) => node.dataset.actionId === held) : null;
  const field = FIRST_FIELDS.map((selector) => first(box, selector)).find(Boolean);
  (wrong ?? again ?? field)?.focus();
}

/** @param {View} view @returns {BlockContext} */
const contextOf = (view) => ({
  container: { type: "view", view_id: view.id },
  key: `view:${view.id}`,
  inView: true,
  blocks: view.blocks,
  errors,
  frozen: sending,
});

/** @param {View} view @param {HTMLElement} body */
const form = (view, body) =>
  h(
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
    head(view),
    body,
    foot(view),
  );

/** @param {View} view */
const head = (view) =>
  h(
    "header.dialog-head",
    null,
    state.views.length > 1 ? iconButton("back", "Back", () => close(view.id)) : h("span.app-mark", null, seal(17)),
    h("h2", { id: "modal-title" }, plain(view.title)),
    iconButton("close", "Close", () => close(view.id), { data: { testid: "modal-close" } }),
  );

/** @param {View} view */
const foot = (view) =>
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
      plain(view.close ?? (view.submit ? "Cancel" : "Close")),
    ),
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
      ),
  );

/** A field whose value changes is not wrong any more until the next submit says so. @param {Event} event */
function forgive(event) {
  const field = closest(event, ".has-error");
  if (!field) return;
  field.classList.remove("has-error");
  for (const line of all(field, ".field-error")) line.hidden = true;
  delete errors[field.dataset.blockId ?? ""];
}

/** @param {View} view */
async function submit(view) {
  if (sending) return;
  const ctx = contextOf(view);
  errors = checkInputs(ctx);
  footError = "";
  if (Object.keys(errors).length) return render(view);
  sending = true;
  render(view);
  try {
    const answer = await deliver("submit", { view_id: view.id, state: stateOf(ctx) });
    errors = answer.errors ?? {};
    footError = Object.entries(errors)
      .filter(([id]) => !view.blocks.some((block) => block.block_id === id))
      .map(([, words]) => words)
      .join(" ");
  } catch (error) {
    footError = messageOf(error);
  } finally {
    sending = false;
    const now = top();
    if (now?.id === view.id) render(now);
  }
}

/** @param {string} id */
const close = (id) => post("close", { view_id: id }).catch(toastError);
