/** Ctrl/Cmd+K: jump to a conversation, become somebody, or do something, by typing a few letters. */

import { avatar } from "./avatar.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { addressAs, openChannel } from "./nav.js";
import { channelLabel, humans, isDm, setUi, state } from "./store.js";
import { toggleTheme } from "./theme-toggle.js";

const LIMIT = 12;
let dialog = null;

function entries() {
  const conversations = [...state.channels.values()]
    .sort((a, b) => (b.mentions ?? 0) - (a.mentions ?? 0) || (b.unread ?? 0) - (a.unread ?? 0))
    .map((c) => ({
      mark: isDm(c) ? avatar(c.with, 24) : icon("hash", 18),
      label: isDm(c) ? channelLabel(c) : c.name,
      hint: c.unread ? `${c.unread} unread` : isDm(c) ? "Direct message" : c.topic,
      run: () => openChannel(c.id),
    }));
  const people = humans()
    .filter((p) => p.id !== state.me)
    .map((p) => ({
      mark: avatar(p.id, 24),
      label: `Be ${p.real_name}`,
      hint: p.title,
      run: () => location.assign(addressAs(p.id)),
    }));
  const actions = [
    {
      mark: icon("pulse"),
      label: state.ui.inspector ? "Hide the inspector" : "Show the inspector",
      run: () => setUi({ inspector: !state.ui.inspector }),
    },
    { mark: icon("moon"), label: "Dark or light", run: toggleTheme },
  ];
  return [...conversations, ...people, ...actions];
}

export function openSwitcher() {
  if (dialog || !state.ready) return;
  let found = [];
  let at = 0;
  const input = h("input.switcher-input", {
    type: "text",
    placeholder: "Jump to a conversation, or be somebody else",
    "aria-label": "Jump to",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "switcher-list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = h("div.switcher-list", { role: "listbox", id: "switcher-list" });

  const close = () => {
    dialog.close();
    dialog.remove();
    dialog = null;
  };
  const run = (entry) => {
    close();
    entry?.run();
  };
  const draw = () => {
    fill(
      list,
      found.length
        ? found.map((entry, n) =>
            h(
              "div.completion-row",
              { role: "option", id: `switch-${n}`, "aria-selected": String(n === at), onclick: () => run(entry) },
              h("span.completion-mark", null, entry.mark),
              h("span.completion-label", null, entry.label),
              entry.hint && h("small", null, entry.hint),
            ),
          )
        : h("p.switcher-empty", null, "Nothing has that name."),
    );
    if (found.length) input.setAttribute("aria-activedescendant", `switch-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = entries()
      .filter((e) => words.every((word) => e.label.toLowerCase().includes(word)))
      .slice(0, LIMIT);
    at = 0;
    draw();
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      at = (at + step + found.length) % found.length;
      draw();
      event.preventDefault();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  });
  dialog = h(
    "dialog.dialog.switcher",
    {
      "aria-label": "Jump to",
      oncancel: (event) => {
        event.preventDefault();
        close();
      },
      onclick: (event) => event.target === dialog && close(),
    },
    h(
      "div.dialog-inner",
      null,
      h("label.switcher-head", null, icon("search", 18), input),
      list,
      h(
        "footer.switcher-foot",
        null,
        h("kbd", null, "Alt"),
        h("kbd", null, "↑↓"),
        " conversations",
        h("kbd", null, "F6"),
        " panes",
        h("kbd", null, "Alt"),
        h("kbd", null, "U"),
        " people",
        h("kbd", null, "Alt"),
        h("kbd", null, "I"),
        " inspector",
        h("kbd", null, "Esc"),
        " close",
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  search();
  input.focus();
}
