/** Whom one can be: a list with a link for each person. */

import { avatar, personTags } from "./avatar.js";
import { first, h } from "./dom.js";
import { icon } from "./icons.js";
import { addressAs } from "./nav.js";
import { arrows, popover } from "./overlays.js";
import { humans, state } from "./store.js";

/** @import { Person } from "./types.js" */

/** The list of people one can be. @param {HTMLElement | null} [anchor] */
export function openPeople(anchor = first(document, "[data-testid=person-switch]")) {
  if (!anchor) return;
  popover(
    anchor,
    () => {
      const people = humans();
      const links = people.map(personLink);
      return h(
        "div.people",
        {
          onkeydown: (event) =>
            /^[1-9]$/.test(event.key) ? links[Number(event.key) - 1]?.click() : arrows(event, links),
        },
        h("div.menu-title", null, "Be somebody else"),
        people.map((p, n) => h("div.person-line", null, links[n], tabLink(p))),
        h("p.menu-note", null, "Two tabs can be two people at once."),
      );
    },
    { label: "People", className: "wide" },
  );
}

/** @param {Person} p @param {number} n */
const personLink = (p, n) =>
  h(
    "a.person-row",
    {
      href: addressAs(p.id),
      data: { testid: `person-${p.name}` },
      "aria-current": p.id === state.me ? "true" : null,
    },
    avatar(p.id, 34),
    h(
      "div",
      null,
      h("strong", null, p.real_name, personTags(p), p.id === state.me && h("span.tag.you", null, "You")),
      h("small", null, p.title || `@${p.name}`),
    ),
    h("kbd", null, String(n + 1)),
  );

/** @param {Person} p */
const tabLink = (p) =>
  h(
    "a.icon-button",
    {
      href: addressAs(p.id),
      target: "_blank",
      "aria-label": `${p.real_name} in a new tab`,
      title: "Open in a new tab",
    },
    icon("external", 16),
  );
