/** What the page knows: the server's snapshot kept current by its frames, and what this tab is looking at. */

/** @import { App, Channel, DirectMessage, Frame, FrameType, Message, Person, Snapshot, State, Thread, Topic, Ui } from "./types.js" */

/** @type {App} */
const NO_APP = {
  id: "",
  name: "",
  bot_user: "",
  description: "",
  commands: [],
  delivery: "socket",
  connected: false,
  connections: 0,
  home_tab: false,
  messages_tab: false,
  suggested_prompts: [],
  problems: [],
};

/** @type {State} */
export const state = {
  ready: false,
  link: "connecting",
  me: "",
  workspace: { id: "", name: "", domain: "", url: "" },
  people: new Map(),
  groups: new Map(),
  channels: new Map(),
  app: NO_APP,
  views: [],
  home: null,
  statuses: new Map(),
  prompts: new Map(),
  threads: new Map(),
  messages: new Map(),
  ui: {
    threads: false,
    channel: "",
    thread: null,
    tab: "messages",
    editing: null,
    sidebar: false,
    inspector: false,
    focusThread: false,
    focusComposer: false,
  },
};

/** @typedef {(frame: Frame, about: { isNew: boolean }) => void} FrameListener */

/** @type {{ topics: Topic[], render: () => void }[]} */
const watchers = [];
/** @type {FrameListener[]} */
const frameListeners = [];
/** @type {Set<Topic>} */
let pending = new Set();

/** Call `render` once per batch of changes to any of these topics. @param {Topic[]} topics @param {() => void} render */
export const watch = (topics, render) => watchers.push({ topics, render });

/** Hear of single frames (new messages, inspector entries), before the batched renders. @param {FrameListener} listener */
export const onFrame = (listener) => frameListeners.push(listener);

/**
 * Renders run together in a microtask, not an animation frame: a tab in the background must stay current too.
 * @param {...Topic} topics
 */
export function changed(...topics) {
  if (!pending.size) queueMicrotask(renderPending);
  for (const topic of topics) pending.add(topic);
}

function renderPending() {
  const batch = pending;
  pending = new Set();
  for (const { topics, render } of watchers) if (topics.some((topic) => batch.has(topic))) render();
}

/** @param {Partial<Ui>} patch */
export function setUi(patch) {
  Object.assign(state.ui, patch);
  changed("ui");
}

/** @template {{ id: string }} T @param {T[]} list */
const byId = (list) => new Map(list.map((item) => [item.id, item]));

/** @param {string} channel @param {string | null} thread */
const placeKey = (channel, thread) => `${channel}:${thread ?? ""}`;

/** @template {{ channel: string, thread_ts: string }} T @param {T[]} list */
const byPlace = (list) => new Map(list.map((item) => [placeKey(item.channel, item.thread_ts), item]));

/** @param {Snapshot} frame */
function loadSnapshot({ me, workspace, app, views, home, ...frame }) {
  Object.assign(state, { me, workspace, app, views, home, ready: true });
  state.people = byId(frame.people);
  state.groups = byId(frame.groups);
  state.channels = byId(frame.channels);
  state.statuses = byPlace(frame.statuses.filter((s) => s.text));
  state.prompts = byPlace(frame.prompts);
  state.threads = new Map(frame.followed.map((thread) => [placeKey(thread.channel, thread.ts), thread]));
  const shown = privateAnswers().filter((m) => frame.private.includes(placeKey(m.channel, m.ts)));
  state.messages = new Map();
  const sent = [...Object.values(frame.messages), ...Object.values(frame.threads)].flat();
  for (const message of [...sent, ...shown]) upsert(message);
  changed("snapshot", "people", "channels", "messages", "threads", "statuses", "prompts", "views", "home", "app", "ui");
}

/** @param {Message} message */
function upsert(message) {
  const here = state.messages.get(message.channel) ?? new Map();
  state.messages.set(message.channel, here);
  if (message.client_n < (here.get(message.ts)?.client_n ?? 0)) return;
  if (message.deleted && !message.reply_count) here.delete(message.ts);
  else here.set(message.ts, message);
}

const privateAnswers = () => [...state.messages.keys()].flatMap(room).filter((m) => m.ephemeral);

/**
 * Merge messages fetched over HTTP; older versions never overwrite newer ones, and private answers are shown once.
 * @param {Message[]} list
 */
export function mergeMessages(list) {
  for (const message of list) if (!message.ephemeral) upsert(message);
  changed("messages");
}

/** @type {{ [T in FrameType]?: (frame: Frame<T>) => void }} */
const frames = {
  snapshot: loadSnapshot,
  message: ({ message }) => {
    upsert(message);
    changed("messages");
  },
  message_removed({ channel, ts }) {
    state.messages.get(channel)?.delete(ts);
    changed("messages");
  },
  channel({ channel }) {
    state.channels.set(channel.id, channel);
    changed("channels");
  },
  thread({ thread }) {
    const key = placeKey(thread.channel, thread.ts);
    if (thread.followed) state.threads.set(key, thread);
    else state.threads.delete(key);
    changed("threads");
  },
  status(frame) {
    const key = placeKey(frame.channel, frame.thread_ts);
    if (frame.text) state.statuses.set(key, { ...frame, since: Date.now() });
    else state.statuses.delete(key);
    changed("statuses");
  },
  prompts(frame) {
    state.prompts.set(placeKey(frame.channel, frame.thread_ts), frame);
    changed("prompts");
  },
  views: (frame) => {
    state.views = frame.views;
    changed("views");
  },
  home: (frame) => {
    state.home = frame.home;
    changed("home");
  },
  app: (frame) => {
    state.app = { ...state.app, ...frame.app };
    changed("app");
  },
};

/** @template {FrameType} T @param {Frame<T>} frame */
const take = (frame) => frames[frame.type]?.(frame);

/** Take in one websocket frame. @param {Frame} frame */
export function applyFrame(frame) {
  const isNew = frame.type === "message" && !messageAt(frame.message.channel, frame.message.ts);
  take(frame);
  for (const listener of frameListeners) listener(frame, { isNew });
}

// --- people ------------------------------------------------------------------------------------

/** @param {string} id @returns {Person} */
export const person = (id) => state.people.get(id) ?? { id, name: id, real_name: id, unknown: true };

/** @param {string} id */
export const nameOf = (id) => (id === state.app.bot_user && state.app.name) || person(id).real_name || person(id).name;

/** @param {string} id */
export const isBotUser = (id) => id === state.app.bot_user || Boolean(person(id).is_bot);

/** @param {Message} message */
export const isFromApp = (message) => Boolean(message.bot_id) || isBotUser(message.user ?? "");

/** @param {Message} message */
export const isMine = (message) => !isFromApp(message) && message.user === state.me && !message.ephemeral;

/** People one can be: everyone who is neither a bot nor gone. */
export const humans = () => [...state.people.values()].filter((p) => !p.is_bot && !p.deleted && p.id !== "USLACKBOT");

// --- conversations -----------------------------------------------------------------------------

/** @param {Channel} channel @returns {channel is DirectMessage} */
export const isDm = (channel) => channel.kind === "im";

/** @param {Channel} channel */
const isGroupDm = (channel) => channel.kind === "mpim";

/** @param {Channel} channel */
export const isBotDm = (channel) => isDm(channel) && isBotUser(channel.with);

/** What has a name of its own, with a `#`. @param {Channel} channel */
export const isNamed = (channel) => !isDm(channel) && !isGroupDm(channel);

/** How much of it asks for attention: all that is new, in a named channel only mentions. @param {Channel} channel */
export const urgent = (channel) => (isNamed(channel) ? channel.mentions : channel.unread);

/** @param {Channel} channel */
const others = (channel) => channel.members.filter((id) => id !== state.me);

/** @param {Channel} channel */
export const channelLabel = (channel) =>
  isDm(channel) ? nameOf(channel.with) : isGroupDm(channel) ? others(channel).map(nameOf).join(", ") : channel.name;

/** How a conversation is written among words. @param {Channel} channel */
export const placeLabel = (channel) => `${isNamed(channel) ? "#" : ""}${channelLabel(channel)}`;

/** @param {Channel} channel */
export const channelIcon = (channel) => (isGroupDm(channel) ? "people" : channel.kind === "private" ? "lock" : "hash");

// --- messages ----------------------------------------------------------------------------------

/** @param {Message} a @param {Message} b */
const byTs = (a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0);
/** Hide a private answer in this tab; like Slack's, it is never seen again. @param {Message} message */
export function dismiss(message) {
  state.messages.get(message.channel)?.delete(message.ts);
  changed("messages");
}

/** @param {string} channel */
const room = (channel) => [...(state.messages.get(channel)?.values() ?? [])];
/** @param {Message} m */
const isReply = (m) => m.thread_ts && m.thread_ts !== m.ts && m.subtype !== "thread_broadcast";

/** Messages of a channel outside threads, oldest first. @param {string} channel */
export const topLevel = (channel) =>
  room(channel)
    .filter((m) => !isReply(m))
    .sort(byTs);

/** Everything that this tab knows of, oldest first. */
export const allMessages = () => [...state.messages.keys()].flatMap(room).sort(byTs);

/** Replies of one thread, oldest first, without the root. @param {string} channel @param {string | null} root */
export const repliesOf = (channel, root) =>
  room(channel)
    .filter((m) => m.thread_ts === root && m.ts !== root)
    .sort(byTs);

/** @param {string} channel @param {string} ts */
export const messageAt = (channel, ts) => state.messages.get(channel)?.get(ts);

/** @param {string} channel @param {string | null} thread */
export const statusAt = (channel, thread) => state.statuses.get(placeKey(channel, thread));

/** @param {string} channel @param {string | null} thread */
export const promptsAt = (channel, thread) => state.prompts.get(placeKey(channel, thread));

// --- threads -----------------------------------------------------------------------------------

/** @param {string} channel @param {string} root @returns {Thread | undefined} */
export const threadAt = (channel, root) => state.threads.get(placeKey(channel, root));

/** Followed threads, those with news first, then by their latest reply. */
export const followedThreads = () =>
  [...state.threads.values()].sort(
    (a, b) => Number(b.unread > 0) - Number(a.unread > 0) || (a.latest < b.latest ? 1 : -1),
  );

/** How many threads have news. */
export const unreadThreads = () => [...state.threads.values()].filter((thread) => thread.unread > 0).length;

/** Everything that asks for attention. */
export const unreadTotal = () =>
  [...state.channels.values()].reduce((sum, channel) => sum + urgent(channel), 0) + unreadThreads();
