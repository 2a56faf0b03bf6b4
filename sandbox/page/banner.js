/** The line across the page when it is not connected. It says once what is wrong, and goes by itself. */

import { fill, first, h } from "./dom.js";
import { state, watch } from "./store.js";

/** @import { Link } from "./types.js" */

/** @type {Record<Link, string | null>} */
const WORDS = {
  lost: "The sandbox is not running. This page goes on as soon as it is back.",
  stranger: "There is nobody with that id in this workspace. Take the ?as=… out of the address.",
  deactivated: "This account is deactivated, so nobody can sign in as it. Put another ?as=… into the address.",
  refused: "The sandbox refused this page. Open the link with the token that it printed when it started.",
  connecting: null,
  open: null,
};

/** @param {HTMLElement} banner */
export function mountBanner(banner) {
  watch(["link"], () => draw(banner));
}

/** @param {HTMLElement} banner */
function draw(banner) {
  const words = WORDS[state.link];
  banner.hidden = !words;
  banner.className = `banner ${state.link}`;
  const boot = first(document, ".boot"); // before the first snapshot, that is all there is to see
  if (words && boot) boot.textContent = words;
  fill(banner, words && [h("span.spinner"), h("span", null, words)]);
}
