"""Telling pages what changed: messages, channels and statuses, to those who may see them."""

from typing import Any

from sandbox.changes import Topic
from sandbox.core import Core
from sandbox.following import thread_summary
from sandbox.json_types import Json
from sandbox.rendering import page_message
from sandbox.snapshot import channel_summary, may_see, sees, status_summary
from sandbox.state import Channel, Message, Status


def show_message(core: Core, message: Message) -> None:
    """Tell pages that a message is new or changed."""
    message.n += 1
    core.changed()
    frame = {"type": "message", "message": page_message(message)}
    core.hub.publish(lambda viewer: frame if may_see(core, viewer, message) else None)
    if message.ephemeral_to is not None and core.hub.is_open_for(message.ephemeral_to):
        message.shown = True
    for topic in topics(message):
        core.hub.changes.tell(topic, message)


def topics(message: Message) -> tuple[Topic, ...]:
    """What somebody may wait for who waits for this message: whatever is here, a thread, itself."""
    if message.ephemeral_to is not None:
        return (("ephemeral", message.ephemeral_to),)
    return (
        ("message", message.channel),
        ("message in a thread", f"{message.channel} {message.thread}"),
        ("one message", f"{message.channel} {message.ts}"),
    )


def hide_message(core: Core, message: Message) -> None:
    """Tell pages that a message is gone."""
    core.changed()
    frame = {"type": "message_removed", "channel": message.channel, "ts": message.ts}
    core.hub.publish(lambda viewer: frame if may_see(core, viewer, message) else None)


def show_channel(core: Core, channel: Channel) -> None:
    """Tell each page how the channel looks to its person now."""
    core.changed()

    def frame(viewer: str) -> Json | None:
        summary = channel_summary(core, channel, viewer)
        return None if summary is None else {"type": "channel", "channel": summary}

    core.hub.publish(frame)


def show_thread(core: Core, channel: Channel, root: str) -> None:
    """Tell each page how much is new in a thread for its person."""
    core.changed()

    def frame(viewer: str) -> Json | None:
        if not sees(core, viewer, channel.id):
            return None
        return {"type": "thread", "thread": thread_summary(core, channel, root, viewer)}

    core.hub.publish(frame)


def set_status(core: Core, channel: str, thread_ts: str, **changes: Any) -> None:
    """Change what the app says it is doing in a thread, and tell who can see it."""
    key = (channel, thread_ts)
    known = core.state.statuses.get(key)
    if known is None and not any(changes.values()):
        return
    status = core.state.statuses.setdefault(key, Status())
    for name, value in changes.items():
        setattr(status, name, value)
    if not status.text:
        status.loading_messages = []
    frame = {"type": "status", **status_summary(core, channel, thread_ts)}
    if not (status.text or status.session):
        del core.state.statuses[key]
    core.hub.publish(lambda viewer: frame if sees(core, viewer, channel) else None)
    core.hub.changes.tell(("status", ""), key)
