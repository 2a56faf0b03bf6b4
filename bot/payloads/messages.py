"""Messages, edits of messages, and cards of ours that somebody deleted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.payloads.entities import plain_text as plain_text  # noqa: PLC0414 - part of reading
from bot.payloads.fields import (
    PayloadError,
    each,
    identity,
    installation,
    mapping,
    part,
    text,
    whole,
)
from bot.payloads.spoken import own_words, read_spoken
from countersign.slack.origin import slack_thread
from workflows.contracts.core import Edit, Message, Origin, Person

SPOKEN = frozenset({"", "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages in which a person says something.

docs.slack.dev/reference/events/message#subtypes
"""
DIRECT_PREFIX = "D"
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")
_TEAM = re.compile(r"T[A-Z0-9]{1,40}")
EVENT_ID_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Said:
    """A message that a person wrote, and where."""

    origin: Origin
    message: Message
    is_direct: bool
    mentions_bot: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Words that a person changed, and where."""

    origin: Origin
    edit: Edit


@dataclass(frozen=True, slots=True)
class LostCard:
    """A deleted message of ours that asked for an approval."""

    approval_id: str
    ts: str


def read_message(body: Mapping[str, Any], bot_user: str) -> Said | None:
    """Read a `message` or `app_mention` event; None for what no person said.

    `message` events of edits, deletions, joins and bots carry a `subtype` or a `bot_id`.

    Raises:
        PayloadError: it has no channel, author or time, or these are none that Slack gives.
    """
    event = mapping(body.get("event"), "event")
    if not _is_a_persons(event, bot_user):
        return None
    thread, spoken = _thread(body, event, event), read_spoken(event, bot_user)
    ts = timestamp(event, "ts")
    is_direct = event.get("channel_type") == "im" or thread.channel.startswith(DIRECT_PREFIX)
    mentions_bot = event.get("type") == "app_mention" or bot_user in spoken.mentions
    return Said(
        origin=thread,
        message=Message(
            id=_event_id(body, f"{thread.channel}:{ts}"),
            ts=ts,
            author=_author(event, thread.team),
            text=spoken.text,
            files=spoken.files,
            is_addressed=is_direct or mentions_bot,
        ),
        is_direct=is_direct,
        mentions_bot=mentions_bot,
    )


def read_edit(body: Mapping[str, Any], bot_user: str) -> Changed | None:
    """Read a `message_changed` event; None unless a person changed the words of a message.

    Slack sends the same event when it adds a link's preview, counts a reply or finds out the
    language; then `edited` is as it was. docs.slack.dev/reference/events/message/message_changed

    Raises:
        PayloadError: it has no channel, author or time, or these are none that Slack gives.
    """
    event = mapping(body.get("event"), "event")
    now, earlier = part(event.get("message")), part(event.get("previous_message"))
    if not _is_a_persons(now, bot_user) or now.get("edited") in (None, earlier.get("edited")):
        return None
    if own_words(earlier, bot_user) == own_words(now, bot_user):
        return None
    thread, ts = _thread(body, event, now), timestamp(now, "ts")
    edit = Edit(
        id=_event_id(body, f"{thread.channel}:{ts}:{timestamp(event, 'ts')}"),
        ts=ts,
        author=_author(now, thread.team),
        before=read_spoken(earlier, bot_user).text,
        after=read_spoken(now, bot_user).text,
    )
    return Changed(thread, edit)


def read_lost_card(body: Mapping[str, Any]) -> LostCard | None:
    """Read a `message_deleted` event; None unless the message was one of our cards."""
    previous = part(mapping(body.get("event"), "event").get("previous_message"))
    approval_id = part(part(previous.get("metadata")).get("event_payload")).get("approval_id")
    if approval_id is None:
        approval_id = _button_value(previous)
    if approval_id is None:
        return None
    return LostCard(approval_id=str(approval_id), ts=str(previous.get("ts") or ""))


def timestamp(of: Mapping[str, Any], key: str) -> str:
    """A time as Slack writes it, which is a message's name too and orders messages.

    Raises:
        PayloadError: it is none.
    """
    found = text(of, key)
    if not _TS.fullmatch(found):
        raise PayloadError(f"{key} is no time")
    return found


def _is_a_persons(message: Mapping[str, Any], bot_user: str) -> bool:
    user = message.get("user")
    if message.get("bot_id") or message.get("bot_profile") or not isinstance(user, str):
        return False
    return str(message.get("subtype") or "") in SPOKEN and user not in {bot_user, "USLACKBOT"}


def _thread(
    body: Mapping[str, Any], event: Mapping[str, Any], message: Mapping[str, Any]
) -> Origin:
    """The thread that a message is in, or begins, in the workspace that installed us."""
    root = "thread_ts" if message.get("thread_ts") else "ts"
    team = installation(body) or identity(text(event, "team"), "team")
    channel = identity(text(event, "channel"), "channel")
    return slack_thread(team, channel, timestamp(message, root))


def _author(message: Mapping[str, Any], team: str) -> Person:
    """Who wrote it. In a shared channel they may be of another workspace than ours.

    There `team` may be an organisation, `E…`, which is nobody's workspace.
    """
    named = (whole(message.get(key)) for key in ("user_team", "source_team", "team"))
    theirs = next((it for it in named if _TEAM.fullmatch(it)), team)
    return Person(team=theirs, user=identity(text(message, "user"), "user"))


def _event_id(body: Mapping[str, Any], otherwise: str) -> str:
    return whole(body.get("event_id"))[:EVENT_ID_LIMIT] or otherwise


def _button_value(message: Mapping[str, Any]) -> str | None:
    """The id on a card's buttons: events do not always carry metadata."""
    for block in each(message.get("blocks")):
        if block.get("type") == "actions" and str(block.get("block_id", "")).startswith("decide:"):
            return next((it.get("value") for it in each(block.get("elements"))), None)
    return None
