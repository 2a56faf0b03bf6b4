/** Faces: initials on the person's colour, and the seal for the app. */

import { h } from "./dom.js";
import { seal } from "./icons.js";
import { isBotUser, isFromApp, nameOf, person, state } from "./store.js";

/** @import { Message, Person } from "./types.js" */

const PALETTE = ["#2f6f8f", "#8a5a2b", "#6b4c9a", "#a8433f", "#3d7a52", "#7a6a1f"];

/** @param {string} name */
const initials = (name) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** A colour as people write it, `#2f6f8f` or `2f6f8f`, or null if it is none. @param {string} [given] */
export const hexColour = (given = "") => (/^#?[0-9a-f]{6}$/i.test(given) ? `#${given.replace("#", "")}` : null);

/** @param {string} id */
function colourOf(id) {
  const given = hexColour(person(id).color);
  if (given) return given;
  return PALETTE[[...id].reduce((sum, c) => sum + c.charCodeAt(0), 0) % PALETTE.length];
}

/** @param {string} id a user id */
export function avatar(id, size = 36) {
  const vars = { "--size": `${size}px` };
  if (isBotUser(id)) return h("span.avatar.bot", { "aria-hidden": "true", vars }, seal(Math.round(size * 0.66)));
  return h("span.avatar", { "aria-hidden": "true", vars: { ...vars, "--tint": colourOf(id) } }, initials(nameOf(id)));
}

/** @param {Message} message */
export const authorId = (message) => message.user ?? (isFromApp(message) ? state.app.bot_user : "");

/** The app may post under another name. @param {Message} message */
export const authorName = (message) => message.username ?? nameOf(authorId(message));

/** What sets a person apart from the members of the workspace. @param {Person} p */
export const personTags = (p) => [
  p.is_guest && h("span.tag", null, "Guest"),
  p.is_external && h("span.tag", null, "External"),
];
