/** Slack's Block Kit, as the page shows it: https://docs.slack.dev/reference/block-kit */

import type { Errors } from "./types.js";

// --- composition objects -----------------------------------------------------------------------

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

// --- elements ----------------------------------------------------------------------------------

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

/** One element where it stands. */
export interface Field<E extends Control = Control> {
  ctx: BlockContext;
  block: Block;
  spec: E;
  /** In an input block, which collects values for the submit. */
  inInput: boolean;
}

export type Builder<E extends Control> = (field: Field<E>) => HTMLElement;
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

export type StateKey = Exclude<keyof ElementState, "type">;

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

// --- blocks ------------------------------------------------------------------------------------

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

// --- rich text ---------------------------------------------------------------------------------

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
