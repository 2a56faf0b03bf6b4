/** Where this tab is: channel and thread, kept in the address so that links, reload and Back work. */

import { get, post } from "./api.js";
import { parsePermalink } from "./links.js";
import { placeOf } from "./sending.js";
import { keep, setting } from "./settings.js";
import { isBotDm, mergeMessages, messageAt, setUi, state } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {(channel: string, ts: string) => boolean} Flasher says whether it has the message */
/** @typedef {{ channel: string, thread: string | null }} Where */

/** @type {Flasher[]} */
const flashers = [];

/**
 * A list offers to flash a message when somebody follows a link to it.
 * @param {Flasher} flasher
 */
export const onFlash = (flasher) => flashers.push(flasher);

const lastKey = () => `last:${state.me}`;
/** @param {Where} where */
const hashOf = ({ channel, thread }) => `#${channel}${thread ? `/${thread}` : ""}`;

/** @returns {Where} */
function inAddress() {
  const [channel, thread = null] = location.hash.slice(1).split("/");
  return { channel, thread };
}

/** The address of this page for another person, at the same place. @param {string} id */
export const addressAs = (id) => `/?as=${id}${location.hash.startsWith("#C") ? location.hash : ""}`;

/** Show a channel or DM. @param {string} channel @param {string | null} [thread] */
export function openChannel(channel, thread = null) {
  const known = state.channels.get(channel);
  if (!known) return toast("You are not in that conversation, or it does not exist.", "error");
  const moved = state.ui.channel !== channel;
  setUi({
    channel,
    thread: moved ? thread : (thread ?? state.ui.thread),
    editing: null,
    sidebar: false,
    ...(moved ? { tab: "messages", focusComposer: true } : {}),
  });
  keep(lastKey(), channel);
  if (moved && isBotDm(known)) post("home", { tab: "messages" }).catch(() => {}); // Slack tells the app; nobody waits for it
}

export const closeThread = () => setUi({ thread: null });

/** Follow a permalink of this workspace inside the page. @param {string} href @returns {boolean} whether it was one */
export function follow(href) {
  const target = parsePermalink(href);
  if (!target) return false;
  if (!state.channels.has(target.channel)) {
    toast("You cannot see the conversation that this link points to.", "error");
    return true;
  }
  openMessage(target);
  return true;
}

/** @param {Where & { ts: string | null }} target */
async function openMessage({ channel, ts, thread }) {
  if (ts && !messageAt(channel, ts)) await fetchAround(channel, thread);
  const root = thread ?? messageAt(channel, ts ?? "")?.thread_ts;
  openChannel(channel, root && root !== ts ? root : null);
  if (!ts) return;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const found = [...flashers].map((flasher) => flasher(channel, ts)).some(Boolean);
      if (!found) toast("That message is not here any more.");
    }),
  );
}

/** @param {string} channel @param {string | null} thread */
async function fetchAround(channel, thread) {
  const found = await get("messages", placeOf({ channel, thread })).catch(() => null); // the frames bring what is new; old messages stay away
  if (found) mergeMessages(found.messages);
}

/** Load a thread in full; the snapshot may hold only part of it. @param {string} channel @param {string} thread */
export const loadThread = (channel, thread) => fetchAround(channel, thread);

/** After the first snapshot: the place in the address, else where this person was last, else the app's DM. */
export function openFirst() {
  if (location.pathname.startsWith("/archives/") && follow(location.href)) {
    history.replaceState(null, "", `/?as=${state.me}`);
    return;
  }
  const { channel, thread } = inAddress();
  const joined = [...state.channels.values()].filter((c) => c.joined);
  const wanted = [channel, setting(lastKey(), ""), joined.find(isBotDm)?.id ?? "", joined[0]?.id ?? ""];
  const found = wanted.find((id) => state.channels.has(id));
  if (found) openChannel(found, found === channel ? thread : null);
}

/** Keep the address in step with the place, as one history entry per channel. */
export function syncAddress() {
  const { channel, thread } = state.ui;
  if (!channel) return;
  const hash = hashOf({ channel, thread });
  if (location.hash === hash) return;
  const sameChannel = inAddress().channel === channel;
  const url = `${location.pathname.startsWith("/archives/") ? "/" : location.pathname}${location.search}${hash}`;
  history[sameChannel || !location.hash ? "replaceState" : "pushState"](null, "", url);
}

addEventListener("popstate", () => {
  const where = inAddress();
  if (state.channels.has(where.channel)) setUi({ ...where, tab: "messages", editing: null });
});
