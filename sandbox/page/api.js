/** The control API: `POST /control/…` for what a person does, `GET` for what is looked up. */

import { state } from "./store.js";

/** @import { Action, Answer, Body, Delivery, Errors, Found, Query, Question } from "./types.js" */

const NO_ANSWER =
  "The app did not answer in time. It may still have acted: look at the message before you press again.";
/** @type {Record<string, string>} */
const WORDS = {
  timeout: NO_ANSWER,
  operation_timeout: NO_ANSWER,
  app_not_connected: "The app is not connected, so nobody received this.",
  http_error: "The app answered with an error.",
  unknown_command: "No app here declares this command.",
  dispatch_failed: "The app could not be reached.",
};

/** The sandbox is away; the banner says so for the whole page. */
export class Unreachable extends Error {}

/** The plain sentence for a delivery result or an error body. @param {Delivery} result */
const explain = ({ message, error }) =>
  message ?? WORDS[error ?? ""] ?? (error ? `The app's answer failed: ${error}.` : "Something went wrong.");

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
async function call(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new Unreachable("The sandbox is not running, so this was not sent.");
  });
  const body = await response.json().catch(() => null);
  if (response.status === 403 && !body?.error)
    throw new Error("The sandbox refused this page. Open the link with the token that it printed.");
  if (!body) throw new Error(`The sandbox answered ${response.status} without a reason.`);
  if (body.ok === false) throw new Error(explain(body));
  return body;
}

/**
 * Act as the person this tab is.
 * @template {Action} A
 * @param {A} action
 * @param {Body<A>} body
 * @returns {Promise<Answer<A>>}
 * @throws {Error} in words a person can read
 */
export const post = (action, body) =>
  call(`/control/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: state.me, ...body }),
  });

/**
 * Look something up as the person this tab is.
 * @template {Question} Q
 * @param {Q} question
 * @param {Query<Q>} query
 * @returns {Promise<Found<Q>>}
 * @throws {Error} in words a person can read
 */
export const get = (question, query) => call(`/control/${question}?${new URLSearchParams({ as: state.me, ...query })}`);

/**
 * Act, and see that the app took it: a call may be ok and its delivery to the app failed.
 * @template {"click" | "command" | "submit"} A
 * @param {A} action
 * @param {Body<A>} body
 * @throws {Error} in words a person can read
 */
export async function deliver(action, body) {
  /** @type {Delivery & { errors?: Errors }} */
  const result = await post(action, body);
  if (!result.errors && isFailed(result)) throw new Error(explain(result));
  return result;
}

/** @param {Delivery} result */
const isFailed = ({ delivered, error, status }) => delivered === false || Boolean(error) || (status ?? 0) >= 400;
