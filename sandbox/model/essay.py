"""A very long answer, for people who ask for one and for tests of how it is split."""

from collections.abc import Iterator

from sandbox.model.catalogue import Item, read_items, table
from sandbox.model.words import SKUS, plural

LENGTH = 12_500
"""Characters: more than Slack takes in one message (docs.slack.dev: markdown block, 12,000)."""

_ANGLES = (
    ("What it is for", "Teams ask for {many} when they move, grow or replace what is worn out."),
    (
        "Before you order",
        "Look whether **{many}** are left over in another office; that is *free* and faster.",
    ),
    (
        "How it is approved",
        "I propose the order, and a person presses **Approve** or **Reject**. Silence is no yes.",
    ),
    (
        "If it is rejected",
        "You read who said no and why. Ask for fewer {many}, or say better what they are for.",
    ),
    (
        "If it is late",
        "Ask `where is my order?` in the same thread. ~~Calling around~~ is not needed.",
    ),
    (
        "If it was wrong",
        "Say `cancel order` and its number. A cancellation is approved like an order.",
    ),
)


def write(found: str) -> str:
    """A report on the catalogue from a search's output, never shorter than `LENGTH`."""
    items = read_items(found) or [
        Item(sku, f"{sku} of the usual kind", "on request", "") for sku in SKUS
    ]
    parts = ["# The catalogue in detail", f"It has **{len(items)}** kinds of things.", table(items)]
    for part in _chapters(items):
        if sum(map(len, parts)) > LENGTH and part.startswith("##"):
            break
        parts.append(part)
    return "\n\n".join([*parts, "That is all I know."])


def _chapters(items: list[Item]) -> Iterator[str]:
    number = 0
    while True:
        for item in items:
            number += 1
            yield f"## {number}. {item.sku}: {item.about}"
            yield f"One **{item.sku}** costs {item.price}. Some notes from purchasing:"
            yield "\n".join(
                f"{place}. **{title}.** {text.format(many=plural(item.sku))}"
                for place, (title, text) in enumerate(_ANGLES, 1)
            )
            yield f"```text\norder {plural(item.sku, number)}\nwhere is my order?\n```"
