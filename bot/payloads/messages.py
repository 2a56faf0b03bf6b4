"""What was said: messages, and cards of ours that somebody deleted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.payloads.fields import each, mapping, part, text
from workflows.contracts import Message, Person, Thread

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|@?)?([^>|]*)(?:\|[^>]*)?>")
SPOKEN = frozenset({"", "file_share", "thread_broadcast"})
"""Subtypes of messages in which a person says something (slack.md, 3.2)."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message that a person wrote, and where."""

    thread: Thread
    message: Message
    is_direct: bool
    mentions_bot: bool


@dataclass(frozen=True, slots=True)
class LostCard:
    """A deleted message of ours that asked for an approval."""

    approval_id: str
    ts: str


def read_message(body: Mapping[str, Any], bot_user: str) -> Said | None:
    """Read a `message` or `app_mention` event; None for what no person said.

    `message` events of edits, deletions, joins and bots carry a `subtype` or a `bot_id`.

    Raises:
        PayloadError: it has no channel, author or time.
    """
    event = mapping(body.get("event"), "event")
    subtype, user = event.get("subtype"), event.get("user")
    if event.get("bot_id") or event.get("bot_profile") or not isinstance(user, str):
        return None
    if str(subtype or "") not in SPOKEN or user in {bot_user, "USLACKBOT"}:
        return None
    ts = text(event, "ts")
    channel = text(event, "channel")
    # In Slack Connect channels `team_id` is the workspace that installed us.
    team = str(body.get("team_id") or "") or text(event, "team")
    author = Person(team=str(event.get("user_team") or event.get("team") or team), user=user)
    raw = str(event.get("text") or "")
    return Said(
        thread=Thread(team=team, channel=channel, ts=str(event.get("thread_ts") or ts)),
        message=Message(
            id=str(body.get("event_id") or f"{channel}:{ts}"),
            ts=ts,
            author=author,
            text=plain_text(raw, bot_user),
            files=tuple(str(file.get("name") or "file") for file in each(event.get("files"))),
        ),
        is_direct=event.get("channel_type") == "im" or channel.startswith("D"),
        mentions_bot=bot_user in _MENTION.findall(raw),
    )


def read_lost_card(body: Mapping[str, Any]) -> LostCard | None:
    """Read a `message_deleted` event; None unless the message was one of our cards."""
    previous = part(mapping(body.get("event"), "event").get("previous_message"))
    approval_id = part(part(previous.get("metadata")).get("event_payload")).get("approval_id")
    if approval_id is None:
        approval_id = _button_value(previous)
    if approval_id is None:
        return None
    return LostCard(approval_id=str(approval_id), ts=str(previous.get("ts") or ""))


def plain_text(text: str, bot_user: str) -> str:
    """Slack's text as the person typed it: entities resolved, the bot's own name dropped.

    docs.slack.dev/messaging/formatting-message-text#escaping
    """
    text = _MENTION.sub(lambda it: "" if it[1] == bot_user else f"@{it[1]}", text)
    text = _LINK.sub(lambda it: it[2] or it[1].removeprefix("mailto:"), text)
    text = _CHANNEL.sub(lambda it: f"#{it[2] or it[1]}", text)
    text = _SPECIAL.sub(r"@\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _button_value(message: Mapping[str, Any]) -> str | None:
    """The id on a card's buttons: events do not always carry metadata."""
    for block in each(message.get("blocks")):
        if block.get("type") == "actions" and str(block.get("block_id", "")).startswith("decide:"):
            return next((it.get("value") for it in each(block.get("elements"))), None)
    return None
