"""The workspace as one person sees it: what a page needs when it opens, and its later updates."""

from collections.abc import Sequence

from sandbox.core import Core
from sandbox.following import followed, mentions
from sandbox.json_types import Json
from sandbox.rendering import other_party, page_message, team_object
from sandbox.state import APP_ID, BOT_USER, TEAM_ID, Channel, Message, Person

PAGE_HISTORY = 100


def page_snapshot(core: Core, me: str) -> Json:
    """Return what a page of `me` is sent: private answers are in it until a page showed them.

    `private` names those that there are, so that an open page keeps what it shows of them.
    """
    before = [message for message in core.state.private(me) if message.shown]
    seen = snapshot(core, me, without=before)
    for message in core.state.private(me):
        message.shown = True
    seen["private"] = [f"{message.channel}:{message.ts}" for message in core.state.private(me)]
    return seen


def snapshot(core: Core, me: str, *, without: Sequence[Message] = ()) -> Json:
    """Return everything `me` may see, but for some private answers."""
    state = core.state
    mine = [channel for channel in state.channels.values() if me in channel.members]
    return {
        "seq": core.hub.seq,
        "me": me,
        "workspace": team_object(core),
        "people": [_person(person) for person in state.people.values()],
        "groups": [
            {"id": group.id, "handle": group.handle, "name": group.name, "users": group.users}
            for group in state.groups.values()
        ],
        "channels": [
            summary
            for channel in state.channels.values()
            if (summary := channel_summary(core, channel, me)) is not None
        ],
        "app": app_summary(core),
        "views": state.views.get(me, []),
        "home": state.homes.get(me),
        "statuses": statuses(core, me),
        "messages": {channel.id: _top_level(core, channel, me, without) for channel in mine},
        "threads": {
            f"{channel.id}:{root}": replies
            for channel in mine
            for root, replies in _threads(core, channel, me, without).items()
        },
        "followed": followed(core, me),
        "prompts": [
            prompt for prompt in state.prompts.values() if sees(core, me, str(prompt["channel"]))
        ],
    }


def sees(core: Core, user: str, channel: str) -> bool:
    """Whether `user` is in the channel."""
    found = core.state.channels.get(channel)
    return found is not None and user in found.members


def may_see(core: Core, user: str, message: Message) -> bool:
    """Whether `user` is in the channel, and the message is not for somebody else alone."""
    return message.ephemeral_to in (None, user) and sees(core, user, message.channel)


def channel_summary(core: Core, channel: Channel, me: str) -> Json | None:
    """Return the channel for `me`'s list, or None if `me` must not know of it."""
    joined = me in channel.members
    outside = core.state.team_of(me) != TEAM_ID
    if not joined and (channel.kind != "channel" or outside):
        return None
    messages = core.state.messages.get(channel.id, {})
    summary: Json = {
        "id": channel.id,
        "kind": channel.kind,
        "name": channel.name,
        "topic": channel.topic,
        "members": channel.members,
        "joined": joined,
        "archived": channel.archived,
        "shared": bool(channel.shared_with),
        "last_ts": max(messages, default="0"),
        "unread": 0,
        "mentions": 0,
    }
    if channel.kind == "im":
        summary["with"] = other_party(channel, me)
    return {**summary, **_unread(core, channel, me)} if joined else summary


def app_summary(core: Core) -> Json:
    """Return what the page shows about the app and its connection."""
    manifest, http = core.manifest, core.http
    return {
        "id": APP_ID,
        "name": manifest.name,
        "bot_user": BOT_USER,
        "description": manifest.description,
        "commands": [
            {
                "command": command.command,
                "description": command.description,
                "usage_hint": command.usage_hint,
            }
            for command in manifest.commands
        ],
        "delivery": "http" if http else "socket",
        "connected": http.connected if http else core.socket.connected,
        "connections": 0 if http else core.socket.connections,
        "home_tab": manifest.home_tab,
        "messages_tab": manifest.messages_tab,
        "suggested_prompts": list(manifest.suggested_prompts),
        "problems": list(manifest.problems()),
    }


def statuses(core: Core, me: str) -> list[Json]:
    """Return what the app says it is doing, where `me` can see it."""
    return [
        status_summary(core, channel, thread_ts)
        for channel, thread_ts in core.state.statuses
        if sees(core, me, channel) and core.state.statuses[channel, thread_ts].shown
    ]


def status_summary(core: Core, channel: str, thread_ts: str) -> Json:
    """Return what the app says it is doing in one thread; empty text means nothing."""
    status = core.state.statuses.get((channel, thread_ts))
    return {
        "channel": channel,
        "thread_ts": thread_ts,
        "text": status.shown if status else "",
        "loading_messages": status.loading_messages if status else [],
        "session": status.session if status else "",
    }


def visible(core: Core, channel: str, me: str, without: Sequence[Message] = ()) -> list[Message]:
    """Return a channel's messages for `me`, ephemeral ones in their place, oldest first."""
    shared = [message for message in core.state.history(channel) if may_see(core, me, message)]
    whispers = [
        message
        for message in core.state.private(me)
        if message.channel == channel and message not in without
    ]
    return sorted([*shared, *whispers], key=lambda message: message.ts)


def _top_level(core: Core, channel: Channel, me: str, without: Sequence[Message]) -> list[Json]:
    top = [message for message in visible(core, channel.id, me, without) if message.is_top_level]
    return [page_message(message) for message in top[-PAGE_HISTORY:]]


def _threads(
    core: Core, channel: Channel, me: str, without: Sequence[Message]
) -> dict[str, list[Json]]:
    threads: dict[str, list[Json]] = {}
    for message in visible(core, channel.id, me, without):
        if message.thread is not None:
            threads.setdefault(message.thread, []).append(page_message(message))
    for root, replies in threads.items():
        first = core.state.messages[channel.id].get(root)
        if first is not None:
            replies.insert(0, page_message(first))
    return threads


def _unread(core: Core, channel: Channel, me: str) -> Json:
    """Count what is new in the channel itself; what is new in threads counts there."""
    read = core.state.reads.get(me, {}).get(channel.id, "0")
    new = [
        message
        for message in core.state.history(channel.id)
        if message.is_top_level
        and message.ts > read
        and message.author != me
        and not message.deleted
    ]
    named = [message for message in new if channel.kind == "im" or mentions(core, me, message)]
    return {"unread": len(new), "mentions": len(named), "last_read": read}


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "is_bot": person.is_bot,
        "is_guest": person.is_guest or person.is_single_channel_guest,
        "is_external": person.is_external,
        "deleted": person.deleted,
        "color": person.color,
        "presence": person.presence,
    }
