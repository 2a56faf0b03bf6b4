"""The words in blocks: what people type, and what apps make of theirs.

docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.payloads.entities import channel, entity, group, link, person, plain_text
from bot.payloads.fields import each, part, whole

DEEPEST = 8
"""Blocks within blocks. Slack's own have three levels."""
RICH_TEXT = "rich_text"
TABLES = frozenset({"table", "data_table"})
SILENT = frozenset({"actions", "context_actions"})
"""Buttons say nothing."""
_TEXTS = ("title", "text", "alt_text", "label", "hint")
_PARTS = ("fields", "elements", "blocks", "rows", "accessory", "element")


def block_text(blocks: Any, bot_user: str = "", depth: int = DEEPEST) -> str:
    """Everything that blocks say, each on lines of its own. What is unknown says nothing."""
    said = (_said(block, bot_user, depth) for block in each(blocks))
    return "\n".join(text for text in said if text.strip())


def typed_in(blocks: Any) -> Iterator[Mapping[str, Any]]:
    """The smallest parts of what a person typed: words, mentions, links."""
    for block in each(blocks):
        if block.get("type") == RICH_TEXT:
            yield from _leaves(each(block.get("elements")), DEEPEST)


def _leaves(elements: Sequence[Mapping[str, Any]], depth: int) -> Iterator[Mapping[str, Any]]:
    for element in elements:
        if depth and isinstance(element.get("elements"), list):
            yield from _leaves(each(element["elements"]), depth - 1)
        else:
            yield element


def _said(block: Mapping[str, Any], bot_user: str, depth: int) -> str:
    if depth <= 0:
        return ""
    kind = whole(block.get("type"))
    if kind == RICH_TEXT:
        return block_text(block.get("elements"), bot_user, depth - 1)
    if kind in TABLES:
        return "\n".join(_row(row, bot_user, depth) for row in _rows(block))
    if kind in SILENT:
        return ""
    say = _TYPED.get(kind)
    return say(block, bot_user) if say else _other(block, bot_user, depth)


def quoted(text: str) -> str:
    """Marked as somebody's words, line by line."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _typed(section: Mapping[str, Any], bot_user: str) -> str:
    leaves = _leaves(each(section.get("elements")), DEEPEST)
    return "".join(_leaf(leaf, bot_user) for leaf in leaves)


def _leaf(leaf: Mapping[str, Any], bot_user: str) -> str:
    """One element of rich text, in which nothing is escaped."""
    say = _LEAVES.get(whole(leaf.get("type")))
    if say:
        return "" if leaf.get("user_id") == bot_user else say(leaf)
    return next((said for key in _SAYING if (said := whole(leaf.get(key)))), "")


def _list(block: Mapping[str, Any], bot_user: str) -> str:
    indent = "    " * min(_number(block.get("indent")), DEEPEST)
    first = _number(block.get("offset")) + 1
    lines: list[str] = []
    for number, item in enumerate(each(block.get("elements")), first):
        marker = f"{number}." if block.get("style") == "ordered" else "-"
        lines.append(f"{indent}{marker} {_typed(item, bot_user)}")
    return "\n".join(lines)


def _rows(table: Mapping[str, Any]) -> Iterator[Sequence[Mapping[str, Any]]]:
    rows = table.get("rows")
    return (each(row) for row in rows) if isinstance(rows, list) else iter(())


def _row(cells: Sequence[Mapping[str, Any]], bot_user: str, depth: int) -> str:
    said = (" ".join(_said(cell, bot_user, depth - 1).split()) for cell in cells)
    return f"| {' | '.join(said)} |"


def _other(block: Mapping[str, Any], bot_user: str, depth: int) -> str:
    """Sections, headers, images, files and what a later Slack may bring: their texts, in order."""
    texts = [_words(block.get(key), bot_user) for key in _TEXTS]
    for key in _PARTS:
        held = block.get(key)
        texts.append(block_text([held] if isinstance(held, Mapping) else held, bot_user, depth - 1))
    return "\n".join(text for text in texts if text)


def _words(text: Any, bot_user: str) -> str:
    """A text object, or a bare text."""
    if isinstance(text, str):
        return plain_text(text, bot_user)
    words = part(text).get("text")
    if not isinstance(words, str):
        return ""
    return words if part(text).get("type") == "plain_text" else plain_text(words, bot_user)


def _number(value: Any) -> int:
    return max(value, 0) if isinstance(value, int) and value < 10_000 else 0


_TYPED: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "rich_text_section": _typed,
    "rich_text_preformatted": lambda it, us: f"```\n{_typed(it, us)}\n```",
    "rich_text_quote": lambda it, us: quoted(_typed(it, us)),
    "rich_text_list": _list,
}
_LEAVES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "user": lambda it: person(whole(it.get("user_id"))),
    "channel": lambda it: channel(whole(it.get("channel_id"))),
    "usergroup": lambda it: group(whole(it.get("usergroup_id"))),
    "broadcast": lambda it: entity(f"!{whole(it.get('range'))}", ""),
    "link": lambda it: link(whole(it.get("url")), whole(it.get("text"))),
    "emoji": lambda it: f":{whole(it.get('name'))}:",
}
_SAYING = ("text", "value", "fallback", "name")
"""Where other elements, such as words and dates, have what is seen of them."""
