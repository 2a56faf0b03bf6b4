/** The edge of a pane: dragged, or moved with the arrow keys. The size is kept for the next visit. */

import { clamp, h } from "./dom.js";
import { keep, setting } from "./settings.js";

const STEP = 24;

/**
 * How an edge lies: which keys make the pane larger and smaller, and how large a pointer makes it.
 * @typedef {{ larger: string, smaller: string, measure: (pane: DOMRect, at: PointerEvent) => number }} Way
 */

/** @type {Record<"vertical" | "horizontal", Way>} */
const WAYS = {
  vertical: { larger: "ArrowLeft", smaller: "ArrowRight", measure: (pane, at) => pane.right - at.clientX },
  horizontal: { larger: "ArrowUp", smaller: "ArrowDown", measure: (pane, at) => pane.bottom - at.clientY },
};

/**
 * @param {HTMLElement} pane at the right of the window or at its foot
 * @param {object} options sizes are in pixels
 * @param {"vertical" | "horizontal"} options.orientation
 * @param {string} options.name of the setting and of the custom property
 * @param {string} options.label
 * @param {number} options.usual
 * @param {number} options.least
 * @param {number} options.share of the window, at most
 */
export function resizer(pane, { orientation, name, label, usual, least, share }) {
  const isVertical = orientation === "vertical";
  const { larger, smaller, measure } = WAYS[orientation];
  const handle = h("div.resizer", {
    class: orientation,
    role: "separator",
    tabindex: "0",
    "aria-orientation": orientation,
    "aria-label": label,
  });
  const size = () => (isVertical ? pane.offsetWidth : pane.offsetHeight);

  /** @param {number} pixels */
  function resize(pixels) {
    const most = (isVertical ? innerWidth : innerHeight) * share;
    const fitting = Math.round(clamp(pixels, least, Math.max(least, most)));
    document.documentElement.style.setProperty(`--${name}`, `${fitting}px`);
    handle.setAttribute("aria-valuenow", String(fitting));
  }

  handle.addEventListener("keydown", ({ key }) => {
    if (key !== larger && key !== smaller) return;
    resize(size() + (key === larger ? STEP : -STEP));
    keep(name, size());
  });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    handle.classList.add("dragging");
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) resize(measure(pane.getBoundingClientRect(), event));
  });
  handle.addEventListener("lostpointercapture", () => {
    handle.classList.remove("dragging");
    keep(name, size());
  });
  resize(setting(name, usual));
  return handle;
}
