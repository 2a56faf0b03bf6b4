/** What a newcomer should try first; a card at the top of the app's DM and of the first shared channel. */

import { h } from "./dom.js";
import { iconButton } from "./icons.js";
import { addressAs } from "./nav.js";
import { keep, setting } from "./settings.js";
import { changed, humans, isBotDm, isDm, person, state } from "./store.js";

/** @import { Channel, Item } from "./types.js" */
/** @typedef {{ set: (text: string) => void }} Writable */

const SAMPLE = "Order 100 widgets";

const firstShared = () =>
  [...state.channels.values()].find((c) => !isDm(c) && c.joined && c.members.includes(state.app.bot_user))?.id;

/**
 * A list item for the card, or nothing once it was dismissed.
 * @param {Channel} channel
 * @param {Writable} composer
 * @returns {Item | null}
 */
export function hintCard(channel, composer) {
  const here = isBotDm(channel) || channel.id === firstShared();
  if (!here || !state.app.name || setting("hint-dismissed", false)) return null;
  const sample = isBotDm(channel) ? SAMPLE : `@${state.app.name} ${SAMPLE}`;
  const approver =
    [...state.groups.values()].flatMap((g) => g.users).find((id) => id !== state.me) ??
    humans().find((p) => p.id !== state.me)?.id;
  return {
    key: "hint",
    sig: [channel.id, sample, approver, location.hash].join("|"),
    build: () => card(sample, approver, composer),
  };
}

function hide() {
  keep("hint-dismissed", true);
  changed("ui");
}

/** @param {string} sample @param {string | undefined} approver @param {Writable} composer */
function card(sample, approver, composer) {
  return h(
    "aside.hint",
    { "aria-label": "What to try first", data: { testid: "hint" } },
    iconButton("close", "Hide this hint", hide, { size: 16 }),
    h("h3", null, "See an approval from both sides"),
    h(
      "ol",
      null,
      h("li", null, "Ask for something that matters: ", h("b", null, SAMPLE), "."),
      h("li", null, `${state.app.name} proposes the order and waits. It cannot run it alone.`),
      approver &&
        h(
          "li",
          null,
          "Become ",
          h("a", { href: addressAs(approver), target: "_blank" }, person(approver).real_name.split(" ")[0]),
          " in a second tab, read the card, and press ",
          h("b", null, "Approve"),
          ".",
        ),
    ),
    h(
      "button.button.primary",
      { type: "button", data: { testid: "hint-fill" }, onclick: () => composer.set(sample) },
      "Write it for me",
    ),
  );
}
