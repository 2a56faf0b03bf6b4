/** The page's own icons: 24×24 outlines. */

import { h, svg } from "./dom.js";

/** @import { Props } from "./types.js" */
/** @typedef {keyof typeof PATHS} IconName */

const PATHS = {
  hash: ["M9 4 7 20", "M17 4l-2 16", "M4.5 9h16", "M3.5 15h16"],
  threads: ["M4 4h16v11H9l-4 4v-4H4z", "M8 9.5h8", "M8 12h5"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  back: ["M15 5l-7 7 7 7"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  reply: ["M4 5h16v11h-9l-5 4v-4H4z", "M8 9h8", "M8 12h5"],
  smile: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8.5 14a4 4 0 0 0 7 0", "M9 9.5h.01", "M15 9.5h.01"],
  edit: ["M4 20l1-4L16 5l3 3L8 19z", "M14 7l3 3"],
  trash: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13", "M10 11v5", "M14 11v5"],
  send: ["M4 12 20 4l-5 16-3.5-6.5z", "M11.5 13.5 20 4"],
  attach: ["M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.2 4.2l-7.7 7.8a1.5 1.5 0 0 1-2.1-2.1L14 7.5"],
  at: ["M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z", "M15.5 8.5v5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.5 6.9"],
  slash: ["M16 4 8 20"],
  sun: [
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
    "M12 2.5v2",
    "M12 19.5v2",
    "M2.5 12h2",
    "M19.5 12h2",
    "M5.3 5.3l1.4 1.4",
    "M17.3 17.3l1.4 1.4",
    "M5.3 18.7l1.4-1.4",
    "M17.3 6.7l1.4-1.4",
  ],
  moon: ["M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"],
  pulse: ["M3 12h4l3-8 4 16 3-8h4"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16 16l4.5 4.5"],
  eye: [
    "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z",
    "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  ],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  up: ["M12 19V5", "M6 11l6-6 6 6"],
  chevron: ["M9 6l6 6-6 6"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  warn: ["M12 4 2.5 20h19z", "M12 10v4.5", "M12 17.3h.01"],
  info: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 11v5", "M12 8h.01"],
  people: [
    "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
    "M2.5 19.5a6.5 6.5 0 0 1 13 0",
    "M16 5.3a3.5 3.5 0 0 1 0 6.4",
    "M18 14.2a6.5 6.5 0 0 1 3.5 5.3",
  ],
  swap: ["M7 4 3 8l4 4", "M3 8h14", "M17 12l4 4-4 4", "M21 16H7"],
  external: ["M13 5h6v6", "M19 5l-9 9", "M17 14v5H5V7h5"],
  file: ["M6 3h8l4 4v14H6z", "M14 3v4h4"],
  image: ["M4 5h16v14H4z", "M4 16l4.5-4.5L13 16l3-3 4 4", "M15.5 9h.01"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  clock: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 7v5l3.5 2"],
  thumbup: ["M7 11v9H4v-9z", "M7 11l4-8a2.5 2.5 0 0 1 2.5 3L13 9h6l-1.5 9.5a2 2 0 0 1-2 1.5H7"],
  thumbdown: ["M7 13V4H4v9z", "M7 13l4 8a2.5 2.5 0 0 0 2.5-3L13 15h6l-1.5-9.5a2 2 0 0 0-2-1.5H7"],
  spark: ["M12 3l1.8 5.2L19 10l-5.2 1.8L12 17l-1.8-5.2L5 10l5.2-1.8z", "M18.5 16v4", "M16.5 18h4"],
};

/** @param {IconName} name */
export const icon = (name, size = 18) => svg(PATHS[name], { size, className: `icon icon-${name}` });

/**
 * A button that shows an icon only.
 * @param {IconName} name
 * @param {string} label
 * @param {() => void} onclick
 * @param {Props & { size?: number }} [more]
 */
export const iconButton = (name, label, onclick, { size = 18, ...more } = {}) =>
  h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...more }, icon(name, size));

/** The mark of the product: a document seal with two strokes, one for each signature. */
export const seal = (size = 20) =>
  svg(
    [
      "M12 1.6l2.3 1.8 2.9-.4 1.1 2.7 2.7 1.1-.4 2.9 1.8 2.3-1.8 2.3.4 2.9-2.7 1.1-1.1 2.7-2.9-.4-2.3 1.8-2.3-1.8-2.9.4-1.1-2.7-2.7-1.1.4-2.9L1.6 12l1.8-2.3L3 6.8l2.7-1.1L6.8 3l2.9.4z",
      "M7.1 12.1l2.3 2.3 3.6-4.5",
      "M12 13.7l.8.7 3.8-4.7",
    ],
    { size, className: "icon seal" },
  );
