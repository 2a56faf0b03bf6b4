"""What a message of Slack's says, and what can be pressed in it."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def text_of(message: Json) -> str:
    """Everything that is written in a message, a line for each part of it.

    People and channels are written as in Slack's own text: `<@U0BOB>`, `<#C0OPS>`.
    """
    return "\n".join(_texts(message.get("blocks", ()))) or str(message.get("text", ""))


def buttons_of(message: Json) -> list[str]:
    """The labels of its buttons, in their order."""
    return [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def _texts(node: Any) -> Iterator[str]:
    match node:
        case {"type": "rich_text_section" | "rich_text_quote", "elements": list(parts)}:
            yield "".join(map(_inline, parts))
        case {"text": str(text)}:
            yield text
        case Mapping():
            for value in node.values():
                yield from _texts(value)
        case list():
            for value in node:
                yield from _texts(value)
        case _:
            return


def _inline(part: Json) -> str:
    """One piece of a line."""
    match part:
        case {"text": str(text)}:
            return text
        case {"user_id": str(id_)}:
            return f"<@{id_}>"
        case {"channel_id": str(id_)}:
            return f"<#{id_}>"
        case _:
            return str(part.get("fallback") or part.get("url") or part.get("name") or "")
