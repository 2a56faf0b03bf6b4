"""What a person types, as Slack stores it: escaped text with entities, and a rich_text block."""

import re
from collections.abc import Iterator

from sandbox.ids import make_block_id
from sandbox.json_types import Json

ENTITY = re.compile(
    r"<(?P<body>@[UW]\w+|#C\w+|![a-z]+(?:\^\w+)?|https?://[^>|\s]+)(?:\|(?P<label>[^>]*))?>"
    r"|(?P<bare>https?://[^\s<>|]+)"
    r"|:(?P<emoji>[+-]1|[a-z][a-z0-9_+'-]*):"
)
MENTIONS = (
    ("@", "user", "user_id"),
    ("#", "channel", "channel_id"),
    ("!subteam^", "usergroup", "usergroup_id"),
    ("!", "broadcast", "range"),
)
ANGLES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """Escape the three characters that Slack's markup gives a meaning."""
    return re.sub(r"[&<>]", lambda found: ANGLES[found[0]], text)


def typed_text(typed: str) -> str:
    """Return the `text` of a message that a person typed; mentions and links stay entities."""
    parts: list[str] = []
    end = 0
    for found in ENTITY.finditer(typed):
        parts.append(escape(typed[end : found.start()]))
        bare = found["bare"]
        parts.append(f"<{bare}>" if bare else found[0])
        end = found.end()
    return "".join([*parts, escape(typed[end:])])


def typed_blocks(typed: str) -> list[Json]:
    """Return the rich_text block that Slack's composer makes of the same words."""
    section = {"type": "rich_text_section", "elements": list(_elements(typed))}
    return [{"type": "rich_text", "block_id": make_block_id(), "elements": [section]}]


def _elements(typed: str) -> Iterator[Json]:
    end = 0
    for found in ENTITY.finditer(typed):
        if found.start() > end:
            yield {"type": "text", "text": typed[end : found.start()]}
        yield _entity(found)
        end = found.end()
    if end < len(typed) or not typed:
        yield {"type": "text", "text": typed[end:]}


def _entity(found: re.Match[str]) -> Json:
    if emoji := found["emoji"]:
        return {"type": "emoji", "name": emoji}
    if bare := found["bare"]:
        return {"type": "link", "url": bare}
    body = found["body"]
    for start, kind, key in MENTIONS:
        if body.startswith(start):
            return {"type": kind, key: body.removeprefix(start)}
    return {"type": "link", "url": body, "text": found["label"] or body}
