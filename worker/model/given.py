"""What the model is given, the last time before it is sent: encodable, bounded, and in pairs."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import structlog

from countersign.tools.text import cut, encodable
from worker.arguments import arguments_text
from worker.model.errors import NoAnswerError
from workflows.contracts.model_faults import ModelFault
from workflows.conversation.hosted import answered, settled
from workflows.conversation.memory import REQUESTED_RUN

ITEM_LIMIT = 60_000
"""Characters of one text: what tools and people say is bounded lower where it begins."""
GIVEN_LIMIT = 1_000_000
"""Characters of everything, some 250,000 tokens; what is longer, no model reads."""
LOST = "Nothing is known of what became of this call."
_WHOLE = frozenset({"encrypted_content", "id", "call_id", "name", "type", "role"})
"""What means nothing, or something else, if it is cut."""

log = structlog.get_logger(__name__)


def sendable(given: str | Sequence[Any]) -> str | list[Any]:
    """What the model is given as providers take it.

    Raises:
        NoAnswerError: it is more than any model reads.
    """
    if isinstance(given, str):
        return cut(encodable(given), ITEM_LIMIT)
    known = settled([item for item in given if isinstance(item, dict)])
    items = _in_order(_paired(answered([_bounded(item) for item in known])))
    size = len(json.dumps(items, ensure_ascii=False, default=str))
    if size > GIVEN_LIMIT:
        raise NoAnswerError(
            ModelFault.CONTEXT, f"{size:,} characters, and {GIVEN_LIMIT:,} are sent"
        )
    return items


def _bounded(value: Any, name: str = "") -> Any:
    match value:
        case str() if name == "arguments":
            return arguments_text(value)
        case str():
            return encodable(value) if name in _WHOLE else cut(encodable(value), ITEM_LIMIT)
        case dict() if value.get("type") == REQUESTED_RUN:
            return value  # another text than the one that was approved could be run
        case dict():
            return {key: _bounded(it, str(key)) for key, it in value.items()}
        case list() | tuple():
            return [_bounded(it, name) for it in value]
        case _:
            return value


def _paired(items: Sequence[Any]) -> list[Any]:
    """Every call with one answer behind it, every id once: otherwise each later request fails."""
    matched = _matched(items)
    ids: set[str] = set()
    paired: list[Any] = []
    for number, item in enumerate(items):
        is_call = _is(item, "function_call")
        if number in matched or not (is_call or _is(item, "function_call_output")):
            paired.append(_once(item, ids))
        elif is_call:
            log.warning("the model was given a call without its output", tool=item.get("name"))
            paired += [_once(item, ids), _lost(item["call_id"])]
        else:
            log.warning("an output without its call was not given to the model")
    return paired


def _matched(items: Sequence[Any]) -> set[int]:
    """Numbers of the calls that have an output, and of these outputs."""
    open_: dict[str, int] = {}
    matched: set[int] = set()
    for number, item in enumerate(items):
        if _is(item, "function_call"):
            open_[item["call_id"]] = number
        elif _is(item, "function_call_output") and item["call_id"] in open_:
            matched |= {number, open_.pop(item["call_id"])}
    return matched


def _in_order(items: Sequence[Any]) -> list[Any]:
    """Outputs that stand together in the order of their calls, not in that of their ends."""
    ordered: list[Any] = []
    places: dict[str, int] = {}
    for is_output, together in groupby(items, lambda it: _is(it, "function_call_output")):
        group = list(together)
        if is_output:
            group.sort(key=lambda it: places.get(it["call_id"], len(places)))
        else:
            calls = [it["call_id"] for it in group if _is(it, "function_call")]
            places = {id_: place for place, id_ in enumerate(calls)}
        ordered += group
    return ordered


def _once(item: Any, ids: set[str]) -> Any:
    """The item, without an id that another one has."""
    id_ = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(id_, str):
        return item
    if id_ in ids and item.get("type") != REQUESTED_RUN:  # its answer goes by it
        return {key: it for key, it in item.items() if key != "id"}
    ids.add(id_)
    return item


def _lost(call_id: str) -> dict[str, str]:
    return {"type": "function_call_output", "call_id": call_id, "output": LOST}


def _is(item: Any, kind: str) -> bool:
    return isinstance(item, Mapping) and item.get("type") == kind and "call_id" in item
