/** Sends what people write, one after the other: messages, and commands of the app. */

import { deliver, post } from "./api.js";
import { encode } from "./encode.js";

/** @typedef {{ channel: string, thread?: string | null }} Destination */
/** @typedef {{ to: Destination, typed: string, files: File[] }} Job */

/** @type {Promise<unknown>} */
let queue = Promise.resolve();

/**
 * Send something after everything that was sent before.
 * @param {Job} job
 * @returns {Promise<string | null>} the timestamp of the message; commands have none
 * @throws {Error} in words a person can read
 */
export function send(job) {
  const command = parseCommand(job.typed);
  const sent = queue.then(() => (command ? run(job.to, command) : say(job)));
  queue = sent.catch(() => null);
  return sent;
}

/** @param {Destination} to */
export const placeOf = ({ channel, thread }) => ({ channel, ...(thread ? { thread_ts: thread } : {}) });

/** @param {Job} job */
async function say({ to, typed, files }) {
  const list = files.map(({ name, type, size }) => ({ name, mimetype: type || "application/octet-stream", size }));
  const text = encode(typed.trim());
  const { ts } = await post("say", { ...placeOf(to), text, ...(list.length ? { files: list } : {}) });
  return ts;
}

/** @param {Destination} to @param {{ name: string, text: string }} command */
async function run(to, { name, text }) {
  await deliver("command", { ...placeOf(to), command: name, text: encode(text) });
  return null;
}

/**
 * A leading slash makes a command; a space before it makes it text. Which commands exist is the server's to say.
 * @param {string} typed
 */
function parseCommand(typed) {
  const match = /^(\/[a-z][\w-]*)(?:\s+([\s\S]*))?$/i.exec(typed.trimEnd());
  return match && { name: match[1], text: (match[2] ?? "").trim() };
}
