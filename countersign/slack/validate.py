"""Checks of messages that slack_sdk's models lack."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from countersign.slack.text import (
    BLOCKS_LIMIT,
    CONTEXT_TEXT_LIMIT,
    FIELD_LIMIT,
    MARKDOWN_LIMIT,
    MESSAGE_SIZE_LIMIT,
    SELECT_LIMIT,
    TICKS_LIMIT,
)

Json = Mapping[str, Any]
OPTIONS = {"checkboxes": TICKS_LIMIT, "radio_buttons": TICKS_LIMIT, "static_select": SELECT_LIMIT}
NEEDS_ELEMENTS = frozenset({"actions", "context", "context_actions", "rich_text"})


def message_problems(blocks: Sequence[Block]) -> list[str]:
    """What Slack would refuse in a message; empty if nothing."""
    try:
        written: list[Json] = [block.to_dict() for block in blocks]
    except SlackObjectFormationError as error:
        return [str(error)]
    return [*_problems(written), *_markdown(written)]


def _problems(blocks: Sequence[Json]) -> list[str]:
    count, length = len(blocks), len(json.dumps(blocks, ensure_ascii=False))
    found = [f"{count} blocks; {BLOCKS_LIMIT} are allowed"] if count > BLOCKS_LIMIT else []
    if length > MESSAGE_SIZE_LIMIT:
        found.append(f"{length} characters of JSON; {MESSAGE_SIZE_LIMIT} are allowed")
    found += _repeated("block_id", blocks)
    for at, block in enumerate(blocks):
        found += [f"block {at}: {problem}" for problem in _of_block(block)]
    return found


def _of_block(block: Json) -> Iterator[str]:
    elements: Sequence[Json] = block.get("elements", ())
    if block["type"] in NEEDS_ELEMENTS and not elements:
        yield "no elements"
    if block["type"] == "actions":
        yield from _repeated("action_id", elements)
    for field in block.get("fields", ()):
        length = len(field.get("text", ""))  # the SDK leaves an empty one out
        if not 1 <= length <= FIELD_LIMIT:
            yield f"a field of {length} characters"
    if block["type"] == "context":
        yield from _of_context(elements)
    for element in (block.get("accessory"), *elements):
        if element:
            yield from _of_element(element)
    yield from _empty_texts(block)


def _of_context(elements: Sequence[Json]) -> Iterator[str]:
    for element in elements:
        if len(element.get("text", "")) > CONTEXT_TEXT_LIMIT:
            yield f"a context of {len(element['text'])} characters"


def _of_element(element: Json) -> Iterator[str]:
    options: Sequence[Json] = element.get("options", ())
    most = OPTIONS.get(element["type"], SELECT_LIMIT)
    if len(options) > most:
        yield f"{len(options)} options; {most} are allowed"
    values = Counter(option["value"] for option in options)
    if any(count > 1 for count in values.values()):
        yield "two options have one value"


def _empty_texts(part: Any) -> Iterator[str]:
    """Slack refuses a text object without text, wherever it is."""
    if isinstance(part, Mapping):
        if part.get("type") in {"plain_text", "mrkdwn", "text"} and not part.get("text"):
            yield "an empty text"
        for inner in part.values():
            yield from _empty_texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _empty_texts(inner)


def _repeated(key: str, parts: Sequence[Json]) -> list[str]:
    names = Counter(part[key] for part in parts if part.get(key))
    return [f"{key} {name} is used {count} times" for name, count in names.items() if count > 1]


def _markdown(blocks: Sequence[Json]) -> list[str]:
    length = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    return [f"{length} characters of markdown"] if length > MARKDOWN_LIMIT else []
