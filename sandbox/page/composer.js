/** The box to write in: grows with its text, completes names and commands, keeps drafts, sends in order. */

import { deliver, post } from "./api.js";
import { completion } from "./complete.js";
import { fill, grow, h, messageOf } from "./dom.js";
import { emojiPicker } from "./emojipicker.js";
import { encode } from "./encode.js";
import { icon, iconButton } from "./icons.js";
import { toast } from "./overlays.js";

/** @type {Map<string, string>} */
const drafts = new Map();
let queue = Promise.resolve();

/** @typedef {{ key: string, channel: string, thread?: string }} Destination where the composer writes; `key` names the draft */
/** @typedef {{ to: Destination, typed: string, files: File[] }} Job */

/**
 * @param {{testid: string, sendTestid: string, onEditLast: () => void, onSent?: (ts: string) => void}} options
 * @returns {{el: HTMLElement, at: (to: Destination, placeholder: string) => void, focus: () => void, set: (text: string) => void}}
 */
export function createComposer({ testid, sendTestid, onEditLast, onSent }) {
  /** @type {Destination | null} */
  let here = null;
  /** @type {File[]} */
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
  const smile = iconButton("smile", "Emoji", () => emojiPicker(smile, (_, character) => insert(character)));

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
        iconButton("attach", "Attach files", () => picker.click()),
        smile,
        iconButton("at", "Mention someone", () => insert("@")),
        iconButton("slash", "Run a command of the app", () => startCommand()),
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
    grow(box);
    send.disabled = !box.value.trim() && !files.length;
    if (here) drafts.set(here.key, box.value);
    problem.hidden = true;
  }

  /** @param {string} characters */
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
    files = [...files, ...(picker.files ?? [])].slice(0, 10);
    picker.value = "";
    drawFiles();
  }

  function drawFiles() {
    chips.hidden = !files.length;
    fill(chips, files.map(chip));
    changedText();
  }

  /** @param {File} file */
  function chip(file) {
    const drop = () => {
      files = files.filter((f) => f !== file);
      drawFiles();
    };
    return h(
      "span.file-chip",
      null,
      icon("file", 15),
      h("span", null, file.name),
      iconButton("close", `Remove ${file.name}`, drop, { size: 14 }),
    );
  }

  /** @param {string} text */
  function set(text) {
    box.value = text;
    changedText();
  }

  function submit() {
    const typed = box.value.trim();
    if (!here || (!typed && !files.length)) return;
    const job = { to: here, typed, files };
    const command = parseCommand(box.value.trimEnd());
    complete.close();
    files = [];
    set("");
    drawFiles();
    const sent = () => (command ? run(job.to, command) : say(job));
    queue = queue.then(sent).catch((error) => restore(job, error));
  }

  /** @param {Job} job */
  async function say({ to, typed, files: attached }) {
    const list = attached.map(({ name, type, size }) => ({ name, mimetype: type || "application/octet-stream", size }));
    const { ts } = await post("say", { ...placeOf(to), text: encode(typed), ...(list.length ? { files: list } : {}) });
    onSent?.(ts);
  }

  /** What could not be sent can be sent again. @param {Job} job @param {unknown} error */
  function restore(job, error) {
    if (here?.key === job.to.key && !box.value) {
      files = job.files;
      set(job.typed);
      drawFiles();
    } else drafts.set(job.to.key, job.typed);
    problem.hidden = false;
    fill(problem, icon("warn", 15), h("span", null, messageOf(error)));
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
      if (here?.key !== next.key) {
        here = next;
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

/** @param {Destination} to */
const placeOf = ({ channel, thread }) => ({ channel, ...(thread ? { thread_ts: thread } : {}) });

/** @param {Destination} to @param {{ name: string, text: string }} command */
async function run(to, { name, text }) {
  await deliver("command", { ...placeOf(to), command: name, text });
}

/**
 * A leading slash makes a command; a space before it makes it text. Which commands exist is the server's to say.
 * @param {string} typed
 */
function parseCommand(typed) {
  const match = /^(\/[a-z][\w-]*)(?:\s+([\s\S]*))?$/i.exec(typed);
  return match && { name: match[1], text: encode((match[2] ?? "").trim()) };
}
