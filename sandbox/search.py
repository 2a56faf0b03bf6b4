"""Finding messages by their words, among those that somebody may read."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.core import Core
from sandbox.json_types import Json
from sandbox.rendering import page_message
from sandbox.state import Message

FOUND_LIMIT = 20
QUERY_LIMIT = 200
SAID = ("text", "title", "fallback", "pretext", "value", "alt_text")
"""The parts of messages, blocks and attachments that people read."""
WITHIN = ("text", "blocks", "attachments", "fields", "elements", "accessory", "files")
MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")


def search(core: Core, me: str, query: str) -> list[Json]:
    """Return the messages in which every word of `query` stands, newest first."""
    words = query[:QUERY_LIMIT].lower().split()
    if not words:
        return []
    found = (message for message in _readable(core, me) if _has(core, message, words))
    newest = sorted(found, key=lambda message: message.ts, reverse=True)
    return [page_message(message) for message in newest[:FOUND_LIMIT]]


def _readable(core: Core, me: str) -> Iterator[Message]:
    for channel in core.state.channels.values():
        if me in channel.members:
            yield from (m for m in core.state.history(channel.id) if not m.deleted)


def _has(core: Core, message: Message, words: list[str]) -> bool:
    text = " ".join(_strings(message.body)).lower()
    named = MENTION.sub(lambda mention: _names(core, mention[1].upper()), text)
    return all(word in named for word in words)


def _names(core: Core, user: str) -> str:
    person = core.state.people.get(user)
    return f"@{person.name} {person.real_name}".lower() if person else user.lower()


def _strings(part: Any) -> Iterator[str]:
    """Everything that people read of a message, in no particular order."""
    if isinstance(part, list):
        for item in part:
            yield from _strings(item)
    if isinstance(part, dict):
        yield from (part[name] for name in SAID if isinstance(part.get(name), str))
        for name in WITHIN:
            yield from _strings(part.get(name))
