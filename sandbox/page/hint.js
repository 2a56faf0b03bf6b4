/** What a newcomer should do next, by what was done and by whom: somebody asks, somebody else approves. */

import { h } from "./dom.js";
import { iconButton } from "./icons.js";
import { addressAs, openMessage } from "./nav.js";
import { keep, setting } from "./settings.js";
import { allMessages, changed, humans, isBotDm, isDm, isFromApp, isMine, person, placeLabel, state } from "./store.js";
import { hasKeys } from "./touch.js";

/** @import { Block, Channel, Child, Item, Message } from "./types.js" */
/** @typedef {{ set: (text: string) => void }} Writable */
/** @typedef {{ name: string, title: string, words: Child, action?: Child }} Step */

const SAMPLE = "Order 100 widgets";

const firstShared = () =>
  [...state.channels.values()].find((c) => !isDm(c) && c.joined && c.members.includes(state.app.bot_user))?.id;

/**
 * A list item for the card, or nothing once it was dismissed or everything was done.
 * @param {Channel} channel
 * @param {Writable} composer
 * @returns {Item | null}
 */
export function hintCard(channel, composer) {
  const here = isBotDm(channel) || channel.id === firstShared();
  if (!here || !state.app.name || setting("hint-dismissed", false)) return null;
  const step = nextStep(channel, composer);
  if (!step) return null;
  return {
    key: "hint",
    sig: [channel.id, step.name, location.hash].join("|"),
    build: () => card(step),
  };
}

function hide() {
  keep("hint-dismissed", true);
  changed("ui");
}

/** Whoever is in a group is asked to approve; the others ask. @param {string} id */
const approves = (id) => [...state.groups.values()].some((group) => group.users.includes(id));

/** @param {Channel} channel @param {Writable} composer @returns {Step | null} */
function nextStep(channel, composer) {
  const waiting = allMessages().filter(waits).at(-1);
  if (approves(state.me)) return waiting ? decide(waiting) : letAsk();
  if (waiting) return letApprove();
  return allMessages().some((m) => isMine(m) && isToApp(m)) ? null : ask(channel, composer);
}

/** @param {Message} message */
const isToApp = ({ channel, text = "" }) => text.includes(`<@${state.app.bot_user}>`) || isAppDm(channel);

/** @param {string} id */
function isAppDm(id) {
  const channel = state.channels.get(id);
  return channel !== undefined && isBotDm(channel);
}

/** Something of the app with a button that stands out waits for somebody. @param {Message} message */
const waits = (message) =>
  isFromApp(message) && !message.ephemeral && (message.blocks ?? []).some((block) => isCall(block));

/** @param {Block} block */
const isCall = (block) =>
  block.type === "actions" && (block.elements ?? []).some((e) => e.type === "button" && e.style === "primary");

/** @param {Channel} channel @param {Writable} composer @returns {Step} */
function ask(channel, composer) {
  const text = isBotDm(channel) ? SAMPLE : `@${state.app.name} ${SAMPLE}`;
  return {
    name: `ask ${text}`,
    title: "See an approval from both sides",
    words: ["Ask for something that matters: ", h("b", null, SAMPLE), `. ${state.app.name} cannot order it alone.`],
    action: h(
      "button.button.primary",
      { type: "button", data: { testid: "hint-fill" }, onclick: () => composer.set(text) },
      "Write it for me",
    ),
  };
}

/** @returns {Step | null} */
function letApprove() {
  const approver = humans().find((p) => p.id !== state.me && approves(p.id)) ?? humans().find((p) => p.id !== state.me);
  if (!approver) return null;
  return {
    name: `let ${approver.id} approve`,
    title: "Now approve it as somebody else",
    words: ["Become ", become(approver.id), `, read the card, and ${verb()} `, h("b", null, "Approve"), "."],
  };
}

/** @returns {Step | null} */
function letAsk() {
  const requester = humans().find((p) => !approves(p.id) && !p.is_guest && !p.is_external);
  if (!requester) return null;
  const first = person(state.me).real_name.split(" ")[0];
  return {
    name: `let ${requester.id} ask`,
    title: `${first} approves`,
    words: ["Nothing waits for you. Become ", become(requester.id), " to ask for something."],
  };
}

/** @param {Message} message @returns {Step} */
function decide(message) {
  const { channel, ts, thread_ts: thread } = message;
  const place = state.channels.get(channel);
  return {
    name: `decide ${channel} ${ts}`,
    title: "Something waits for a decision",
    words: [
      `Read the card in ${place ? placeLabel(place) : "its thread"}, and ${verb()} `,
      h("b", null, "Approve"),
      ".",
    ],
    action: h(
      "button.button.primary",
      {
        type: "button",
        data: { testid: "hint-open" },
        onclick: () => openMessage({ channel, ts, thread: thread ?? null }),
      },
      "Open it",
    ),
  };
}

const verb = () => (hasKeys() ? "press" : "tap");

/** A second tab where there are tabs to see. @param {string} id */
const become = (id) =>
  h("a", { href: addressAs(id), target: hasKeys() ? "_blank" : null }, person(id).real_name.split(" ")[0]);

/** @param {Step} step */
const card = ({ title, words, action }) =>
  h(
    "aside.hint",
    { "aria-label": "What to try next", data: { testid: "hint" } },
    iconButton("close", "Hide this hint", hide, { size: 16 }),
    h("h3", null, title),
    h("p", null, words),
    action,
  );
