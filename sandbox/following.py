"""The threads that somebody follows, and how much is new in them."""

from collections.abc import Iterator

from sandbox.core import Core
from sandbox.json_types import Json
from sandbox.state import Channel, Message

FOLLOWED_LIMIT = 200


def followed(core: Core, me: str) -> list[Json]:
    """Return the threads that `me` follows, the one with the latest reply first."""
    mine = (channel for channel in core.state.channels.values() if me in channel.members)
    found = [
        summary
        for channel in mine
        for root, thread in _threads(core, channel)
        if (summary := _summary(core, channel, root, thread, me))["followed"]
    ]
    return sorted(found, key=lambda summary: summary["latest"], reverse=True)[:FOLLOWED_LIMIT]


def thread_summary(core: Core, channel: Channel, root: str, me: str) -> Json:
    """Return what is new for `me` in a thread: unread replies, and whether `me` follows it."""
    return _summary(core, channel, root, core.state.thread(channel.id, root), me)


def mark_read(core: Core, channel: str, root: str, me: str) -> None:
    """Take note that `me` has read a thread to its end."""
    latest = max((message.ts for message in core.state.thread(channel, root)), default="0")
    core.state.thread_reads.setdefault(me, {})[f"{channel}:{root}"] = latest


def mentions(core: Core, me: str, message: Message) -> bool:
    """Whether a message names `me`, a group that `me` is in, or everybody."""
    text = str(message.body.get("text", ""))
    if f"<@{me}>" in text or "<!channel>" in text or "<!here>" in text:
        return True
    groups = core.state.groups.values()
    return any(f"<!subteam^{group.id}" in text and me in group.users for group in groups)


def _threads(core: Core, channel: Channel) -> Iterator[tuple[str, list[Message]]]:
    """Every thread with its messages, the root first unless it is gone."""
    threads: dict[str, list[Message]] = {}
    for message in core.state.history(channel.id):
        if message.thread is not None:
            threads.setdefault(message.thread, []).append(message)
    for root, replies in threads.items():
        first = core.state.messages[channel.id].get(root)
        yield root, [first, *replies] if first else replies


def _summary(core: Core, channel: Channel, root: str, thread: list[Message], me: str) -> Json:
    read = core.state.thread_reads.get(me, {}).get(f"{channel.id}:{root}", "0")
    replies = [message for message in thread if message.thread and not message.deleted]
    new = [reply for reply in replies if reply.ts > read and reply.author != me]
    return {
        "channel": channel.id,
        "ts": root,
        "latest": replies[-1].ts if replies else "0",
        "unread": len(new),
        "followed": bool(replies) and _follows(core, channel, thread, me),
    }


def _follows(core: Core, channel: Channel, thread: list[Message], me: str) -> bool:
    """Who wrote in a thread or was named in it follows it, and so do both sides of a DM."""
    if channel.kind == "im":
        return True
    return any(message.author == me or mentions(core, me, message) for message in thread)
