/** Editing one's own message in place. */

import { post } from "./api.js";
import { Completion } from "./complete.js";
import { grow, h } from "./dom.js";
import { decode, encode } from "./encode.js";
import { setUi } from "./store.js";
import { toastError } from "./toast.js";

/** @import { Message } from "./types.js" */

/**
 * Survives a re-render of the row while somebody edits.
 * @type {Map<string, string>}
 */
const texts = new Map();

/** @param {Message} message */
export function editor(message) {
  const key = `${message.channel}:${message.ts}`;
  const box = h("textarea.composer-text", {
    rows: 1,
    value: texts.get(key) ?? decode(message.text ?? ""),
    "aria-label": "Edit message",
    data: { testid: "edit-composer", focus: "edit" },
  });
  const complete = new Completion(box);
  const done = () => {
    texts.delete(key);
    setUi({ editing: null });
  };
  const save = async () => {
    const text = box.value.trim();
    if (!text) return;
    try {
      await post("edit", { channel: message.channel, ts: message.ts, text: encode(text) });
      done();
    } catch (error) {
      toastError(error);
    }
  };
  box.addEventListener("input", () => {
    texts.set(key, box.value);
    grow(box);
    complete.refresh();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || complete.handle(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      done();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  });
  queueMicrotask(() => {
    grow(box);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  });
  return h(
    "form.composer.editor",
    {
      onsubmit: (event) => {
        event.preventDefault();
        save();
      },
    },
    complete.list,
    h(
      "div.composer-box",
      null,
      box,
      h(
        "div.composer-bar",
        null,
        h("span.composer-hint.with-keys", null, h("kbd", null, "Esc"), " to cancel"),
        h("button.button.small", { type: "button", onclick: done }, "Cancel"),
        h("button.button.small.primary", { type: "submit" }, "Save"),
      ),
    ),
  );
}
