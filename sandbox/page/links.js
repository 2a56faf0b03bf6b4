/** Everything in a text that points somewhere: people, groups, channels, addresses, messages of this workspace. */

import { h } from "./dom.js";
import { isNamed, nameOf, person, placeLabel, state } from "./store.js";

/** @import { Message } from "./types.js" */

const SAFE = /^(?:https?|mailto|tel):/i;
const ARCHIVE = /^\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?/;

/**
 * Where in this workspace an address points, if it does: permalinks of this server and of the real-looking domain.
 * @param {string} href
 * @returns {{channel: string, ts: string|null, thread: string|null}|null}
 */
export function parsePermalink(href) {
  const url = URL.parse(href, location.href);
  const ours = [location.host, `${state.workspace.domain}.slack.com`];
  const match = url && ours.includes(url.host) && ARCHIVE.exec(url.pathname);
  if (!match) return null;
  const ts = match[2] ? `${match[2]}.${match[3]}` : null;
  return { channel: match[1], ts, thread: url.searchParams.get("thread_ts") };
}

/** The address of a message, as this server serves it. @param {Message} message */
export function permalink(message) {
  const thread =
    message.thread_ts && message.thread_ts !== message.ts
      ? `?thread_ts=${message.thread_ts}&cid=${message.channel}`
      : "";
  return `/archives/${message.channel}/p${message.ts.replace(".", "")}${thread}`;
}

/**
 * A link, or plain text when its scheme is not one a page may follow.
 * @param {string} href
 * @param {Node | string | null} [label]
 */
export function link(href, label = null) {
  if (!SAFE.test(href)) return h("span", null, label ?? href);
  const inside = parsePermalink(href);
  if (inside) return h("a.inside", { href, "data-inside": "" }, label ?? placeName(inside));
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label ?? href.replace(/^mailto:/, ""));
}

/** @param {{ channel: string, ts: string | null }} target */
function placeName({ channel, ts }) {
  const known = state.channels.get(channel);
  const name = known ? placeLabel(known) : "another channel";
  return ts ? `message in ${name}` : name;
}

/** @param {string} id @param {string | null} [label] */
export function mention(id, label = null) {
  const known = !person(id).unknown;
  const name = known ? nameOf(id) : (label ?? id);
  const title = known && person(id).title ? `${nameOf(id)} · ${person(id).title}` : null;
  return h("span.mention", { class: id === state.me ? "mention-me" : null, title }, `@${name.replace(/^@/, "")}`);
}

/** @param {string} id @param {string | null} [label] */
export function groupChip(id, label = null) {
  const group = state.groups.get(id);
  const mine = group?.users.includes(state.me);
  const handle = group?.handle ?? label ?? id;
  const title = group ? `${group.name}: ${group.users.map(nameOf).join(", ")}` : null;
  return h("span.mention", { class: mine ? "mention-me" : null, title }, `@${handle.replace(/^@/, "")}`);
}

/** @param {string} name @param {string | null} [label] */
export const broadcast = (name, label = null) => h("span.mention.mention-me", null, label ?? `@${name.split("^")[0]}`);

/** @param {string} id @param {string | null} [label] */
export function channelChip(id, label = null) {
  const channel = state.channels.get(id);
  const name = channel && isNamed(channel) ? channel.name : (label ?? "private channel");
  if (!channel) return h("span.mention", null, `#${name}`);
  return h("a.mention", { href: `#${id}`, data: { goto: id } }, `#${name}`);
}
