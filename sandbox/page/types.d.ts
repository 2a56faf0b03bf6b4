/** Shapes of what the page works with: the server's frames and calls, the page's own state, the DOM. */

import type { Block, Container, ElementState, TextObject, Values } from "./blockkit.js";

export type * from "./blockkit.js";

// --- the workspace -----------------------------------------------------------------------------

export interface Workspace {
  id: string;
  name: string;
  domain: string;
  url: string;
}

export interface Person {
  id: string;
  name: string;
  real_name: string;
  title?: string;
  is_bot?: boolean;
  is_guest?: boolean;
  is_external?: boolean;
  deleted?: boolean;
  color?: string;
  presence?: string;
  /** Somebody of whom the page knows no more than the id. */
  unknown?: boolean;
}

export interface Group {
  id: string;
  handle: string;
  name: string;
  users: string[];
}

interface Conversation {
  id: string;
  name: string;
  topic: string;
  members: string[];
  joined: boolean;
  archived: boolean;
  shared: boolean;
  last_ts: string;
  unread: number;
  mentions: number;
}

export interface DirectMessage extends Conversation {
  kind: "im";
  /** The user on the other side. */
  with: string;
}

export interface Room extends Conversation {
  kind: "channel" | "private" | "mpim";
}

export type Channel = DirectMessage | Room;

export interface Prompt {
  title: string;
  message: string;
}

export interface Command {
  command: string;
  description: string;
  usage_hint: string;
}

/** The app under test, and how it is connected. */
export interface App {
  id: string;
  name: string;
  bot_user: string;
  description: string;
  commands: Command[];
  delivery: "http" | "socket";
  connected: boolean;
  connections: number;
  home_tab: boolean;
  messages_tab: boolean;
  suggested_prompts: Prompt[];
  problems: string[];
}

/** A file of a message. */
export interface SlackFile {
  id: string;
  name?: string;
  title?: string;
  mimetype?: string;
  pretty_type?: string;
  /** Bytes. */
  size?: number;
}

export interface Reaction {
  name: string;
  users: string[];
  count: number;
}

/** Slack's legacy attachment. */
export interface Attachment {
  color?: string;
  pretext?: string;
  author_name?: string;
  title?: string;
  title_link?: string;
  text?: string;
  fields?: { title: string; value: string; short?: boolean }[];
  blocks?: Block[];
  image_url?: string;
  fallback?: string;
  footer?: string;
}

/** Slack's message, with the sandbox's own facts. Timestamps are "seconds.micros" strings. */
export interface Message {
  ts: string;
  channel: string;
  user?: string;
  username?: string;
  bot_id?: string;
  subtype?: string;
  text?: string;
  blocks?: Block[];
  attachments?: Attachment[];
  files?: SlackFile[];
  reactions?: Reaction[];
  edited?: { user: string; ts: string };
  thread_ts?: string;
  reply_count?: number;
  reply_users?: string[];
  latest_reply?: string;
  ephemeral: boolean;
  deleted: boolean;
  streaming: boolean;
  /** Counts the versions of this message. */
  client_n: number;
}

/** What is new for this person in a thread. */
export interface Thread {
  channel: string;
  /** The timestamp of its root. */
  ts: string;
  /** The timestamp of its latest reply. */
  latest: string;
  unread: number;
  followed: boolean;
}

/** What the app says it is doing in a thread, or in a whole channel. */
export interface Status {
  channel: string;
  thread_ts: string;
  text: string;
  loading_messages: string[];
  session: string;
  /** When it came, in milliseconds. */
  since?: number;
}

export interface Prompts {
  channel: string;
  thread_ts: string;
  title: string;
  prompts: Prompt[];
}

export interface View {
  id: string;
  title: TextObject | null;
  submit: TextObject | null;
  close: TextObject | null;
  blocks: Block[];
  state?: { values: Values };
  errors?: Errors;
}

/** One thing that crossed the border between the workspace and the app. */
export interface Entry {
  n: number;
  /** Seconds. */
  at: number;
  kind: "envelope" | "ack" | "api" | "http" | "error";
  title: string;
  ms: number | null;
  ok: boolean | null;
  detail: Json;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

// --- frames of the websocket -------------------------------------------------------------------

export interface Snapshot {
  me: string;
  workspace: Workspace;
  people: Person[];
  groups: Group[];
  channels: Channel[];
  app: App;
  views: View[];
  home: View | null;
  statuses: Status[];
  /** Channel id to its messages outside threads. */
  messages: Record<string, Message[]>;
  /** `channel:thread` to the messages of a thread, its root first. */
  threads: Record<string, Message[]>;
  prompts: Prompts[];
  /** The threads that this person follows. */
  followed: Thread[];
  /** `channel:ts` of the private answers that there still are; an open page keeps what it shows of them. */
  private: string[];
}

interface Frames {
  snapshot: Snapshot;
  message: { message: Message };
  message_removed: { channel: string; ts: string };
  channel: { channel: Channel };
  thread: { thread: Thread };
  status: Status;
  prompts: Prompts;
  views: { views: View[] };
  home: { home: View | null };
  app: { app: Partial<App> };
  inspector: { entry: Entry };
  delivery: { what: string; ok: boolean; ack_ms: number | null; error: string | null };
}

export type FrameType = keyof Frames;
export type Frame<T extends FrameType = FrameType> = { [K in T]: Frames[K] & { type: K } }[T];

/** From the page to the server. */
export interface InspectorWish {
  type: "inspector";
  on: boolean;
}

// --- calls of the control API ------------------------------------------------------------------

/** Whether the app got something, and what it answered. */
export interface Delivery {
  delivered?: boolean;
  status?: number | null;
  error?: string | null;
  message?: string;
}

/** What was entered wrongly: block id to sentence. */
export type Errors = Record<string, string>;

export interface Place {
  channel: string;
  thread_ts?: string;
}

interface Posts {
  say: {
    body: Place & { text: string; files?: Pick<SlackFile, "name" | "mimetype" | "size">[] };
    answer: { ts: string };
  };
  edit: { body: { channel: string; ts: string; text: string }; answer: object };
  delete: { body: { channel: string; ts: string }; answer: object };
  react: { body: { channel: string; ts: string; name: string }; answer: object };
  read: { body: Place; answer: object };
  join: { body: { channel: string }; answer: object };
  command: { body: Place & { command: string; text: string }; answer: Delivery };
  click: { body: Press; answer: Delivery };
  submit: { body: { view_id: string; state: Values }; answer: Delivery & { errors?: Errors } };
  close: { body: { view_id: string }; answer: object };
  home: { body: { tab: Tab }; answer: object };
  stop: { body: { channel: string; thread_ts: string }; answer: object };
}

export type Action = keyof Posts;
export type Body<A extends Action> = Posts[A]["body"];
export type Answer<A extends Action> = Posts[A]["answer"];

interface Gets {
  messages: { query: Place; answer: { messages: Message[] } };
  search: { query: { query: string }; answer: { messages: Message[] } };
  inspector: { query: { since: string }; answer: { entries: Entry[] } };
}

export type Question = keyof Gets;
export type Query<Q extends Question> = Gets[Q]["query"];
export type Found<Q extends Question> = Gets[Q]["answer"];

interface Press {
  container: Container;
  block_id: string;
  action_id: string;
  value?: string;
  selected?: ElementState;
  state: Values;
}

// --- the page's own state ----------------------------------------------------------------------

export type Tab = "messages" | "home";
export type Link = "connecting" | "open" | "lost" | "refused" | "stranger" | "deactivated";

export type Topic =
  | "snapshot"
  | "people"
  | "channels"
  | "messages"
  | "threads"
  | "statuses"
  | "prompts"
  | "views"
  | "home"
  | "app"
  | "link"
  | "ui";

/** What this tab is looking at. */
export interface Ui {
  /** The list of threads stands where the channel would. */
  threads: boolean;
  /** Channel id; empty until the first one is opened. */
  channel: string;
  thread: string | null;
  tab: Tab;
  /** Timestamp of the message that is being edited. */
  editing: string | null;
  sidebar: boolean;
  inspector: boolean;
  focusThread: boolean;
  focusComposer: boolean;
}

export interface State {
  ready: boolean;
  link: Link;
  me: string;
  workspace: Workspace;
  people: Map<string, Person>;
  groups: Map<string, Group>;
  channels: Map<string, Channel>;
  app: App;
  views: View[];
  home: View | null;
  statuses: Map<string, Status>;
  prompts: Map<string, Prompts>;
  /** `channel:thread` to the threads that this person follows. */
  threads: Map<string, Thread>;
  /** Channel id to timestamp to message, roots and replies together. */
  messages: Map<string, Map<string, Message>>;
  ui: Ui;
}

/** One of a keyed list: a node that is built again when its signature changes. */
export interface Item {
  key: string;
  sig: string;
  build: () => HTMLElement;
}

// --- building the DOM --------------------------------------------------------------------------

/** No numbers: `list.length && …` would show a 0. */
export type Child = Node | string | false | null | undefined | Child[];

type Attribute = string | number | boolean | null | undefined;

type AttributeName =
  | `aria-${string}`
  | "alt"
  | "autocomplete"
  | "autofocus"
  | "checked"
  | "class"
  | "data-inside"
  | "datetime"
  | "disabled"
  | "enterkeyhint"
  | "hidden"
  | "href"
  | "id"
  | "inputmode"
  | "label"
  | "loading"
  | "max"
  | "maxlength"
  | "min"
  | "multiple"
  | "name"
  | "novalidate"
  | "open"
  | "placeholder"
  | "popover"
  | "rel"
  | "role"
  | "rows"
  | "selected"
  | "spellcheck"
  | "src"
  | "start"
  | "step"
  | "tabindex"
  | "target"
  | "title"
  | "type"
  | "value";

/** Attributes of an element; `on…` are listeners, `data` are data attributes, `vars` custom properties. */
export type Props = { [N in AttributeName]?: Attribute } & {
  data?: Record<string, string | null | undefined>;
  vars?: Record<string, string>;
} & { [E in keyof HTMLElementEventMap as `on${E}`]?: (event: HTMLElementEventMap[E]) => void };

type TagOf<S extends string> = S extends `${infer Tag}.${string}` ? Tag : S;

/** The element that `h("input.control")` makes. */
export type ElementOf<S extends string> =
  TagOf<S> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[TagOf<S>] : HTMLElement;
