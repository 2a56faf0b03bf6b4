/** The box to write in: grows with its text, completes names and commands, keeps drafts. */

import { Unreachable } from "./api.js";
import { Attached } from "./attached.js";
import { Completion } from "./complete.js";
import { fill, grow, h, messageOf } from "./dom.js";
import { emojiPicker } from "./emojipicker.js";
import { icon, iconButton } from "./icons.js";
import { send } from "./sending.js";
import { state, watch } from "./store.js";
import { toast } from "./toast.js";
import { hasKeys } from "./touch.js";

/** @import { Destination, Job } from "./sending.js" */

/** @type {Map<string, string>} */
const drafts = new Map();

/** @param {Destination} to */
const keyOf = ({ channel, thread }) => `${channel}:${thread ?? ""}`;

export class Composer {
  /** @type {Destination | null} */
  #to = null;
  #attached = new Attached(() => this.#changed());
  #problem = h("div.composer-problem", { role: "alert", hidden: true });
  #box;
  #complete;
  #send;
  #onSent;

  /** @param {{ testid: string, sendTestid: string, onEditLast: () => void, onSent?: (ts: string) => void }} options */
  constructor({ testid, sendTestid, onEditLast, onSent }) {
    this.#onSent = onSent;
    this.#box = h("textarea.composer-text", {
      rows: 1,
      data: { testid, focus: testid },
      "aria-multiline": "true",
      spellcheck: "true",
      autocomplete: "off",
      enterkeyhint: hasKeys() ? "send" : "enter",
    });
    this.#send = h(
      "button.send",
      {
        type: "submit",
        data: { testid: sendTestid },
        "aria-label": "Send",
        title: hasKeys() ? "Send (Enter)" : "Send",
      },
      icon("send", 18),
    );
    this.#complete = new Completion(this.#box);
    this.el = this.#form();
    this.#listen(onEditLast);
    watch(["link"], () => this.#allowSending());
  }

  /** Write to a place from now on. @param {Destination} to @param {string} placeholder */
  at(to, placeholder) {
    if (!this.#to || keyOf(this.#to) !== keyOf(to)) this.#start(to, drafts.get(keyOf(to)) ?? "");
    this.#box.placeholder = placeholder;
    this.#box.setAttribute("aria-label", placeholder);
  }

  /** Not on touch screens, where focus brings up the keyboard. */
  focus() {
    if (hasKeys()) this.#box.focus();
  }

  /** Put words into the box, for somebody to go on with. @param {string} text */
  set(text) {
    this.#fill(text);
    this.#box.focus();
    this.#box.setSelectionRange(text.length, text.length);
  }

  #form() {
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    const box = h("div.composer-box", null, this.#attached.chips, this.#box, this.#bar());
    return h("form.composer", { onsubmit }, this.#complete.list, this.#problem, box);
  }

  #bar() {
    const { picker } = this.#attached;
    const smile = iconButton("smile", "Emoji", () => emojiPicker(smile, (_, character) => this.#insert(character)));
    return h(
      "div.composer-bar",
      null,
      iconButton("attach", "Attach files", () => picker.click()),
      smile,
      iconButton("at", "Mention someone", () => this.#insert("@")),
      iconButton("slash", "Run a command of the app", () => this.#startCommand()),
      picker,
      hint(),
      this.#send,
    );
  }

  /** @param {() => void} onEditLast */
  #listen(onEditLast) {
    const box = this.#box;
    box.addEventListener("input", () => {
      this.#changed();
      this.#complete.refresh();
    });
    box.addEventListener("click", () => this.#complete.refresh());
    box.addEventListener("blur", () => setTimeout(() => document.activeElement !== box && this.#complete.close(), 150));
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || this.#complete.handle(event)) return;
      if (event.key === "Enter" && !event.shiftKey && hasKeys()) this.#submit();
      else if (event.key === "ArrowUp" && !box.value) onEditLast();
      else return;
      event.preventDefault();
    });
  }

  #changed() {
    grow(this.#box);
    this.#allowSending();
    if (this.#to) drafts.set(keyOf(this.#to), this.#box.value);
    this.#problem.hidden = true;
  }

  /** While the sandbox is away, what was written waits in the box. */
  #allowSending() {
    this.#send.disabled = this.#isEmpty() || state.link !== "open";
  }

  #isEmpty() {
    return !this.#box.value.trim() && !this.#attached.files.length;
  }

  /** @param {string} text */
  #fill(text) {
    this.#box.value = text;
    this.#changed();
  }

  /** @param {Destination} to @param {string} text @param {File[]} [files] */
  #start(to, text, files = []) {
    this.#to = to;
    this.#fill(text);
    this.#attached.files = files;
    this.#complete.close();
  }

  /** @param {string} characters */
  #insert(characters) {
    const box = this.#box;
    const space = box.selectionStart > 0 && /\S/.test(box.value[box.selectionStart - 1]) ? " " : "";
    box.focus();
    box.setRangeText(space + characters, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #startCommand() {
    if (this.#box.value) toast("A command has to be the first thing in the message.");
    else this.#insert("/");
  }

  #submit() {
    if (!this.#to || this.#isEmpty() || state.link !== "open") return;
    const job = { to: this.#to, typed: this.#box.value, files: this.#attached.files };
    this.#start(job.to, "");
    send(job).then(
      (ts) => ts && this.#onSent?.(ts),
      (error) => this.#restore(job, error),
    );
  }

  /** What could not be sent can be sent again. @param {Job} job @param {unknown} error */
  #restore({ to, typed, files }, error) {
    const isHere = this.#to && keyOf(this.#to) === keyOf(to);
    if (isHere && !this.#box.value) this.#start(to, typed, files);
    else drafts.set(keyOf(to), typed);
    this.#problem.hidden = error instanceof Unreachable;
    fill(this.#problem, icon("warn", 15), h("span", null, messageOf(error)));
  }
}

const hint = () =>
  h(
    "span.composer-hint.with-keys",
    null,
    h("kbd", null, "Enter"),
    " to send · ",
    h("kbd", null, "Shift"),
    "+",
    h("kbd", null, "Enter"),
    " for a new line",
  );
