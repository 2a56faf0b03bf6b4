"""What a search of the catalogue found, read from the tool's text and shown as a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model.words import plural, singular

_ROW = re.compile(
    r"^\W*(?P<sku>[\w-]+):\s*(?P<about>.*?),\s*(?P<price>[€$£]?\s?[\d.,]+\d)\s*(?:each)?"
    r"(?:,\s*(?P<stock>[\d.,]*\d)\s*in stock)?\W*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the catalogue."""

    sku: str
    about: str
    price: str
    stock: str


def read_items(output: str) -> list[Item]:
    """The lines of a search's output that name an item with its price."""
    return [
        Item(**{name: value or "" for name, value in row.groupdict().items()})
        for row in _ROW.finditer(output)
    ]


def table(items: Sequence[Item]) -> str:
    """A Markdown table."""
    rows = [f"| **{it.sku}** | {it.about} | {it.price} | {it.stock or '–'} |" for it in items]
    return "\n".join(["| Item | What it is | Price | In stock |", "|:--|:--|--:|--:|", *rows])


def found(output: str, query: str) -> str:
    """The answer to a question about the catalogue."""
    items = read_items(output)
    if not items:
        return output if output.strip() else f"I found nothing for **{query}**."
    if len(items) == 1:
        return _one(items[0])
    intro = "Here is what I can order for you:" if not query else f"This matches **{query}**:"
    return f"{intro}\n\n{table(items)}\n\nSay for example `order 2 {plural(items[0].sku)}`."


def _one(item: Item) -> str:
    stock = f", {item.stock} in stock" if item.stock else ""
    return (
        f"**{item.sku}** ({item.about}): **{item.price}** each{stock}. "
        f"Say `order 5 {plural(item.sku)}` and I'll ask for the approval."
    )


def match(output: str, wanted: str) -> str | None:
    """The catalogue's name for what somebody called `wanted`, if the output has it."""
    stems = {singular(word) for word in wanted.split()}
    items = read_items(output)
    named = [item.sku for item in items if singular(item.sku) in stems]
    return named[0] if named else items[0].sku if len(items) == 1 else None
