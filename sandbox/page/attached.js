/** The files that go with the next message: a hidden picker, and a chip for each. */

import { fill, h } from "./dom.js";
import { icon, iconButton } from "./icons.js";

const MOST = 10;

export class Attached {
  chips = h("div.composer-files", { hidden: true });
  picker = h("input", {
    type: "file",
    multiple: true,
    hidden: true,
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => this.#take(),
  });
  /** @type {File[]} */
  #files = [];
  #onchange;

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
  }

  get files() {
    return this.#files;
  }

  set files(files) {
    this.#files = files.slice(0, MOST);
    this.chips.hidden = !files.length;
    fill(this.chips, this.#files.map(this.#chip));
    this.#onchange();
  }

  #take() {
    this.files = [...this.#files, ...(this.picker.files ?? [])];
    this.picker.value = "";
  }

  /** @param {File} file */
  #chip = (file) =>
    h(
      "span.file-chip",
      null,
      icon("file", 15),
      h("span", null, file.name),
      iconButton("close", `Remove ${file.name}`, () => this.#drop(file), { size: 14 }),
    );

  /** @param {File} file */
  #drop(file) {
    this.files = this.#files.filter((other) => other !== file);
  }
}
