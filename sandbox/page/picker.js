/** A control for several choices: chips in a box, and a searchable list of tick boxes above the page. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { popover } from "./overlays.js";

const SEARCH_FROM = 7;

/**
 * @param {{groups: {label?: string, choices: {id: string, label: string, hint?: string, held: *}[]}[], chosen: string[],
 *   max?: number, placeholder: string, disabled: boolean, onchange: Function, ondone: Function}} options
 */
export function multiPicker({ groups, chosen, max = Infinity, placeholder, disabled, onchange, ondone }) {
  const all = groups.flatMap((group) => group.choices);
  const picked = new Set(chosen);
  const result = () => all.filter((choice) => picked.has(choice.id));
  const button = h("button.control.multi", {
    type: "button",
    disabled,
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    onclick: open,
  });
  const draw = () =>
    fill(
      button,
      picked.size
        ? result().map((c) => h("span.chip", null, plain(c.label)))
        : h("span.placeholder", null, placeholder),
      icon("chevron", 15),
    );

  function open() {
    const before = [...picked].join();
    const rows = groups.map((group) => [group.label && h("div.menu-title", null, group.label), group.choices.map(row)]);
    const search =
      all.length >= SEARCH_FROM &&
      h("input.control", {
        type: "search",
        placeholder: "Search",
        "aria-label": "Search options",
        oninput: (event) => filter(event.target.value),
      });
    const list = h("div.menu.scroll", { role: "group", "aria-label": placeholder }, rows);
    const filter = (needle) =>
      list.querySelectorAll("label").forEach((label) => {
        label.hidden = !label.textContent.toLowerCase().includes(needle.toLowerCase());
      });
    const box = popover(
      button,
      (close) =>
        h(
          "div",
          null,
          search,
          list,
          h("div.menu-foot", null, h("button.button", { type: "button", onclick: close }, "Done")),
        ),
      { label: placeholder, className: "wide" },
    );
    box.addEventListener(
      "toggle",
      (event) => event.newState === "closed" && [...picked].join() !== before && ondone(result()),
    );
  }

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
