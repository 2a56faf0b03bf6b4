/** Starts the page: puts the panes in place, connects, and routes clicks on links inside the workspace. */

import { connect, reconnectNow } from "./api.js";
import { authorName } from "./avatar.js";
import { settings } from "./dom.js";
import { mountInspector } from "./inspector.js";
import { mountKeys } from "./keys.js";
import { mountModals } from "./modal.js";
import { flatten } from "./mrkdwn.js";
import { addressAs, follow, openChannel, openFirst, syncAddress } from "./nav.js";
import { announce } from "./overlays.js";
import { mountPane } from "./pane.js";
import { mountSidebar } from "./sidebar.js";
import { humans, isMine, onFrame, setUi, state, watch } from "./store.js";
import { mountThread } from "./thread.js";
import { ago } from "./time.js";

const DEFAULT_PERSON = "U0ALICE";
const TICK_MS = 20_000;

const $ = (id) => document.getElementById(id);

/** Who this tab is: the address says, by id or by name; without it, whoever was last. */
const asked = new URLSearchParams(location.search).get("as") ?? settings.get("me") ?? DEFAULT_PERSON;
const byName = !/^[UW][A-Z0-9]+$/.test(asked);
const me = byName ? DEFAULT_PERSON : asked;

mountSidebar($("sidebar"));
mountPane($("main"));
mountThread($("thread"));
mountInspector($("inspector"));
mountModals();
mountKeys();

watch(["snapshot"], () => {
  const meant = byName && humans().find((p) => p.name === asked.toLowerCase());
  if (meant && meant.id !== state.me) return location.replace(addressAs(meant.id));
  document.body.classList.add("ready");
  settings.set("me", state.me);
  if (!state.channels.has(state.ui.channel)) openFirst();
  return undefined;
});
watch(["ui"], syncAddress);

onFrame((frame, { isNew }) => {
  if (frame.type !== "message" || !isNew || isMine(frame.message) || frame.message.channel !== state.ui.channel) return;
  announce(`${authorName(frame.message)}: ${flatten(frame.message.text ?? "")}`);
});

document.addEventListener("click", (event) => {
  const plainClick = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  const link = plainClick && event.target.closest("a[data-inside], a[data-goto]");
  if (!link) return;
  if (link.dataset.goto) openChannel(link.dataset.goto);
  else if (!follow(link.href)) return;
  event.preventDefault();
});

$("scrim").addEventListener("click", () => setUi({ sidebar: false }));
for (const wake of ["online", "focus"]) addEventListener(wake, () => reconnectNow(me));

setInterval(() => {
  for (const node of document.querySelectorAll("[data-ago]")) node.textContent = ago(node.dataset.ago);
}, TICK_MS);

connect(me);
