/** The threads that a person follows, as a list where the channel would stand; those with news come first. */

import { authorId, authorName, avatar } from "./avatar.js";
import { h, plural, refill } from "./dom.js";
import { icon } from "./icons.js";
import { flatten } from "./mrkdwn.js";
import { openListed } from "./nav.js";
import { followedThreads, messageAt, placeLabel, repliesOf, state } from "./store.js";
import { dayAndTime, fullTime } from "./time.js";

/** @import { Message, Thread } from "./types.js" */

/** @param {HTMLElement} view */
export function drawThreads(view) {
  const rows = followedThreads().map(row);
  refill(view, rows.length ? h("ul.thread-list", null, rows) : nothing());
}

const nothing = () =>
  h(
    "div.home-empty",
    null,
    icon("threads", 40),
    h("h2", null, "No threads yet"),
    h("p", null, "Threads that you write in, or are named in, are listed here."),
  );

/** @param {Thread} thread */
function row(thread) {
  const channel = state.channels.get(thread.channel);
  const root = messageAt(thread.channel, thread.ts);
  const last = repliesOf(thread.channel, thread.ts)
    .filter((m) => !m.ephemeral)
    .at(-1);
  const isOpen = state.ui.thread === thread.ts && state.ui.channel === thread.channel;
  return h(
    "li",
    null,
    h(
      "button.thread-row",
      {
        type: "button",
        class: thread.unread ? "unread" : null,
        "aria-current": isOpen ? "true" : null,
        data: { testid: "thread-row", focus: `thread-row-${thread.channel}-${thread.ts}` },
        onclick: () => openListed(thread.channel, thread.ts),
      },
      h(
        "span.thread-row-head",
        null,
        h("span.thread-row-place", null, channel ? placeLabel(channel) : ""),
        thread.unread > 0 && h("span.count", null, `${thread.unread} new`),
        h("time.stamp", { title: fullTime(thread.latest) }, dayAndTime(thread.latest)),
      ),
      root && said(root),
      last && said(last),
      h("span.thread-row-count", null, plural(root?.reply_count ?? 0, "reply", "replies")),
    ),
  );
}

/** @param {Message} message */
const said = (message) =>
  h(
    "span.thread-row-said",
    null,
    avatar(authorId(message), 20),
    h("span", null, h("b", null, authorName(message)), " ", flatten(message.text ?? "")),
  );
