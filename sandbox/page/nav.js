/** Where this tab is: channel and thread, kept in the address so that links, reload and Back work. */

import { get, post } from "./api.js";
import { settings } from "./dom.js";
import { parsePermalink } from "./links.js";
import { toast } from "./overlays.js";
import { isBotDm, isJoined, mergeMessages, messageAt, setUi, state } from "./store.js";

const flashers = new Set();

/**
 * A list offers to flash a message when somebody follows a link to it.
 * @param {(channel: string, ts: string) => boolean} flasher
 */
export const onFlash = (flasher) => flashers.add(flasher);

const lastKey = () => `last:${state.me}`;
const hashOf = ({ channel, thread }) => `#${channel}${thread ? `/${thread}` : ""}`;

/** The address of this page for another person, at the same place. @param {string} id */
export const addressAs = (id) => `/?as=${id}${location.hash.startsWith("#C") ? location.hash : ""}`;

/** Show a channel or DM. */
export function openChannel(channel, { thread = null } = {}) {
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
  settings.set(lastKey(), channel);
  if (moved && isBotDm(known)) post("home", { tab: "messages" }).catch(() => {}); // Slack tells the app; nobody waits for it
  return undefined;
}

export const closeThread = () => setUi({ thread: null });

/** Follow a permalink of this workspace inside the page. @returns {boolean} whether it was one */
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

async function openMessage({ channel, ts, thread }) {
  if (ts && !messageAt(channel, ts)) await fetchAround(channel, thread);
  const root = thread ?? messageAt(channel, ts)?.thread_ts;
  openChannel(channel, { thread: root && root !== ts ? root : null });
  if (!ts) return;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const found = [...flashers].map((flasher) => flasher(channel, ts)).some(Boolean);
      if (!found) toast("That message is not here any more.");
    }),
  );
}

async function fetchAround(channel, thread) {
  const { messages } = await get("messages", { channel, ...(thread ? { thread_ts: thread } : {}) }).catch(() => ({
    messages: [],
  }));
  mergeMessages(messages ?? []);
}

/** Load a thread in full; the snapshot may hold only part of it. */
export const loadThread = (channel, thread) => fetchAround(channel, thread);

/** After the first snapshot: the place in the address, else where this person was last, else the app's DM. */
export function openFirst() {
  if (location.pathname.startsWith("/archives/") && follow(location.href)) {
    history.replaceState(null, "", `/?as=${state.me}`);
    return;
  }
  const [channel, thread] = location.hash.slice(1).split("/");
  const joined = [...state.channels.values()].filter(isJoined);
  const first = [channel, settings.get(lastKey()), joined.find(isBotDm)?.id, joined[0]?.id].find((id) =>
    state.channels.has(id),
  );
  if (first) openChannel(first, { thread: first === channel ? (thread ?? null) : null });
}

/** Keep the address in step with the place, as one history entry per channel. */
export function syncAddress() {
  const { channel, thread } = state.ui;
  if (!channel) return;
  const hash = hashOf({ channel, thread });
  if (location.hash === hash) return;
  const sameChannel = location.hash.slice(1).split("/")[0] === channel;
  const url = `${location.pathname.startsWith("/archives/") ? "/" : location.pathname}${location.search}${hash}`;
  history[sameChannel || !location.hash ? "replaceState" : "pushState"](null, "", url);
}

addEventListener("popstate", () => {
  const [channel, thread] = location.hash.slice(1).split("/");
  if (state.channels.has(channel)) setUi({ channel, thread: thread ?? null, tab: "messages", editing: null });
});
