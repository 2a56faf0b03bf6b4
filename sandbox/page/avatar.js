/** Faces: initials on the person's colour, and the seal for the app. */

import { h } from "./dom.js";
import { seal } from "./icons.js";
import { isBotUser, isFromApp, nameOf, person, state } from "./store.js";

const PALETTE = ["#2f6f8f", "#8a5a2b", "#6b4c9a", "#a8433f", "#3d7a52", "#7a6a1f"];

const initials = (name) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();

function colourOf(id) {
  const given = person(id).color;
  if (/^#?[0-9a-f]{6}$/i.test(given ?? "")) return `#${given.replace("#", "")}`;
  return PALETTE[[...id].reduce((sum, c) => sum + c.charCodeAt(0), 0) % PALETTE.length];
}

/** @param {string} id a user id */
export function avatar(id, size = 36) {
  const vars = { "--size": `${size}px` };
  if (isBotUser(id)) return h("span.avatar.bot", { "aria-hidden": "true", vars }, seal(Math.round(size * 0.66)));
  return h("span.avatar", { "aria-hidden": "true", vars: { ...vars, "--tint": colourOf(id) } }, initials(nameOf(id)));
}

/** The author of a message: the app may post under another name. */
export const authorId = (message) => (isFromApp(message) ? (message.user ?? state.app.bot_user) : message.user);
export const authorName = (message) =>
  message.username ??
  (isFromApp(message) && (!message.user || isBotUser(message.user)) ? state.app.name : nameOf(message.user));
