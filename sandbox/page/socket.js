/** The websocket: one connection for what happens, opened again whenever it is lost. */

import { applyFrame, changed, state } from "./store.js";

/** @import { InspectorWish, Link } from "./types.js" */

const FIRST_WAIT_MS = 400;
const MAX_WAIT_MS = 5_000;
const PING_MS = 20_000;

/** @type {WebSocket | null} */
let socket = null;
let wait = FIRST_WAIT_MS;
/** @type {number | undefined} */
let timer;
/** @type {InspectorWish | null} */
let wish = null;

const isOpen = () => socket?.readyState === WebSocket.OPEN;

/** Say now, and again after every reconnect, whether to send the inspector's entries. @param {boolean} on */
export function watchTraffic(on) {
  wish = { type: "inspector", on };
  if (isOpen()) socket?.send(JSON.stringify(wish));
}

/** @param {Link} link */
function setLink(link) {
  if (state.link === link) return;
  state.link = link;
  changed("link");
}

/** Keep one websocket open as this person; every connection starts with a whole snapshot. @param {string} as user id */
export function connect(as) {
  clearTimeout(timer);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}/ws?as=${encodeURIComponent(as)}`);
  socket = opened;
  opened.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === "snapshot") {
      wait = FIRST_WAIT_MS;
      setLink("open");
    }
    applyFrame(frame);
  };
  opened.onopen = () => wish && opened.send(JSON.stringify(wish));
  opened.onclose = () => {
    if (state.link !== "refused") setLink("lost");
    timer = setTimeout(() => reconnect(as), wait);
    wait = Math.min(wait * 2, MAX_WAIT_MS);
  };
}

/** Before trying again, learn whether the server is away or refuses us: a websocket does not say. @param {string} as */
async function reconnect(as) {
  const answer = await fetch(`/control/state?as=${encodeURIComponent(as)}`).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (answer?.status === 403) setLink("refused");
  if (body?.error === "unknown_person") return setLink("stranger");
  if (body?.error === "user_disabled") return setLink("deactivated");
  return connect(as);
}

setInterval(() => isOpen() && socket?.send('{"type":"ping"}'), PING_MS);

/** Reconnect at once when the machine comes back, instead of waiting for the timer. @param {string} as */
export function reconnectNow(as) {
  if (isOpen() || socket?.readyState === WebSocket.CONNECTING) return;
  wait = FIRST_WAIT_MS;
  connect(as);
}
