/** Slack's mrkdwn to DOM nodes. Untrusted text only ever becomes text nodes and a few known elements. */

import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { channelChip, groupChip, link, mention, broadcast } from "./links.js";
import { fullTime, slackDate } from "./time.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/** A plain_text object or string as a text node, with shortcodes and entities resolved. */
export const plain = (text) =>
  document.createTextNode(withEmoji(unescape(typeof text === "string" ? text : (text?.text ?? ""))));

/** @param {{type: string, text: string, verbatim?: boolean}|string|null} object a text object, or mrkdwn as a string */
export function text(object) {
  if (!object) return "";
  if (object.type === "plain_text") return plain(object);
  return mrkdwn(typeof object === "string" ? object : object.text);
}

/** A whole mrkdwn text: fences and quotes as blocks, the rest inline with its line breaks kept. */
export function mrkdwn(source) {
  const out = document.createDocumentFragment();
  source.split(/```/).forEach((part, index, all) => {
    const fenced = index % 2 === 1 && index < all.length - 1;
    if (fenced) out.append(h("pre.code", null, h("code", null, unescape(part.replace(/^\n/, "").replace(/\n$/, "")))));
    else out.append(lines(index % 2 === 1 ? `\`\`\`${part}` : trimAround(part, index, all.length)));
  });
  return out;
}

/** A fence brings its own spacing, so the line break beside it is dropped. */
function trimAround(part, index, count) {
  const head = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? head.replace(/\n$/, "") : head;
}

const QUOTE = /^(?:&gt;|>)(?!&gt;|>) ?/;
const QUOTE_REST = /^(?:&gt;|>){3} ?/;

function lines(part) {
  const out = document.createDocumentFragment();
  const rows = part.split("\n");
  let run = [];
  const flush = () => {
    if (run.length) out.append(...inline(run.join("\n")));
    run = [];
  };
  for (let i = 0; i < rows.length; i++) {
    if (QUOTE_REST.test(rows[i])) {
      flush();
      rows[i] = rows[i].replace(QUOTE_REST, "");
      out.append(h("blockquote", null, ...inline(rows.slice(i).join("\n"))));
      return out;
    }
    if (!QUOTE.test(rows[i])) {
      run.push(rows[i]);
      continue;
    }
    flush();
    const quoted = [];
    for (; i < rows.length && QUOTE.test(rows[i]); i++) quoted.push(rows[i].replace(QUOTE, ""));
    i--;
    out.append(h("blockquote", null, ...inline(quoted.join("\n"))));
  }
  flush();
  return out;
}

const WORD = /[\p{L}\p{N}_]/u;
const STYLES = { "*": "strong", _: "em", "~": "s" };
const TOKEN = /<([^<>\n]+)>/y;
const CODE = /`([^`\n]+)`/y;
const SHORTCODE = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/y;
const URL_TEXT = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]]/y;

/** Inline mrkdwn to nodes. */
export function inline(source) {
  const out = [];
  let run = "";
  const push = (node, length) => {
    if (run) out.push(document.createTextNode(unescape(run)));
    run = "";
    if (node) out.push(node);
    return length;
  };
  for (let i = 0; i < source.length;) {
    const taken = special(source, i, push);
    if (!taken) run += source[i];
    i += taken || 1;
  }
  push(null, 0);
  if (out[0]?.tagName === "TIME") out[0].classList.add("leading");
  return out;
}

/** What starts at `i`, if anything special does; the number of characters taken, else 0. */
function special(source, i, push) {
  const char = source[i];
  const match = (pattern) => {
    pattern.lastIndex = i;
    return pattern.exec(source);
  };
  if (char === "<") {
    const found = match(TOKEN);
    return found ? push(token(found[1]), found[0].length) : 0;
  }
  if (char === "`") {
    const found = match(CODE);
    return found ? push(h("code", null, unescape(found[1])), found[0].length) : 0;
  }
  if (char === ":") {
    const found = match(SHORTCODE);
    return found && emoji(found[1]) ? push(emojiNode(found[1]), found[0].length) : 0;
  }
  if (char === "h" && !WORD.test(source[i - 1] ?? "")) {
    const found = match(URL_TEXT);
    return found ? push(link(unescape(found[0])), found[0].length) : 0;
  }
  if (!(char in STYLES) || WORD.test(source[i - 1] ?? "") || source[i - 1] === char) return 0;
  const end = closing(source, i, char);
  return end ? push(h(STYLES[char], null, ...inline(source.slice(i + 1, end))), end - i + 1) : 0;
}

/** Where a styled run that opens at `start` ends: after a non-space, before a non-word, on the same line. */
function closing(source, start, mark) {
  if (/\s/.test(source[start + 1] ?? " ") || source[start + 1] === mark) return 0;
  for (let i = start + 1; i < source.length && source[i] !== "\n"; i++) {
    if (source[i] === "`") {
      const code = source.indexOf("`", i + 1);
      if (code > 0) i = code;
    } else if (source[i] === mark && !/\s/.test(source[i - 1]) && !WORD.test(source[i + 1] ?? "")) return i;
  }
  return 0;
}

export const emojiNode = (name) =>
  h(
    "span.emoji",
    { role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    emoji(name) ?? `:${name}:`,
  );

/** The inside of `<…>`: a mention, a date, or a link. */
function token(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? null : body.slice(bar + 1);
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelChip(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupChip(target.slice(9), label);
  if (target.startsWith("!date^")) return date(target.slice(6), label);
  if (target.startsWith("!")) return broadcast(target.slice(1), label);
  return link(unescape(target), label === null ? null : inlineLabel(label));
}

const inlineLabel = (label) => withEmoji(unescape(label));

function date(body, fallback) {
  const [seconds, pattern, url] = body.split("^");
  if (!/^\d+$/.test(seconds) || !pattern) return document.createTextNode(fallback ?? body);
  const shown = h(
    "time",
    { title: fullTime(seconds), datetime: new Date(Number(seconds) * 1000).toISOString() },
    slackDate(seconds, pattern),
  );
  return url ? link(url, shown) : shown;
}

/** The text as one line without markup, for titles, previews and screen-reader announcements. */
export function flatten(source) {
  const holder = h("div", null, mrkdwn(source ?? ""));
  return holder.textContent.replace(/\s+/g, " ").trim();
}
