"""Whole messages and views: what Slack's server says about them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.block_kit.blocks import HOME_BLOCKS, MARKDOWN_LIMIT, MESSAGE_BLOCKS, MODAL_BLOCKS
from sandbox.block_kit.objects import plain
from sandbox.block_kit.report import Report
from sandbox.block_kit.rules import OneOf, Rule, Shape, anything, boolean, choice, string
from sandbox.errors import SlackError
from sandbox.ids import make_block_id
from sandbox.json_types import Json

MESSAGE_BLOCK_LIMIT = 50
VIEW_BLOCK_LIMIT = 100
BLOCKS_SIZE_LIMIT = 13_200
"""Slack documents no such limit; `msg_blocks_too_long` was seen from here on."""

_VIEW_FIELDS: dict[str, Rule] = {
    "type": choice("modal", "home"),
    "blocks": anything,
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
_MODAL = Shape(
    {
        **_VIEW_FIELDS,
        "title": plain(24),
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    ("title", "blocks"),
)
_HOME = Shape(_VIEW_FIELDS, ("blocks",))


def message_problems(blocks: Any, pointer: str = "/blocks") -> list[str]:
    """Return Slack's complaints about the blocks of a message."""
    report = Report()
    items = report.items(blocks, pointer, 0, MESSAGE_BLOCK_LIMIT)
    _check_blocks(report, items, pointer, MESSAGE_BLOCKS)
    markdown = [len(str(block.get("text", ""))) for block in _of_type(items, "markdown")]
    if sum(markdown) > MARKDOWN_LIMIT:
        report.add(pointer, f"markdown blocks together exceed {MARKDOWN_LIMIT} characters")
    if len(_of_type(items, "table")) > 1:
        report.add(pointer, "only_one_table_allowed")
    return report.messages


def view_problems(view: Any, pointer: str = "/view") -> list[str]:
    """Return Slack's complaints about a modal or a Home."""
    report = Report()
    found = report.object(view, pointer)
    if found is None:
        return report.messages
    modal = found.get("type") != "home"
    (_MODAL if modal else _HOME)(report, found, pointer)
    blocks = report.items(found.get("blocks", []), f"{pointer}/blocks", 0, VIEW_BLOCK_LIMIT)
    _check_blocks(report, blocks, f"{pointer}/blocks", MODAL_BLOCKS if modal else HOME_BLOCKS)
    if modal and _of_type(blocks, "input") and not found.get("submit"):
        report.add(pointer, "missing required field: submit")
    return report.messages


def checked_message_blocks(blocks: list[Json], *, strict: bool) -> list[Json]:
    """Return a message's blocks, each with a `block_id`.

    Raises:
        SlackError: `invalid_blocks` or `msg_blocks_too_long`.
    """
    if strict:
        if problems := message_problems(blocks):
            raise SlackError("invalid_blocks", response_metadata={"messages": problems})
        if len(json.dumps(blocks, ensure_ascii=False)) > BLOCKS_SIZE_LIMIT:
            raise SlackError("msg_blocks_too_long")
    return with_block_ids(blocks)


def with_block_ids(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks with a name for each, and for each element, that has none."""
    return [_named(block) for block in blocks]


def _named(block: Json) -> Json:
    named: Json = {**block, "block_id": block.get("block_id") or make_block_id()}
    for key in ("accessory", "element"):
        if isinstance(named.get(key), dict):
            named[key] = _with_action_id(named[key])
    if named.get("type") in ("actions", "context_actions"):
        elements: list[Json] = named.get("elements", [])
        named["elements"] = [_with_action_id(element) for element in elements]
    return named


def _with_action_id(element: Json) -> Json:
    if element.get("type") == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": make_block_id()}


def _check_blocks(
    report: Report, blocks: Sequence[Any], pointer: str, allowed: Mapping[str, Rule]
) -> None:
    rule = OneOf(allowed)
    for index, block in enumerate(blocks):
        rule(report, block, f"{pointer}/{index}")
        if isinstance(block, dict):
            _check_action_ids(report, block, f"{pointer}/{index}")
    names = Counter(block["block_id"] for block in _objects(blocks) if block.get("block_id"))
    for name, count in names.items():
        if count > 1:
            report.add(pointer, f"block_id `{name}` is used more than once")


def _check_action_ids(report: Report, block: Json, pointer: str) -> None:
    names = Counter(
        element["action_id"]
        for element in _objects(block.get("elements"))
        if element.get("action_id")
    )
    for name, count in names.items():
        if count > 1:
            report.add(f"{pointer}/elements", f"`action_id` `{name}` already exists")


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, (list, tuple)):
        yield from (item for item in value if isinstance(item, dict))


def _of_type(blocks: Sequence[Any], name: str) -> list[Json]:
    return [block for block in _objects(blocks) if block.get("type") == name]
