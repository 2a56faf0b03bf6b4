"""Slack's JSON, met once: each payload becomes a small frozen value, or an error that says why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.contracts import Message, Person, Thread

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|@?)?([^>|]*)(?:\|[^>]*)?>")
SPOKEN = frozenset({"", "file_share", "thread_broadcast"})
"""Subtypes of messages in which a person says something (slack.md, 3.2)."""


class PayloadError(Exception):
    """Slack, or somebody in its place, sent something that cannot be read."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message that a person wrote, and where."""

    thread: Thread
    message: Message
    is_direct: bool
    mentions_bot: bool


@dataclass(frozen=True, slots=True)
class Click:
    """One press of a button."""

    id: str
    action: str
    value: str
    by: Person
    channel: str
    message_ts: str


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
    event = _mapping(body.get("event"), "event")
    subtype, user = event.get("subtype"), event.get("user")
    if event.get("bot_id") or event.get("bot_profile") or not isinstance(user, str):
        return None
    if str(subtype or "") not in SPOKEN or user in {bot_user, "USLACKBOT"}:
        return None
    ts = _text(event, "ts")
    channel = _text(event, "channel")
    # In Slack Connect channels `team_id` is the workspace that installed us.
    team = str(body.get("team_id") or "") or _text(event, "team")
    author = Person(team=str(event.get("user_team") or event.get("team") or team), user=user)
    raw = str(event.get("text") or "")
    return Said(
        thread=Thread(team=team, channel=channel, ts=str(event.get("thread_ts") or ts)),
        message=Message(
            id=str(body.get("event_id") or f"{channel}:{ts}"),
            ts=ts,
            author=author,
            text=plain_text(raw, bot_user),
            files=tuple(str(file.get("name") or "file") for file in _each(event.get("files"))),
        ),
        is_direct=event.get("channel_type") == "im" or channel.startswith("D"),
        mentions_bot=bot_user in _MENTION.findall(raw),
    )


def read_click(body: Mapping[str, Any]) -> Click:
    """Read a `block_actions` payload with one action.

    Raises:
        PayloadError: it has no action, value or user.
    """
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions:
        raise PayloadError("no actions")
    action = _mapping(actions[0], "action")
    user = _mapping(body.get("user"), "user")
    user_id = _text(user, "id")
    # In Slack Connect channels `team` is the workspace that installed us, so the person's
    # own workspace comes from the user where Slack sends it.
    team = user.get("team_id") or _part(body.get("team")).get("id")
    container, channel = _part(body.get("container")), _part(body.get("channel"))
    message = _part(body.get("message"))
    return Click(
        id=f"{action.get('action_ts') or body.get('trigger_id') or ''}:{user_id}",
        action=_text(action, "action_id"),
        value=_text(action, "value"),
        by=Person(
            team=str(team or ""),
            user=user_id,
            name=str(user.get("username") or user.get("name") or ""),
        ),
        channel=str(channel.get("id") or container.get("channel_id") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
    )


def read_lost_card(body: Mapping[str, Any]) -> LostCard | None:
    """Read a `message_deleted` event; None unless the message was one of our cards."""
    previous = _part(_mapping(body.get("event"), "event").get("previous_message"))
    approval_id = _part(_part(previous.get("metadata")).get("event_payload")).get("approval_id")
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
    for block in _each(message.get("blocks")):
        if block.get("type") == "actions" and str(block.get("block_id", "")).startswith("decide:"):
            return next((it.get("value") for it in _each(block.get("elements"))), None)
    return None


def _part(value: Any) -> Mapping[str, Any]:
    """A part that may be missing."""
    return value if isinstance(value, Mapping) else {}


def _each(value: Any) -> Sequence[Mapping[str, Any]]:
    """A list of parts that may be missing."""
    return [_part(item) for item in value] if isinstance(value, list) else []


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PayloadError(f"no {name}")
    return value


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    if not isinstance(value, str) or not value:
        raise PayloadError(f"no {key}")
    return value
