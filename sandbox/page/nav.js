/** Where this tab is: channel and thread, kept in the address so that links, reload and Back work. */

import { get, post } from "./api.js";
import { parsePermalink } from "./links.js";
import { placeOf } from "./sending.js";
import { keep, setting } from "./settings.js";
import { isBotDm, mergeMessages, messageAt, setUi, state } from "./store.js";
import { toast } from "./toast.js";

/** @typedef {(channel: string, ts: string) => boolean} Flasher says whether it has the message */
/** @typedef {{ channel: string, thread: string | null, threads?: boolean }} Where */

/** @type {Flasher[]} */
const flashers = [];

/**
 * A list offers to flash a message when somebody follows a link to it.
 * @param {Flasher} flasher
 */
export const onFlash = (flasher) => flashers.push(flasher);

const CLOSED = "That conversation is private, or it does not exist. Ask one of its members to invite you.";

const lastKey = () => `last:${state.me}`;
/** The list of threads goes before the place of the thread that is open beside it. @param {Where} where */
const hashOf = ({ channel, thread, threads }) =>
  `#${[threads && "threads", (thread || !threads) && channel, thread].filter(Boolean).join("/")}`;

/** @returns {Where} */
function inAddress() {
  const parts = location.hash.slice(1).split("/");
  const threads = parts[0] === "threads";
  const [channel = "", thread = null] = threads ? parts.slice(1) : parts;
  return { channel, thread, threads };
}

/** The address of this page for another person, at the same place. @param {string} id */
export const addressAs = (id) => `/?as=${id}${location.hash.startsWith("#C") ? location.hash : ""}`;

/** Show a channel or DM. @param {string} channel @param {string | null} [thread] */
export function openChannel(channel, thread = null) {
  const known = state.channels.get(channel);
  if (!known) return toast(CLOSED, "error");
  const moved = state.ui.channel !== channel || (state.ui.threads && !thread);
  setUi({
    channel,
    thread: moved ? thread : (thread ?? state.ui.thread),
    threads: false,
    editing: null,
    sidebar: false,
    ...(moved ? { tab: "messages", focusComposer: true } : {}),
  });
  keep(lastKey(), channel);
  if (moved && isBotDm(known)) post("home", { tab: "messages" }).catch(() => {}); // Slack tells the app; nobody waits for it
}

/** Show the list of threads where the channel stands. */
export const openThreads = () =>
  setUi({ threads: true, thread: null, editing: null, sidebar: false, tab: "messages", focusComposer: false });

/** Show a thread beside the list of threads. @param {string} channel @param {string} thread */
export const openListed = (channel, thread) => setUi({ channel, thread, editing: null, focusThread: true });

export const closeThread = () => setUi({ thread: null });

/** Follow a permalink of this workspace inside the page. @param {string} href @returns {boolean} whether it was one */
export function follow(href) {
  const target = parsePermalink(href);
  if (!target) return false;
  if (!state.channels.has(target.channel)) {
    toast(CLOSED, "error");
    return true;
  }
  openMessage(target);
  return true;
}

/** @param {Where & { ts: string | null }} target */
export async function openMessage({ channel, ts, thread }) {
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
  if (location.pathname.startsWith("/archives/")) {
    const known = state.channels.has(parsePermalink(location.href)?.channel ?? "");
    follow(location.href);
    history.replaceState(null, "", `/?as=${state.me}`);
    if (known) return;
  }
  const { channel, thread, threads } = inAddress();
  const joined = [...state.channels.values()].filter((c) => c.joined);
  const wanted = [channel, setting(lastKey(), ""), joined.find(isBotDm)?.id ?? "", joined[0]?.id ?? ""];
  const found = wanted.find((id) => state.channels.has(id));
  if (found) openChannel(found, found === channel ? thread : null);
  if (threads) setUi({ threads });
}

/** Keep the address in step with the place, as one history entry per channel. */
export function syncAddress() {
  const { channel } = state.ui;
  if (!channel) return;
  const hash = hashOf(state.ui);
  if (location.hash === hash) return;
  const before = inAddress();
  const sameChannel = before.threads === state.ui.threads && (before.threads || before.channel === channel);
  const url = `${location.pathname.startsWith("/archives/") ? "/" : location.pathname}${location.search}${hash}`;
  history[sameChannel || !location.hash ? "replaceState" : "pushState"](null, "", url);
}

addEventListener("popstate", () => {
  const where = inAddress();
  const known = state.channels.has(where.channel);
  if (known || where.threads)
    setUi({ ...where, channel: known ? where.channel : state.ui.channel, tab: "messages", editing: null });
});
