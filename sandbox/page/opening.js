/** What stands above the first message of a conversation. */

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { channelIcon, channelLabel, isBotDm, isDm, placeLabel, state } from "./store.js";

/** @import { Channel, Item } from "./types.js" */

/** @param {Channel} channel @returns {Item} */
export const opening = (channel) => ({
  key: "opening",
  sig: [channel.id, channelLabel(channel), channel.topic, state.app.description].join("|"),
  build: () => openingCard(channel),
});

/** @param {Channel} channel */
const openingCard = (channel) =>
  h(
    "div.opening",
    null,
    isDm(channel) ? avatar(channel.with, 56) : h("span.opening-mark", null, icon(channelIcon(channel), 28)),
    h("h2", null, placeLabel(channel)),
    h("p", null, openingWords(channel)),
  );

/** @param {Channel} channel */
function openingWords(channel) {
  if (isBotDm(channel)) return state.app.description || "This is the beginning of your conversation with the app.";
  if (isDm(channel)) return `Only you and ${channelLabel(channel)} see this.`;
  return channel.topic || "This is the very beginning of the channel.";
}
