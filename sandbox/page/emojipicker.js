/** A grid of emoji with a search box. */

import { all, h } from "./dom.js";
import { emoji, emojiSets } from "./emoji.js";
import { popover } from "./overlays.js";

/** @param {HTMLElement} anchor @param {(name: string, character: string) => void} onpick */
export function emojiPicker(anchor, onpick) {
  popover(
    anchor,
    (close) => {
      /** @param {string} name */
      const button = (name) =>
        h(
          "button.emoji-button",
          {
            type: "button",
            title: `:${name}:`,
            "aria-label": name.replaceAll("_", " "),
            data: { name },
            onclick: () => {
              close();
              onpick(name, emoji(name) ?? "");
            },
          },
          emoji(name),
        );
      const sets = emojiSets.map(({ title, names }) =>
        h("section", null, h("div.menu-title", null, title), h("div.emoji-grid", null, names.map(button))),
      );
      const search = h("input.control", {
        type: "search",
        placeholder: "Search emoji",
        "aria-label": "Search emoji",
        autofocus: true,
        oninput: () => filter(sets, search.value.trim().toLowerCase()),
        onkeydown: (event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          sets.flatMap((set) => all(set, "button:not([hidden])"))[0]?.click();
        },
      });
      return h("div.emoji-picker", null, search, h("div.scroll", null, sets));
    },
    { label: "Emoji", align: "end" },
  );
}

/** @param {HTMLElement[]} sets @param {string} needle */
function filter(sets, needle) {
  for (const set of sets) {
    const buttons = all(set, "button");
    for (const button of buttons) button.hidden = !button.dataset.name?.includes(needle);
    set.hidden = buttons.every((b) => b.hidden);
  }
}
