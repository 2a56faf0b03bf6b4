"""Blocks and views as an app sends them."""

from typing import Any

from sandbox.json_types import Json


def plain(text: str) -> Json:
    """A text object without markup."""
    return {"type": "plain_text", "text": text}


def options(**texts: str) -> list[Json]:
    """Options by value."""
    return [{"text": plain(text), "value": value} for value, text in texts.items()]


def a_field(label: str, **element: Any) -> Json:
    """An input block; its ids are made from the label."""
    name = label.lower().replace(" ", "_")
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": {"action_id": "value", **element},
    }


def section(text: str = "Hello") -> Json:
    """A section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(
    text: str = "Approve", action_id: str = "approve", value: str = "1", **more: Any
) -> Json:
    """A button."""
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "text": label, "value": value, **more}


def actions(*elements: Json) -> Json:
    """An actions block."""
    return {"type": "actions", "block_id": "decision", "elements": list(elements)}


def an_input(block_id: str = "reason", **element: Any) -> Json:
    """An input block with a text field."""
    field_: Json = {"type": "plain_text_input", "action_id": "text", **element}
    label = {"type": "plain_text", "text": "Reason"}
    return {"type": "input", "block_id": block_id, "label": label, "element": field_}


def a_modal(*blocks: Json, **more: Any) -> Json:
    """A modal view."""
    return {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": "Reject"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks) or [section()],
        **more,
    }


def a_home(*blocks: Json) -> Json:
    """A Home view."""
    return {"type": "home", "blocks": list(blocks) or [section()]}
