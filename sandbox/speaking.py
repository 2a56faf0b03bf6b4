"""What people do in a channel: say, edit, delete, react, read."""

import uuid
from collections.abc import Sequence

from sandbox import frames, messages
from sandbox.core import Core
from sandbox.errors import ControlError
from sandbox.files import file_object
from sandbox.following import mark_read
from sandbox.ids import make_id
from sandbox.json_types import Json
from sandbox.rich_text import typed_blocks, typed_text
from sandbox.snapshot import channel_summary, sees
from sandbox.state import BOT_USER, Channel, Message

TEXT_LIMIT = 40_000


def say(
    core: Core,
    channel: Channel,
    user: str,
    text: str,
    thread_ts: str = "",
    files: Sequence[Json] = (),
) -> Message:
    """Post what a person typed.

    Raises:
        ControlError: there is nothing to post, or the manifest has no messages tab.
    """
    _check(core, channel, text, files)
    body: Json = {
        "type": "message",
        "user": user,
        "text": typed_text(text),
        "client_msg_id": str(uuid.uuid4()),
        "team": core.state.team_of(user),
    }
    if channel.shared_with:
        body |= {"user_team": body["team"], "source_team": body["team"]}
    if text:
        body["blocks"] = typed_blocks(text)
    if thread_ts:
        body["thread_ts"] = thread_ts
    if files:
        body |= {"subtype": "file_share", "upload": False, "files": _files(core, user, files)}
    message = messages.post(core, channel.id, body)
    _hint(core, channel, user, message)
    return message


def edit(core: Core, message: Message, user: str, text: str) -> None:
    """Replace what a person said earlier.

    Raises:
        ControlError: it is somebody else's, or there is no text.
    """
    _own(message, user)
    if not text.strip():
        raise ControlError("no_text", "A message needs text.")
    edited = {"user": user, "ts": core.next_ts()}
    fields = {"text": typed_text(text), "blocks": typed_blocks(text), "edited": edited}
    messages.change(core, message, fields)


def remove(core: Core, message: Message, user: str) -> None:
    """Delete what a person said earlier."""
    _own(message, user)
    messages.delete(core, message)


def read(core: Core, channel: Channel, user: str, thread_ts: str = "") -> None:
    """Mark as read what stands in a channel itself, or in one of its threads."""
    if thread_ts:
        mark_read(core, channel.id, thread_ts, user)
        frames.show_thread(core, channel, thread_ts)
    else:
        latest = max(core.state.messages.get(channel.id, {}), default="0")
        core.state.reads.setdefault(user, {})[channel.id] = latest
        frames.show_channel(core, channel)


def join(core: Core, channel_id: str, user: str) -> None:
    """Let a person into a public channel on their own wish.

    Raises:
        ControlError: there is no such channel, it is archived, or somebody has to bring them in.
    """
    channel = core.state.channels.get(channel_id)
    if channel is None or channel_summary(core, channel, user) is None:
        sentence = "This conversation is private. A member has to invite you."
        raise ControlError("channel_not_found", sentence)
    if channel.archived:
        raise ControlError("is_archived", "This channel is archived. Nobody can join it.")
    person = core.state.people[user]
    if person.is_guest or person.is_single_channel_guest:
        raise ControlError("user_is_restricted", "You are a guest here. A member has to add you.")
    messages.join(core, channel, user)


def _check(core: Core, channel: Channel, text: str, files: Sequence[Json]) -> None:
    if not text.strip() and not files:
        raise ControlError("no_text", "A message needs text or a file.")
    if channel.archived:
        raise ControlError("is_archived", "This channel is archived. Nobody can write in it.")
    if len(text) > TEXT_LIMIT:
        raise ControlError("msg_too_long", f"A message has at most {TEXT_LIMIT} characters.")
    closed = not core.manifest.messages_tab or core.manifest.messages_read_only
    if core.strict and channel.kind == "im" and closed:
        sentence = "Sending messages to this app has been turned off."
        raise ControlError("messages_tab_disabled", sentence)


def _own(message: Message, user: str) -> None:
    if message.author != user:
        raise ControlError("not_yours", "You can only change your own messages.")


def _files(core: Core, user: str, files: Sequence[Json]) -> list[Json]:
    return [
        file_object(
            make_id("F"),
            str(file.get("name", "file")),
            str(file.get("mimetype", "application/octet-stream")),
            int(file.get("size", 0)),
            user,
            core.base_url,
        )
        for file in files
    ]


def _hint(core: Core, channel: Channel, user: str, message: Message) -> None:
    if f"<@{BOT_USER}>" in message.body["text"] and not sees(core, BOT_USER, channel.id):
        name = core.state.handle(BOT_USER)
        hint = f"<@{BOT_USER}> isn't in this channel. Invite them with `/invite @{name}`."
        messages.slackbot_whisper(core, channel.id, user, hint)
