"""The fields in which a tool's arguments are edited, with their values of now."""

import json
import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from slack_sdk.models.blocks import (
    Block,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)

from countersign.slack.modals.frame import VALUE, field
from countersign.slack.modals.schema import Entry, Kind, label_of
from countersign.slack.text import INPUT_LIMIT, clean, plain
from workflows.argument_names import title_of

LONGEST_NUMBER = 30
ONE_LINE = 80
HINT_LIMIT = 300


def input_block(entry: Entry, given: Mapping[str, Any]) -> Block | None:
    """The argument with its value of now; None where that cannot be shown exactly.

    Args:
        entry: the argument.
        given: the arguments of the call, of which it may be one.
    """
    value = given.get(entry.name)
    if not _can_show(entry, value):
        return None
    title = clean(title_of(entry.name, entry.schema))
    hint = plain(str(entry.schema.get("description") or ""), HINT_LIMIT).text
    return field(entry.block_id, title, _element(entry, value), hint, optional=entry.may_be_empty)


def _can_show(entry: Entry, value: Any) -> bool:
    """Slack's inputs hold little, and show no hidden character as what it is."""
    if value is None:
        return True
    match entry.kind:
        case Kind.TEXT:
            return isinstance(value, str) and len(value) <= INPUT_LIMIT and clean(value) == value
        case Kind.INTEGER | Kind.NUMBER:
            return _is_number(value) and _is_exact(value)
        case Kind.CHOICE:
            return _place(entry, value) is not None
        case Kind.JSON:
            text = _written(value)
            return len(text) <= INPUT_LIMIT and clean(text) == text


def _is_number(value: Any) -> TypeGuard[float]:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_exact(value: float) -> bool:
    """Whether it is the same when it is written out and read."""
    written = _decimal(value)
    return len(written) <= LONGEST_NUMBER and float(written) == float(value)


def _place(entry: Entry, value: Any) -> int | None:
    """Position among the choices; `1` is not `true`."""
    return next(
        (at for at, it in enumerate(entry.choices) if type(it) is type(value) and it == value),
        None,
    )


def _element(entry: Entry, value: Any) -> InputInteractiveElement:
    match entry.kind:
        case Kind.TEXT:
            return _text(entry, value)
        case Kind.INTEGER | Kind.NUMBER:
            return _number(entry, value)
        case Kind.CHOICE:
            return _select(entry, value)
        case Kind.JSON:
            written = None if value is None else _written(value)
            return PlainTextInputElement(action_id=VALUE, multiline=True, initial_value=written)


def _number(entry: Entry, value: Any) -> InputInteractiveElement:
    least, most = (_bound(entry, key, value) for key in ("minimum", "maximum"))
    return NumberInputElement(
        action_id=VALUE,
        is_decimal_allowed=entry.kind is Kind.NUMBER,
        initial_value=None if value is None else _decimal(value),
        min_value=least,
        max_value=most,
    )


def _bound(entry: Entry, key: str, value: Any) -> str | None:
    """A bound of the schema, unless the value of now is beyond it."""
    bound = entry.schema.get(key)
    if not _is_number(bound):
        return None
    beyond = value is not None and (value < bound if key == "minimum" else value > bound)
    return None if beyond else _decimal(bound)


def _text(entry: Entry, value: Any) -> InputInteractiveElement:
    text = value or ""
    most = entry.schema.get("maxLength")
    known = most if isinstance(most, int) and 0 < most <= INPUT_LIMIT else None
    return PlainTextInputElement(
        action_id=VALUE,
        initial_value=text or None,
        multiline=len(text) > ONE_LINE or "\n" in text,
        max_length=known if known and len(text) <= known else None,
    )


def _select(entry: Entry, value: Any) -> InputInteractiveElement:
    options = [
        Option(value=str(at), text=PlainTextObject(text=label_of(choice)))
        for at, choice in enumerate(entry.choices)
    ]
    at = _place(entry, value)
    return StaticSelectElement(
        action_id=VALUE,
        options=options,
        initial_option=None if at is None else options[at],
        placeholder=PlainTextObject(text="Choose"),
    )


def _decimal(value: float) -> str:
    """Without an exponent, which Slack's number input does not know."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(value, ".12f").rstrip("0")


def _written(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
