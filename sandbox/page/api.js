/** Talking to the sandbox: `POST /control/…` for what a person does, one websocket for what happens. */

import { applyFrame, changed, state } from "./store.js";

/** A failure in words a person can read. */
class ApiError extends Error {}

const WORDS = {
  timeout: "The app did not answer in time. It may still have acted: look at the message before you press again.",
  operation_timeout:
    "The app did not answer in time. It may still have acted: look at the message before you press again.",
  app_not_connected: "The app is not connected, so nobody received this.",
  http_error: "The app answered with an error.",
  unknown_command: "No app here declares this command.",
  dispatch_failed: "The app could not be reached.",
};

/** The plain sentence for a delivery result or an error body. */
export const explain = (result) =>
  result.message ??
  WORDS[result.error] ??
  (result.error ? `The app's answer failed: ${result.error}.` : "Something went wrong.");

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError("The sandbox cannot be reached. Is it still running?");
  }
  const body = await response.json().catch(() => null);
  if (response.status === 403 && !body?.error)
    throw new ApiError("The sandbox refused this page. Open the link with the token that it printed.");
  if (!body) throw new ApiError(`The sandbox answered ${response.status} without a reason.`);
  if (body.ok === false) throw Object.assign(new ApiError(explain(body)), { code: body.error });
  return body;
}

/** POST as the person this tab is. @returns {Promise<Object>} @throws {ApiError} */
export const post = (action, body = {}) =>
  call(`/control/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: state.me, ...body }),
  });

/** @param {Record<string, string>} query */
export const get = (action, query = {}) =>
  call(`/control/${action}?${new URLSearchParams({ ...(state.me ? { as: state.me } : {}), ...query })}`);

/** Did the app get this and answer well? A delivery result may be ok as a call and failed as a delivery. */
export const failed = (result) => result.delivered === false || Boolean(result.error) || result.status >= 400;

// --- websocket ---------------------------------------------------------------------------------

const FIRST_WAIT_MS = 400;
const MAX_WAIT_MS = 5_000;
const PING_MS = 20_000;

let socket = null;
let wait = FIRST_WAIT_MS;
let timer = null;
let wishes = {};

/** Send a page → server frame now and again after every reconnect. */
export function tell(frame) {
  wishes[frame.type] = frame;
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

function setLink(link) {
  if (state.link === link) return;
  state.link = link;
  changed("link");
}

/** Keep one websocket open as this person; every connection starts with a whole snapshot. @param {string} as user id */
export function connect(as) {
  clearTimeout(timer);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws?as=${encodeURIComponent(as)}`);
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === "snapshot") {
      wait = FIRST_WAIT_MS;
      setLink("open");
    }
    applyFrame(frame);
  };
  socket.onopen = () => Object.values(wishes).forEach((frame) => socket.send(JSON.stringify(frame)));
  socket.onclose = () => {
    if (state.link !== "refused") setLink("lost");
    timer = setTimeout(() => reconnect(as), wait);
    wait = Math.min(wait * 2, MAX_WAIT_MS);
  };
}

/** Before trying again, learn whether the server is away or refuses us: a websocket does not say. */
async function reconnect(as) {
  const answer = await fetch(`/control/state?as=${encodeURIComponent(as)}`).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (answer?.status === 403) setLink("refused");
  if (body?.error === "unknown_person") return setLink("stranger");
  if (body?.error === "user_disabled") return setLink("deactivated");
  return connect(as);
}

setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send('{"type":"ping"}'), PING_MS);

/** Reconnect at once when the machine comes back, instead of waiting for the timer. */
export function reconnectNow(as) {
  if (socket?.readyState === WebSocket.OPEN || socket?.readyState === WebSocket.CONNECTING) return;
  wait = FIRST_WAIT_MS;
  connect(as);
}
