"""What can happen to messages: posted, whispered, changed, deleted, reacted to."""

from sandbox import events
from sandbox.core import Core
from sandbox.following import mark_read
from sandbox.frames import hide_message, set_status, show_channel, show_message, show_thread
from sandbox.json_types import Json
from sandbox.rendering import bot_profile
from sandbox.state import APP_ID, BOT_ID, BOT_USER, SLACKBOT, TEAM_ID, Channel, Message
from sandbox.threads import count_reply, uncount_reply

EPHEMERAL_LIMIT = 500
TOMBSTONE = "This message was deleted."


def bot_body(core: Core, content: Json) -> Json:
    """Return a message body under the bot's name."""
    return {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "bot_profile": bot_profile(core),
        "text": "",
        **content,
    }


def post(core: Core, channel: str, body: Json, *, streaming: bool = False) -> Message:
    """Put a message into a channel or a thread and tell everyone, the app included."""
    ts = core.next_ts()
    message = Message(channel, {**body, "ts": ts}, streaming=streaming)
    core.state.messages.setdefault(channel, {})[ts] = message
    if message.thread is not None:
        count_reply(core, message)
    if message.author == BOT_USER:
        set_status(core, channel, message.thread or ts, text="")
    else:
        _read_by_author(core, message)
    show_message(core, message)
    _show_counts(core, message)
    events.message_posted(core, message)
    return message


def whisper(core: Core, channel: str, user: str, body: Json) -> Message:
    """Show a message to one person only; it is never stored or sent to the app."""
    message = Message(channel, {**body, "ts": core.next_ts()}, ephemeral_to=user)
    core.state.ephemerals.append(message)
    del core.state.ephemerals[:-EPHEMERAL_LIMIT]
    show_message(core, message)
    return message


def slackbot_whisper(core: Core, channel: str, user: str, text: str) -> None:
    """Show a hint from Slack itself."""
    body: Json = {"type": "message", "user": SLACKBOT, "username": "Slackbot", "text": text}
    whisper(core, channel, user, body)


def change(core: Core, message: Message, fields: Json, *, announce: bool = True) -> None:
    """Replace parts of a message; None removes a part. `announce` sends the app an event."""
    previous = dict(message.body)
    merged = {**message.body, **fields}
    message.body = {key: value for key, value in merged.items() if value is not None}
    show_message(core, message)
    if announce and message.ephemeral_to is None:
        events.message_changed(core, message, previous)


def delete(core: Core, message: Message) -> None:
    """Take a message away; a root with replies leaves a tombstone."""
    if message.ephemeral_to is not None:
        core.state.ephemerals.remove(message)
        hide_message(core, message)
        return
    if message.body.get("reply_count"):
        _bury(core, message)
    else:
        del core.state.messages[message.channel][message.ts]
        hide_message(core, message)
    if message.thread is not None:
        uncount_reply(core, message)
    events.message_deleted(core, message)
    _show_counts(core, message)


def react(core: Core, message: Message, user: str, emoji: str, *, add: bool) -> bool:
    """Add or remove a person's reaction; False if there was nothing to do."""
    users = _reactions(message).get(emoji, [])
    if (user in users) is add:
        return False
    changed = [*users, user] if add else [other for other in users if other != user]
    reactions = {**_reactions(message), emoji: changed}
    message.body = {
        **message.body,
        "reactions": [
            {"name": name, "users": who, "count": len(who)}
            for name, who in reactions.items()
            if who
        ],
    }
    show_message(core, message)
    events.reaction(core, "reaction_added" if add else "reaction_removed", message, user, emoji)
    return True


def join(core: Core, channel: Channel, user: str, inviter: str | None = None) -> bool:
    """Make somebody a member; False if they were one already."""
    if user in channel.members:
        return False
    channel.members.append(user)
    body: Json = {
        "type": "message",
        "subtype": "channel_join",
        "user": user,
        "text": f"<@{user}> has joined the channel",
        "team": core.state.team_of(user),
    }
    post(core, channel.id, {**body, "inviter": inviter} if inviter else body)
    events.member_joined(core, channel, user, inviter)
    return True


def leave(core: Core, channel: Channel, user: str) -> bool:
    """Take somebody out of a channel; False if they were not in it."""
    if user not in channel.members:
        return False
    body: Json = {
        "type": "message",
        "subtype": "channel_leave",
        "user": user,
        "text": f"<@{user}> has left the channel",
        "team": core.state.team_of(user),
    }
    channel.members.remove(user)
    post(core, channel.id, body)
    events.member_left(core, channel, user)
    return True


def _read_by_author(core: Core, message: Message) -> None:
    """Who writes has read what stands above."""
    if message.is_top_level:
        core.state.reads.setdefault(message.author, {})[message.channel] = message.ts
    if message.thread is not None:
        mark_read(core, message.channel, message.thread, message.author)


def _show_counts(core: Core, message: Message) -> None:
    channel = core.state.channels[message.channel]
    show_channel(core, channel)
    if message.thread is not None:
        show_thread(core, channel, message.thread)


def _bury(core: Core, message: Message) -> None:
    keep = ("type", "ts", "thread_ts", "reply_count", "reply_users", "latest_reply", "team")
    kept = {key: message.body[key] for key in keep if key in message.body}
    message.body = {**kept, "subtype": "tombstone", "text": TOMBSTONE, "user": SLACKBOT}
    message.deleted = True
    show_message(core, message)


def _reactions(message: Message) -> dict[str, list[str]]:
    return {item["name"]: list(item["users"]) for item in message.body.get("reactions", ())}
