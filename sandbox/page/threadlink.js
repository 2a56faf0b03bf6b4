/** The line under a message that leads to its thread, and which threads have news. */

import { avatar } from "./avatar.js";
import { h, plural } from "./dom.js";
import { icon } from "./icons.js";
import { keep, setting } from "./settings.js";
import { setUi, state } from "./store.js";
import { ago, fullTime } from "./time.js";

/** @import { Message } from "./types.js" */

/**
 * Thread to its latest reply when this person last had it open.
 * @type {Record<string, string> | null}
 */
let seen = null;

const seenKey = () => `threads:${state.me}`;

function seenThreads() {
  seen ??= setting(seenKey(), /** @type {Record<string, string>} */ ({}));
  return seen;
}

/** @param {Message} message */
function seenUntil(message) {
  const threads = seenThreads();
  const key = `${message.channel}:${message.ts}`;
  threads[key] ??= state.channels.get(message.channel)?.unread ? "" : (message.latest_reply ?? "");
  return threads[key];
}

/** A thread's replies count as new until somebody opens it. @param {string} channel @param {string} ts @param {string} latest */
export function markThreadSeen(channel, ts, latest) {
  const threads = seenThreads();
  if (threads[`${channel}:${ts}`] === latest) return;
  threads[`${channel}:${ts}`] = latest;
  keep(seenKey(), threads);
}

/** @param {Message} message */
export function threadLink(message) {
  if (!message.reply_count) return null;
  const unread = (message.latest_reply ?? "") > seenUntil(message) && state.ui.thread !== message.ts;
  return h(
    "button.thread-link",
    {
      type: "button",
      class: unread ? "unread" : null,
      data: { focus: "thread", testid: "thread-link" },
      onclick: () => openThread(message),
    },
    h(
      "span.thread-faces",
      null,
      (message.reply_users ?? []).slice(0, 4).map((id) => avatar(id, 22)),
    ),
    h("span.thread-count", null, plural(message.reply_count, "reply", "replies")),
    message.latest_reply &&
      h(
        "span.thread-last",
        null,
        "last reply ",
        h(
          "time",
          { data: { ago: message.latest_reply }, title: fullTime(message.latest_reply) },
          ago(message.latest_reply),
        ),
      ),
    icon("chevron", 14),
  );
}

/** Open the thread of a message in the pane at the right. @param {Message} message */
export function openThread(message) {
  setUi({ thread: message.thread_ts ?? message.ts, editing: null, focusThread: true });
}
