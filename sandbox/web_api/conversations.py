"""`conversations.*`: reading channels and their messages."""

import math
from collections.abc import Callable, Sequence

from sandbox import messages
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.rendering import channel_object
from sandbox.state import BOT_USER, Channel, Message
from sandbox.web_api.call import HISTORY_SCOPES, READ_SCOPES, Call, Method, Methods
from sandbox.web_api.paging import page

KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


def info(call: Call) -> Json:
    """Describe a conversation."""
    channel = call.channel()
    call.require_scope(READ_SCOPES[channel.kind])
    described = channel_object(channel)
    if not call.flag("include_num_members"):
        described.pop("num_members", None)
    return {"channel": described}


def list_(call: Call) -> Json:
    """List conversations of the asked-for types; private ones only if the bot is in them."""
    return _listed(call, lambda channel: channel.kind == "channel" or _has_bot(channel))


def users_conversations(call: Call) -> Json:
    """List conversations that somebody, by default the bot, is in.

    Of somebody else's, private ones only if the bot is in them too.
    """
    user = call.text("user") or BOT_USER
    if user not in call.core.state.people:
        raise SlackError("user_not_found")

    def wanted(channel: Channel) -> bool:
        known = channel.kind == "channel" or _has_bot(channel)
        return user in channel.members and known

    return _listed(call, wanted)


def members(call: Call) -> Json:
    """List who is in a conversation."""
    channel = call.channel()
    call.require_scope(READ_SCOPES[channel.kind])
    listed, metadata = page(call, channel.members)
    return {"members": listed, "response_metadata": metadata}


def history(call: Call) -> Json:
    """Return messages of a channel without replies, newest first."""
    channel = call.joined()
    call.require_scope(HISTORY_SCOPES[channel.kind])
    top = [message for message in call.core.state.history(channel.id) if message.is_top_level]
    return _messages(call, list(reversed(_within(call, top))))


def replies(call: Call) -> Json:
    """Return a thread, root first."""
    channel = call.joined()
    call.require_scope(HISTORY_SCOPES[channel.kind])
    wanted = call.core.state.messages[channel.id].get(call.need("ts"))
    if wanted is None:
        raise SlackError("thread_not_found")
    return _messages(
        call, _within(call, call.core.state.thread(channel.id, wanted.thread or wanted.ts))
    )


def open_(call: Call) -> Json:
    """Open the direct message with one person."""
    channel = call.channel() if call.text("channel") else _direct(call, call.names("users"))
    full = channel_object(channel) if call.flag("return_im") else {"id": channel.id}
    return {"no_op": True, "already_open": True, "channel": full}


def join(call: Call) -> Json:
    """Let the bot into a public channel."""
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    joined = messages.join(call.core, channel, BOT_USER)
    answer: Json = {"channel": channel_object(channel)}
    return answer if joined else {**answer, "warning": "already_in_channel"}


def _direct(call: Call, users: list[str]) -> Channel:
    if not users:
        raise SlackError("users_list_not_supplied")
    people = [call.core.state.people.get(user) for user in users]
    if not all(people):
        raise SlackError("user_not_found")
    known = [person for person in people if person]
    if any(person.is_bot for person in known):
        raise SlackError("cannot_dm_bot")
    if any(person.deleted for person in known):
        raise SlackError("user_disabled")
    if len(known) > 1:
        raise SlackError("method_not_supported")
    found = call.core.state.direct(known[0].id)
    if found is None:
        raise SlackError("user_not_visible")
    return found


def _has_bot(channel: Channel) -> bool:
    return BOT_USER in channel.members


def _listed(call: Call, wanted: Callable[[Channel], bool]) -> Json:
    types = call.names("types") or ["public_channel"]
    if any(name not in KINDS for name in types):
        raise SlackError("invalid_types")
    kinds = [KINDS[name] for name in types]
    for kind in kinds:
        if kind in READ_SCOPES:
            call.require_scope(READ_SCOPES[kind])
    hide_archived = call.flag("exclude_archived")
    found = [
        channel_object(channel)
        for channel in call.core.state.channels.values()
        if channel.kind in kinds and wanted(channel) and not (hide_archived and channel.archived)
    ]
    listed, metadata = page(call, found)
    return {"channels": listed, "response_metadata": metadata}


def _within(call: Call, found: Sequence[Message]) -> list[Message]:
    oldest, latest = _moment(call, "oldest", 0.0), _moment(call, "latest", math.inf)
    if call.flag("inclusive"):
        return [message for message in found if oldest <= float(message.ts) <= latest]
    return [message for message in found if oldest < float(message.ts) < latest]


def _moment(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError as error:
        raise SlackError(f"invalid_ts_{name}") from error


def _messages(call: Call, found: list[Message]) -> Json:
    listed, metadata = page(call, found)
    with_metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [_body(message, with_metadata=with_metadata) for message in listed],
        "has_more": bool(metadata["next_cursor"]),
    }
    return {**answer, "response_metadata": metadata} if answer["has_more"] else answer


def _body(message: Message, *, with_metadata: bool) -> Json:
    if with_metadata or "metadata" not in message.body:
        return message.body
    shown = {key: value for key, value in message.body.items() if key != "metadata"}
    return {**shown, "metadata": {"event_type": message.body["metadata"].get("event_type")}}


METHODS: Methods = {
    "conversations.info": Method(info),
    "conversations.list": Method(list_),
    "conversations.members": Method(members),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "conversations.open": Method(open_, "im:write"),
    "conversations.join": Method(join, "channels:join"),
    "users.conversations": Method(users_conversations),
}
