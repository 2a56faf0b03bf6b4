/** The line under a message that leads to its thread. */

import { avatar } from "./avatar.js";
import { h, plural } from "./dom.js";
import { icon } from "./icons.js";
import { setUi, state, threadAt } from "./store.js";
import { ago, fullTime } from "./time.js";

/** @import { Message } from "./types.js" */

/** @param {Message} message */
export function threadLink(message) {
  if (!message.reply_count) return null;
  const unread = threadAt(message.channel, message.ts)?.unread ?? 0;
  return h(
    "button.thread-link",
    {
      type: "button",
      class: unread && state.ui.thread !== message.ts ? "unread" : null,
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
