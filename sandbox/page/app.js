/** Starts the page: puts the panes in place, connects, and routes clicks on links inside the workspace. */

import { authorName } from "./avatar.js";
import { mountBanner } from "./banner.js";
import { all, byId, closest } from "./dom.js";
import { mountInspector } from "./inspector.js";
import { mountKeys } from "./keys.js";
import { mountModals } from "./modal.js";
import { flatten } from "./mrkdwn.js";
import { addressAs, follow, openChannel, openFirst, syncAddress } from "./nav.js";
import { mountPane } from "./pane.js";
import { keep, setting } from "./settings.js";
import { mountSidebar } from "./sidebar.js";
import { connect, reconnectNow } from "./socket.js";
import { humans, isMine, onFrame, setUi, state, watch } from "./store.js";
import { mountThread } from "./thread.js";
import { ago } from "./time.js";
import { announce } from "./toast.js";

const DEFAULT_PERSON = "U0ALICE";
const TICK_MS = 20_000;

/** Who this tab is: the address says, by id or by name; without it, whoever was last. */
const asked = new URLSearchParams(location.search).get("as") ?? setting("me", DEFAULT_PERSON);
const byName = !/^[UW][A-Z0-9]+$/.test(asked);
const me = byName ? DEFAULT_PERSON : asked;

mountBanner(byId("banner"));
mountSidebar(byId("sidebar"));
mountPane(byId("main"));
mountThread(byId("thread"));
mountInspector(byId("inspector"));
mountModals();
mountKeys();

watch(["snapshot"], () => {
  const meant = byName && humans().find((p) => p.name === asked.toLowerCase());
  if (meant && meant.id !== state.me) return location.replace(addressAs(meant.id));
  document.body.classList.add("ready");
  keep("me", state.me);
  if (!state.channels.has(state.ui.channel)) openFirst();
});
watch(["ui"], syncAddress);

onFrame((frame, { isNew }) => {
  if (frame.type !== "message" || !isNew || isMine(frame.message) || frame.message.channel !== state.ui.channel) return;
  announce(`${authorName(frame.message)}: ${flatten(frame.message.text ?? "")}`);
});

document.addEventListener("click", (event) => {
  const plainClick = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  const link = plainClick && closest(event, "a[data-inside], a[data-goto]");
  if (!(link instanceof HTMLAnchorElement)) return;
  if (link.dataset.goto) openChannel(link.dataset.goto);
  else if (!follow(link.href)) return;
  event.preventDefault();
});

byId("scrim").addEventListener("click", () => setUi({ sidebar: false }));
for (const wake of ["online", "focus"]) addEventListener(wake, () => reconnectNow(me));

setInterval(() => {
  for (const node of all(document, "[data-ago]")) node.textContent = ago(node.dataset.ago ?? "");
}, TICK_MS);

connect(me);
