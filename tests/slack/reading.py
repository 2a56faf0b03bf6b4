"""What a message says, and what can be pressed in it."""

import json
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def approval_id(card: Json) -> str:
    """The id that the card carries."""
    return str(card["metadata"]["event_payload"]["approval_id"])


def buttons(message: Json) -> Sequence[str]:
    """The labels of a message's buttons, without menus and *Details*, which every card keeps."""
    return [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button" and element["text"]["text"] != "Details"
    ]


def options(message: Json) -> Sequence[str]:
    """What the menus of a message offer."""
    return [
        option["text"]["text"]
        for block in message.get("blocks", ())
        for element in block.get("elements", ())
        for option in element.get("options", ())
    ]


def full_text(message: Json) -> str:
    """Everything a message says."""
    return message["text"] + json.dumps(message.get("blocks", []), ensure_ascii=False)


def row_of(message: Json, id_: str) -> Json | None:
    """The message with no other buttons than those about one approval."""
    for block in message.get("blocks", ()):
        if any(element.get("value") == id_ for element in block.get("elements", ())):
            return {**message, "blocks": [block]}
    return None


def live(message: Json, markup: str) -> Sequence[str]:
    """Texts in which Slack would interpret what a person wrote.

    In Markdown it would link an address, which says where it leads, and knows no `|label`.
    """
    kinds = {"mrkdwn"} if "://" in markup else {"mrkdwn", "markdown"}
    found: list[str] = []
    todo: list[Any] = [{"type": "mrkdwn", "text": message["text"]}, message.get("blocks", [])]
    while todo:
        item = todo.pop()
        if isinstance(item, list):
            todo.extend(item)
        elif isinstance(item, dict):
            if item.get("type") in kinds and markup in str(item.get("text")):
                found.append(str(item["text"]))
            todo.extend(item.values())
    return found
