/** A control for several choices: chips in a box, and a searchable list of tick boxes above the page. */

import { all, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { popover } from "./overlays.js";

const SEARCH_FROM = 7;

/** @import { Choice, ChoiceGroup } from "./types.js" */

/**
 * @param {object} options
 * @param {ChoiceGroup[]} options.groups
 * @param {string[]} options.chosen ids
 * @param {number} [options.max]
 * @param {string} options.placeholder
 * @param {boolean} options.disabled
 * @param {(choices: Choice[]) => void} options.onchange told of each tick
 * @param {(choices: Choice[]) => void} options.ondone told when the list closes, if something changed
 */
export function multiPicker({ groups, chosen, max = Infinity, placeholder, disabled, onchange, ondone }) {
  const choices = groups.flatMap((group) => group.choices);
  const picked = new Set(chosen);
  const result = () => choices.filter((choice) => picked.has(choice.id));
  const button = h("button.control.multi", {
    type: "button",
    disabled,
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    onclick: open,
  });

  function draw() {
    const chips = result().map((choice) => h("span.chip", null, plain(choice.label)));
    fill(button, chips.length ? chips : h("span.placeholder", null, placeholder), icon("chevron", 15));
  }

  function open() {
    const before = [...picked].join();
    const box = popover(button, body, { label: placeholder, className: "wide" });
    box.addEventListener(
      "toggle",
      (event) => event.newState === "closed" && [...picked].join() !== before && ondone(result()),
    );
  }

  /** @param {() => void} close */
  function body(close) {
    const rows = groups.map((group) => [group.label && h("div.menu-title", null, group.label), group.choices.map(row)]);
    const list = h("div.menu.scroll", { role: "group", "aria-label": placeholder }, rows);
    const done = h("button.button", { type: "button", onclick: close }, "Done");
    return h("div", null, choices.length >= SEARCH_FROM && search(list), list, h("div.menu-foot", null, done));
  }

  /** @param {Choice} choice */
  function row(choice) {
    const input = h("input", { type: "checkbox", value: choice.id, checked: picked.has(choice.id) });
    input.addEventListener("change", () => {
      if (input.checked && picked.size >= max) input.checked = false;
      picked[input.checked ? "add" : "delete"](choice.id);
      draw();
      onchange(result());
    });
    return h(
      "label.choice.menu-item",
      null,
      input,
      h("span", null, plain(choice.label), choice.hint && h("small", null, choice.hint)),
    );
  }

  draw();
  return button;
}

/** @param {HTMLElement} list */
function search(list) {
  const box = h("input.control", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search options",
    oninput: () => {
      const needle = box.value.toLowerCase();
      for (const label of all(list, "label")) label.hidden = !label.textContent?.toLowerCase().includes(needle);
    },
  });
  return box;
}
