/** What the page knows: the server's snapshot kept current by its frames, and what this tab is looking at. */

export const state = {
  ready: false,
  link: "connecting", // "connecting" | "open" | "lost" | "refused" | "stranger" | "deactivated"
  me: null,
  workspace: {},
  people: new Map(),
  groups: new Map(),
  channels: new Map(),
  app: {},
  views: [],
  home: null,
  statuses: new Map(),
  prompts: new Map(),
  messages: new Map(), // channel id → Map(ts → message), roots and replies together
  ui: {
    channel: null,
    thread: null,
    tab: "messages",
    editing: null,
    sidebar: false,
    inspector: false,
    focusThread: false,
    focusComposer: false,
  },
};

/** @typedef {"snapshot"|"people"|"channels"|"messages"|"statuses"|"prompts"|"views"|"home"|"app"|"link"|"ui"} Topic */

const watchers = new Map();
const frameListeners = new Set();
let pending = null;

/** Call `render` once per batch of changes to any of these topics. @param {Topic[]} topics */
export function watch(topics, render) {
  for (const topic of topics) {
    if (!watchers.has(topic)) watchers.set(topic, new Set());
    watchers.get(topic).add(render);
  }
}

/** Hear of single frames (new messages, inspector entries), before the batched renders. */
export const onFrame = (listener) => frameListeners.add(listener);

/** Renders run together in a microtask, not an animation frame: a tab in the background must stay current too. */
export function changed(...topics) {
  if (pending) {
    topics.forEach((topic) => pending.add(topic));
    return;
  }
  pending = new Set(topics);
  queueMicrotask(() => {
    const batch = pending;
    pending = null;
    const renders = new Set([...batch].flatMap((topic) => [...(watchers.get(topic) ?? [])]));
    renders.forEach((render) => render());
  });
}

export function setUi(patch) {
  Object.assign(state.ui, patch);
  changed("ui");
}

const byId = (list) => new Map((list ?? []).map((item) => [item.id, item]));
export const placeKey = (channel, thread) => `${channel}:${thread ?? ""}`;

function loadSnapshot(frame) {
  state.me = frame.me;
  state.workspace = frame.workspace ?? {};
  state.people = byId(frame.people);
  state.groups = byId(frame.groups);
  state.channels = byId(frame.channels);
  state.app = frame.app ?? {};
  state.views = frame.views ?? [];
  state.home = frame.home ?? null;
  state.statuses = new Map(
    (frame.statuses ?? []).filter((s) => s.text).map((s) => [placeKey(s.channel, s.thread_ts), s]),
  );
  state.messages = new Map();
  for (const list of [...Object.values(frame.messages ?? {}), ...Object.values(frame.threads ?? {})])
    list.forEach(upsert);
  state.prompts = new Map((frame.prompts ?? []).map((p) => [placeKey(p.channel, p.thread_ts), p]));
  state.ready = true;
  changed("snapshot", "people", "channels", "messages", "statuses", "prompts", "views", "home", "app", "ui");
}

function upsert(message) {
  if (!state.messages.has(message.channel)) state.messages.set(message.channel, new Map());
  const room = state.messages.get(message.channel);
  const known = room.get(message.ts);
  if (known && (message.client_n ?? 0) < (known.client_n ?? 0)) return;
  if (message.deleted && !message.reply_count) room.delete(message.ts);
  else room.set(message.ts, message);
}

/** Merge messages fetched over HTTP; older versions never overwrite newer ones. */
export function mergeMessages(list) {
  list.forEach(upsert);
  changed("messages");
}

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
    state.channels.set(channel.id, { ...state.channels.get(channel.id), ...channel });
    changed("channels");
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
    state.views = frame.views ?? [];
    changed("views");
  },
  home: (frame) => {
    state.home = frame.home ?? null;
    changed("home");
  },
  app: (frame) => {
    state.app = { ...state.app, ...frame.app };
    changed("app");
  },
};

/** Take in one websocket frame. */
export function applyFrame(frame) {
  const isNew = frame.type === "message" && !state.messages.get(frame.message.channel)?.has(frame.message.ts);
  frames[frame.type]?.(frame);
  frameListeners.forEach((listener) => listener(frame, { isNew }));
}

// --- reading -----------------------------------------------------------------------------------

export const person = (id) => state.people.get(id) ?? { id, name: id, real_name: id, unknown: true };
export const nameOf = (id) =>
  (id === state.app.bot_user ? state.app.name : null) ?? person(id).real_name ?? person(id).name;
export const isBotUser = (id) => id === state.app.bot_user || Boolean(person(id).is_bot);
export const isFromApp = (message) => Boolean(message.bot_id) || isBotUser(message.user);
export const isMine = (message) => !isFromApp(message) && message.user === state.me && !message.ephemeral;

/** People one can be: everyone who is neither a bot nor gone. */
export const humans = () => [...state.people.values()].filter((p) => !p.is_bot && !p.deleted && p.id !== "USLACKBOT");

export const isDm = (channel) => channel?.kind === "im";
export const isGroupDm = (channel) => channel?.kind === "mpim";
export const isBotDm = (channel) => isDm(channel) && isBotUser(channel.with);
const others = (channel) => channel.members.filter((id) => id !== state.me);
export const channelLabel = (channel) =>
  isDm(channel) ? nameOf(channel.with) : isGroupDm(channel) ? others(channel).map(nameOf).join(", ") : channel.name;
/** How a conversation is written among words: only channels have a `#`. */
export const placeLabel = (channel) => `${isDm(channel) || isGroupDm(channel) ? "" : "#"}${channelLabel(channel)}`;
export const channelIcon = (channel) => (isGroupDm(channel) ? "people" : channel.kind === "private" ? "lock" : "hash");
export const isJoined = (channel) => channel.joined !== false;

const byTs = (a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0);
const hidden = new Set(JSON.parse(sessionStorage.getItem("countersign:dismissed") ?? "[]"));
const isHidden = (m) => m.ephemeral && hidden.has(`${m.channel}:${m.ts}`);

/** Hide an ephemeral message in this tab; like Slack's, it is never seen again. */
export function dismiss(message) {
  hidden.add(`${message.channel}:${message.ts}`);
  sessionStorage.setItem("countersign:dismissed", JSON.stringify([...hidden]));
  changed("messages");
}

const room = (channel) => [...(state.messages.get(channel)?.values() ?? [])];
const isReply = (m) => m.thread_ts && m.thread_ts !== m.ts && m.subtype !== "thread_broadcast";

/** Messages of a channel outside threads, oldest first. */
export const topLevel = (channel) =>
  room(channel)
    .filter((m) => !isReply(m) && !isHidden(m))
    .sort(byTs);

/** Replies of one thread, oldest first, without the root. */
export const repliesOf = (channel, root) =>
  room(channel)
    .filter((m) => m.thread_ts === root && m.ts !== root && !isHidden(m))
    .sort(byTs);

export const messageAt = (channel, ts) => state.messages.get(channel)?.get(ts);
export const statusAt = (channel, thread) => state.statuses.get(placeKey(channel, thread));
