/** Shapes of what the page works with: Slack's Block Kit, the server's frames and calls, the page's own state. */

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

export interface File {
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
  files?: File[];
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
}

interface Frames {
  snapshot: Snapshot;
  message: { message: Message };
  message_removed: { channel: string; ts: string };
  channel: { channel: Channel };
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
  say: { body: Place & { text: string; files?: Pick<File, "name" | "mimetype" | "size">[] }; answer: { ts: string } };
  edit: { body: { channel: string; ts: string; text: string }; answer: object };
  delete: { body: { channel: string; ts: string }; answer: object };
  react: { body: { channel: string; ts: string; name: string }; answer: object };
  read: { body: { channel: string }; answer: object };
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
  | "statuses"
  | "prompts"
  | "views"
  | "home"
  | "app"
  | "link"
  | "ui";

/** What this tab is looking at. */
export interface Ui {
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

// --- Block Kit: composition objects ------------------------------------------------------------

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
}

export type Text = TextObject | string;

export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
  url?: string;
}

export interface Confirm {
  title?: Text;
  text?: Text;
  confirm?: Text;
  deny?: Text;
  style?: "primary" | "danger";
}

export interface Image {
  image_url?: string;
  alt_text?: string;
}

// --- Block Kit: elements -----------------------------------------------------------------------

/** What is said of every element a person can act on. */
export interface Control {
  type: string;
  action_id: string;
  value?: string;
  confirm?: Confirm;
  placeholder?: TextObject;
  focus_on_load?: boolean;
  visible_to_user_ids?: string[];
}

export interface Button extends Control {
  text: TextObject;
  url?: string;
  style?: string;
  accessibility_label?: string;
}

export interface Overflow extends Control {
  options: Option[];
}

interface FeedbackButton {
  text?: TextObject;
  value: string;
  accessibility_label?: string;
}

export interface FeedbackButtons extends Control {
  positive_button?: FeedbackButton;
  negative_button?: FeedbackButton;
}

export interface IconButton extends Control {
  icon: string;
  text?: TextObject;
  accessibility_label?: string;
}

export interface TextInput extends Control {
  initial_value?: string;
  multiline?: boolean;
  min_length?: number;
  max_length?: number;
  is_decimal_allowed?: boolean;
  min_value?: string;
  max_value?: string;
  dispatch_action_config?: { trigger_actions_on?: ("on_enter_pressed" | "on_character_entered")[] };
}

export interface RichTextInput extends Control {
  initial_value?: RichText;
}

export interface DateInput extends Control {
  initial_date?: string;
  initial_time?: string;
}

export interface DateTimeInput extends Control {
  /** Seconds. */
  initial_date_time?: number;
}

export interface Select extends Control {
  options?: Option[];
  option_groups?: { label?: TextObject; options: Option[] }[];
  initial_option?: Option;
  initial_user?: string;
  initial_conversation?: string;
  initial_channel?: string;
  default_to_current_conversation?: boolean;
  filter?: { include?: ConversationKind[] };
}

export interface MultiSelect extends Select {
  initial_options?: Option[];
  initial_users?: string[];
  initial_conversations?: string[];
  initial_channels?: string[];
  max_selected_items?: number;
}

export interface Boxes extends Control {
  options: Option[];
  initial_option?: Option;
  initial_options?: Option[];
}

export type ConversationKind = "im" | "mpim" | "private" | "public";

interface InputTypes {
  plain_text_input: TextInput;
  email_text_input: TextInput;
  url_text_input: TextInput;
  number_input: TextInput;
  rich_text_input: RichTextInput;
  datepicker: DateInput;
  timepicker: DateInput;
  datetimepicker: DateTimeInput;
  static_select: Select;
  users_select: Select;
  conversations_select: Select;
  channels_select: Select;
  external_select: Select;
  multi_static_select: MultiSelect;
  multi_users_select: MultiSelect;
  multi_conversations_select: MultiSelect;
  multi_channels_select: MultiSelect;
  multi_external_select: MultiSelect;
  checkboxes: Boxes;
  radio_buttons: Boxes;
}

interface ElementTypes extends InputTypes {
  button: Button;
  overflow: Overflow;
  image: Control & Image;
  feedback_buttons: FeedbackButtons;
  icon_button: IconButton;
  workflow_button: Button;
}

export type ElementType = keyof ElementTypes;
export type BlockElement<T extends ElementType = ElementType> = { [K in T]: ElementTypes[K] & { type: K } }[T];

/** An input block collects values; elsewhere a change is sent at once. */
export interface Where {
  inInput?: boolean;
}

/** Builds the control for one element of a block. */
export type Builder<E extends Control> = (ctx: BlockContext, block: Block, spec: E, where: Where) => HTMLElement;
export type Builders<T extends ElementType = ElementType> = { [K in T]: Builder<BlockElement<K>> };
export type InputBuilders = Builders<keyof InputTypes>;

/** What a person entered into one element, as Slack's `state.values` has it. */
export interface ElementState {
  type: string;
  value?: string | null;
  rich_text_value?: RichText | null;
  selected_date?: string | null;
  selected_time?: string | null;
  /** Seconds. */
  selected_date_time?: number | null;
  selected_option?: Option | null;
  selected_options?: Option[];
  selected_user?: string | null;
  selected_users?: string[];
  selected_conversation?: string | null;
  selected_conversations?: string[];
  selected_channel?: string | null;
  selected_channels?: string[];
}

/** Block id to action id to what was entered. */
export type Values = Record<string, Record<string, ElementState>>;

/** What a choice stands for in the element's state. */
export type Held = Option | string;

export interface Choice {
  id: string;
  label: string;
  hint?: string;
  held: Held;
}

export interface ChoiceGroup {
  label?: string;
  choices: Choice[];
}

// --- Block Kit: blocks -------------------------------------------------------------------------

interface BlockTypes {
  header: { text: TextObject };
  divider: object;
  section: { text?: TextObject; fields?: TextObject[]; accessory?: BlockElement };
  context: { elements?: (TextObject | ({ type: "image" } & Image))[] };
  actions: { elements?: BlockElement[] };
  context_actions: { elements?: BlockElement[] };
  image: Image & { title?: TextObject };
  input: { label: TextObject; element: BlockElement; hint?: TextObject; optional?: boolean; dispatch_action?: boolean };
  rich_text: { elements?: RichPart[] };
  markdown: { text?: string };
  table: { rows?: (TableCell | null)[][]; column_settings?: ({ align?: string; is_wrapped?: boolean } | null)[] };
  plan: { title?: Text; tasks?: Task[] };
  task_card: Task;
  alert: { text: TextObject; level?: string };
  card: {
    hero_image?: Image;
    title?: TextObject;
    subtitle?: TextObject;
    body?: TextObject;
    actions?: BlockElement[];
  };
  container: { title?: TextObject; child_blocks?: Block[] };
  video: { title?: TextObject; title_url?: string; video_url?: string };
  file: { external_id?: string };
}

export type BlockType = keyof BlockTypes;
export type Block<T extends BlockType = BlockType> = { [K in T]: BlockTypes[K] & { type: K; block_id: string } }[T];
export type Layouts = { [K in BlockType]: (block: Block<K>, ctx: BlockContext) => HTMLElement };

export interface Task {
  title?: string;
  status?: "pending" | "in_progress" | "complete" | "error";
  details?: RichText;
  output?: RichText;
  sources?: { url: string; text?: string }[];
}

export type TableCell = RichText | { type: "raw_text" | "raw_number"; text?: string; value?: string | number };

export type Container =
  | { type: "message"; channel: string; ts: string }
  | { type: "view"; view_id: string }
  | { type: "home" };

/** Where blocks are shown, and what was entered there. */
export interface BlockContext {
  container: Container;
  /** Names the bag of entered values. */
  key: string;
  blocks: Block[];
  inView?: boolean;
  errors?: Errors;
  /** Nothing can be pressed: a submit is on its way. */
  frozen?: boolean;
}

// --- Block Kit: rich text ----------------------------------------------------------------------

export interface RichText {
  type: "rich_text";
  elements?: RichPart[];
}

interface RichPartTypes {
  rich_text_section: { elements?: RichInline[] };
  rich_text_quote: { elements?: RichInline[]; border?: number };
  rich_text_preformatted: { elements?: RichInline[]; border?: number };
  rich_text_list: { elements?: RichPart<"rich_text_section">[]; style?: string; indent?: number; offset?: number };
}

export type RichPartType = keyof RichPartTypes;
export type RichPart<T extends RichPartType = RichPartType> = { [K in T]: RichPartTypes[K] & { type: K } }[T];
export type RichParts = { [K in RichPartType]: (part: RichPart<K>) => HTMLElement };

export type RichStyle = "bold" | "italic" | "strike" | "code" | "underline" | "highlight";

interface RichInlineTypes {
  text: { text?: string };
  link: { url?: string; text?: string };
  user: { user_id: string };
  usergroup: { usergroup_id: string };
  channel: { channel_id: string };
  broadcast: { range: string };
  emoji: { name: string; unicode?: string };
  color: { value: string };
  date: { timestamp: number; format?: string; fallback?: string };
}

export type RichInlineType = keyof RichInlineTypes;
export type RichInline<T extends RichInlineType = RichInlineType> = {
  [K in T]: RichInlineTypes[K] & { type: K; style?: Partial<Record<RichStyle, boolean>> };
}[T];
export type RichInlines = { [K in RichInlineType]: (inline: RichInline<K>) => Node };
