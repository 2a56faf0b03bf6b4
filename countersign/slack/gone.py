"""What is left of a message about an approval of which nothing is known any more."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from countersign.messages.outcomes import MARKS
from countersign.slack.text import HEADER_LIMIT, plain
from workflows.contracts.decisions import Outcome

Json = Mapping[str, Any]
GONE = (
    "I no longer have a record of this request, so it can't be decided here any more. If it was "
    "approved before, it may have been done: check before asking again."
)
KEPT = frozenset({"rich_text"})
"""Blocks that say what was asked. The others say how it stands, which is not known."""


def gone_blocks(shown: Sequence[Json]) -> Sequence[Json]:
    """The title and what was asked, as the message had it, and no buttons."""
    told = {"type": "section", "text": {"type": "mrkdwn", "text": GONE}}
    return [*_header(shown), told, *(it for it in shown if it.get("type") in KEPT)]


def _header(shown: Sequence[Json]) -> Iterator[Json]:
    header = next((it for it in shown if it.get("type") == "header"), None)
    text = header.get("text") if header else None
    if isinstance(text, Mapping):
        _, _, title = str(text.get("text") or "").partition(" ")
        told = f"{MARKS[Outcome.STOPPED]} No longer on record: {title or 'a request'}"
        yield {
            "type": "header",
            "text": {"type": "plain_text", "text": plain(told, HEADER_LIMIT).text},
        }
