/** Dates in the reader's own zone. Slack timestamps are "seconds.micros" strings. */

const LOCALE = navigator.language?.startsWith("en") ? navigator.language : "en-GB";

/** @typedef {(date: Date) => string} Format */
/** @typedef {string | number} Timestamp in seconds; Slack's are strings */

/** @param {Intl.DateTimeFormatOptions} options @returns {Format} */
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(LOCALE, options);
  return (date) => formatter.format(date);
};

const clock = format({ hour: "numeric", minute: "2-digit" });
const clockSeconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const full = format({ dateStyle: "full", timeStyle: "short" });
const slash = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
/** @type {Record<string, string>} */
const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };
const HALF_A_YEAR_DAYS = 182;

/**
 * A date without its year if that is near, as Slack writes it; "November 23rd" where the month stands first.
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {Format}
 */
function nearDate(options) {
  const near = new Intl.DateTimeFormat(LOCALE, options);
  const far = new Intl.DateTimeFormat(LOCALE, { ...options, year: "numeric" });
  return (day) => {
    const parts = (Math.abs(dayOffset(day)) < HALF_A_YEAR_DAYS ? near : far).formatToParts(day);
    const order = parts.map((part) => part.type);
    const counted = options.month === "long" && order.indexOf("month") < order.indexOf("day");
    return parts.map(({ type, value }) => (counted && type === "day" ? ordinal(value) : value)).join("");
  };
}

/** @param {string} day */
const ordinal = (day) => day + ENDINGS[ordinals.select(Number(day))];

const short = nearDate({ month: "short", day: "numeric" });
const medium = nearDate({ month: "long", day: "numeric" });
const long = nearDate({ weekday: "long", month: "long", day: "numeric" });
/** @type {Format} */
const numeric = (day) =>
  [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

/** @param {Timestamp} ts */
const dateOf = (ts) => new Date(Number(ts) * 1000);
/** @param {Timestamp} ts */
export const timeOf = (ts) => clock(dateOf(ts));
/** Without AM and PM, for where there is little room. @param {Timestamp} ts */
export const shortTime = (ts) => timeOf(ts).replace(/\s?[AP]M$/i, "");
/** @param {Timestamp} ts */
export const fullTime = (ts) => full(dateOf(ts));

/** Days from today: 0 today, -1 yesterday, 1 tomorrow. @param {Date} date */
function dayOffset(date) {
  /** @param {Date} d */
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  return Math.round((midnight(date) - midnight(new Date())) / 86_400_000);
}

/** @type {Record<string, string>} */
const RELATIVE_DAY = { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" };

/** @param {Timestamp} ts */
export const dayKey = (ts) => dateOf(ts).toDateString();
/** @param {Timestamp} ts */
export const dayLabel = (ts) => RELATIVE_DAY[dayOffset(dateOf(ts))] ?? long(dateOf(ts));

/** "Today at 9:22 PM", where no line above says the day. @param {Timestamp} ts */
export function dayAndTime(ts) {
  const day = dateOf(ts);
  return `${RELATIVE_DAY[dayOffset(day)] ?? short(day)} at ${clock(day)}`;
}

/** "just now", "5 minutes ago", "2 hours ago", "3 days ago". @param {Timestamp} ts */
export function ago(ts, now = Date.now()) {
  const seconds = Math.max(0, now / 1000 - Number(ts));
  if (seconds < 45) return "just now";
  for (const [word, size] of Object.entries({ day: 86_400, hour: 3_600, minute: 60 })) {
    const n = Math.round(seconds / size);
    if (seconds >= size * 0.75 && n >= 1) return `${n} ${word}${n === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

/** "in 3 hours" or "5 minutes ago", for Slack's `{ago}`. @param {Timestamp} ts */
function distance(ts) {
  const left = Number(ts) - Date.now() / 1000;
  if (left <= 0) return ago(ts);
  return ago(Date.now() / 1000 - left)
    .replace(" ago", "")
    .replace(/^(?!just)/, "in ")
    .replace("just now", "now");
}

/** @param {Format} formatter @returns {Format} */
const pretty = (formatter) => (date) => RELATIVE_DAY[dayOffset(date)]?.toLowerCase() ?? formatter(date);

/** @type {Record<string, Format>} */
const TOKENS = {
  date_num: numeric,
  date_slash: slash,
  date: medium,
  date_short: short,
  date_long: long,
  date_pretty: pretty(medium),
  date_short_pretty: pretty(short),
  date_long_pretty: pretty(long),
  time: clock,
  time_secs: clockSeconds,
  day_divider_pretty: pretty(long),
};

/**
 * Slack's date format, `{date_short_pretty} at {time}`.
 * @param {Timestamp} timestamp
 * @param {string} pattern
 */
export function slackDate(timestamp, pattern) {
  const date = dateOf(timestamp);
  return pattern.replace(/\{(\w+)\}/g, (whole, name) =>
    name === "ago" ? distance(timestamp) : (TOKENS[name]?.(date) ?? whole),
  );
}
