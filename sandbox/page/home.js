/** The Home tab of the app. */

import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { seal } from "./icons.js";
import { state } from "./store.js";

/** @import { BlockContext } from "./types.js" */

export function homeView() {
  if (!state.home?.blocks?.length) {
    return h(
      "div.home-empty",
      null,
      seal(44),
      h("h2", null, "Nothing here yet"),
      h(
        "p",
        null,
        state.app.connected
          ? "The app has not published a Home for you."
          : "The app is not connected; it publishes your Home when you open this tab.",
      ),
    );
  }
  /** @type {BlockContext} */
  const ctx = { container: { type: "home" }, key: `home:${state.home.id}`, inView: true, blocks: state.home.blocks };
  return h("div.home", null, renderBlocks(state.home.blocks, ctx));
}
