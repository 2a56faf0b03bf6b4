/** The box to write in: grows with its text, completes names and commands, keeps drafts, sends in order. */

import { post, failed, explain } from "./api.js";
import { completion } from "./complete.js";
import { fill, h } from "./dom.js";
import { emojiPicker } from "./emojipicker.js";
import { encode } from "./encode.js";
import { icon } from "./icons.js";
import { toast } from "./overlays.js";

const drafts = new Map();
let queue = Promise.resolve();

/**
 * @typedef {{key: string, channel: string, thread?: string}} Place where the composer writes; `key` names the draft
 * @param {{testid: string, sendTestid: string, onEditLast: () => void, onSent?: (ts: string) => void}} options
 * @returns {{el: HTMLElement, at: (place: Place, placeholder: string) => void, focus: () => void, set: (text: string) => void}}
 */
export function createComposer({ testid, sendTestid, onEditLast, onSent }) {
  let place = null;
  let files = [];

  const box = h("textarea.composer-text", {
    rows: 1,
    data: { testid, focus: testid },
    "aria-multiline": "true",
    spellcheck: "true",
    autocomplete: "off",
  });
  const complete = completion(box);
  const problem = h("div.composer-problem", { role: "alert", hidden: true });
  const chips = h("div.composer-files", { hidden: true });
  const picker = h("input", {
    type: "file",
    multiple: true,
    hidden: true,
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: takeFiles,
  });
  const send = h(
    "button.send",
    { type: "submit", data: { testid: sendTestid }, "aria-label": "Send", title: "Send (Enter)" },
    icon("send", 18),
  );
  const tool = (name, label, onclick) =>
    h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick }, icon(name, 18));
  const smile = tool("smile", "Emoji", () => emojiPicker(smile, (_, character) => insert(character)));

  const el = h(
    "form.composer",
    {
      onsubmit: (event) => {
        event.preventDefault();
        submit();
      },
    },
    complete.list,
    problem,
    h(
      "div.composer-box",
      null,
      chips,
      box,
      h(
        "div.composer-bar",
        null,
        tool("attach", "Attach files", () => picker.click()),
        smile,
        tool("at", "Mention someone", () => insert("@")),
        tool("slash", "Run a command of the app", () => startCommand()),
        picker,
        h(
          "span.composer-hint",
          null,
          h("kbd", null, "Enter"),
          " to send · ",
          h("kbd", null, "Shift"),
          "+",
          h("kbd", null, "Enter"),
          " for a new line",
        ),
        send,
      ),
    ),
  );

  function changedText() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
    send.disabled = !box.value.trim() && !files.length;
    if (place) drafts.set(place.key, box.value);
    problem.hidden = true;
  }

  function insert(characters) {
    const space = box.selectionStart > 0 && /\S/.test(box.value[box.selectionStart - 1]) ? " " : "";
    box.focus();
    box.setRangeText(space + characters, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function startCommand() {
    if (!box.value) return insert("/");
    toast("A command has to be the first thing in the message.");
  }

  function takeFiles() {
    files = [...files, ...picker.files].slice(0, 10);
    picker.value = "";
    drawFiles();
  }

  function drawFiles() {
    chips.hidden = !files.length;
    fill(
      chips,
      files.map((file) =>
        h(
          "span.file-chip",
          null,
          icon("file", 15),
          h("span", null, file.name),
          h(
            "button.icon-button",
            {
              type: "button",
              "aria-label": `Remove ${file.name}`,
              onclick: () => {
                files = files.filter((f) => f !== file);
                drawFiles();
              },
            },
            icon("close", 14),
          ),
        ),
      ),
    );
    changedText();
  }

  function set(text) {
    box.value = text;
    changedText();
  }

  function submit() {
    const typed = box.value.trim();
    if (!typed && !files.length) return;
    const job = { place, typed, files };
    const command = parseCommand(box.value.trimEnd());
    complete.close();
    files = [];
    set("");
    drawFiles();
    queue = queue
      .then(() => deliver(job, command))
      .catch((error) => {
        if (place?.key === job.place.key && !box.value) set(job.typed);
        else drafts.set(job.place.key, job.typed);
        showProblem(error.message);
      });
  }

  async function deliver({ place: { channel, thread }, typed, files: attached }, command) {
    const where = { channel, ...(thread ? { thread_ts: thread } : {}) };
    if (command) {
      const result = await post("command", { ...where, command: command.name, text: command.text });
      if (failed(result)) throw new Error(explain(result));
      return;
    }
    const list = attached.map(({ name, type, size }) => ({ name, mimetype: type || "application/octet-stream", size }));
    const { ts } = await post("say", { ...where, text: encode(typed), ...(list.length ? { files: list } : {}) });
    onSent?.(ts);
  }

  function showProblem(message) {
    problem.hidden = false;
    fill(problem, icon("warn", 15), h("span", null, message));
  }

  box.addEventListener("input", () => {
    changedText();
    complete.refresh();
  });
  box.addEventListener("click", complete.refresh);
  box.addEventListener("blur", () => setTimeout(complete.close, 150));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || complete.handle(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && !box.value) {
      event.preventDefault();
      onEditLast();
    }
  });

  return {
    el,
    at(next, placeholder) {
      if (place?.key !== next.key) {
        place = next;
        files = [];
        set(drafts.get(next.key) ?? "");
        drawFiles();
        complete.close();
      }
      box.placeholder = placeholder;
      box.setAttribute("aria-label", placeholder);
    },
    /** Not on touch screens, where focus brings up the keyboard. */
    focus: () => window.matchMedia("(hover: hover)").matches && box.focus(),
    set(text) {
      set(text);
      box.focus();
      box.setSelectionRange(text.length, text.length);
    },
  };
}

/** A leading slash makes a command; a space before it makes it text. Which commands exist is the server's to say. */
function parseCommand(typed) {
  const match = /^(\/[a-z][\w-]*)(?:\s+([\s\S]*))?$/i.exec(typed);
  return match && { name: match[1], text: encode((match[2] ?? "").trim()) };
}
