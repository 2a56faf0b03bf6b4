"""A tool's JSON schema as something to fill in, and what was filled in as JSON values."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
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

from bot.views.modals.frame import VALUE, field
from bot.views.text import INPUT_LIMIT, OPTION_LIMIT, SELECT_LIMIT, clean, plain

PREFIX = "argument:"
REASON = "reason"
"""The argument that says why; it is the model's and is not edited."""
LONGEST_NAME = 200
LONGEST_NUMBER = 30
ONE_LINE = 80
HINT_LIMIT = 300
Schema = Mapping[str, Any]


class Kind(StrEnum):
    """How an argument is filled in."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One argument of the form."""

    name: str
    kind: Kind
    schema: Schema
    choices: tuple[Any, ...] = ()
    nullable: bool = False
    required: bool = False

    @property
    def block_id(self) -> str:
        """Where it is in the form."""
        return PREFIX + self.name

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing is an answer too."""
        text = self.kind is Kind.TEXT and not self.schema.get("minLength")
        return self.nullable or not self.required or text


def entries(parameters: Schema) -> Iterator[Entry]:
    """Every argument that a form can have, in the schema's order."""
    required = parameters.get("required", ())
    properties: Mapping[str, Any] = parameters.get("properties", {})
    for name, schema in properties.items():
        if name != REASON and len(name) <= LONGEST_NAME and isinstance(schema, dict):
            yield _entry(name, schema, parameters.get("$defs", {}), name in required)


def input_block(entry: Entry, given: Mapping[str, Any]) -> Block | None:
    """The argument with its value of now; None where that cannot be shown exactly.

    Args:
        entry: the argument.
        given: the arguments of the call, of which it may be one.
    """
    value = given.get(entry.name)
    if not _can_show(entry, value):
        return None
    title = clean(entry.name).replace("_", " ")
    hint = plain(str(entry.schema.get("description") or ""), HINT_LIMIT).text
    return field(entry.block_id, title, _element(entry, value), hint, optional=entry.may_be_empty)


def _entry(name: str, schema: Schema, defs: Schema, required: bool) -> Entry:
    found, nullable = _resolved(schema, defs)
    described = {**found, **{key: schema[key] for key in ("title", "description") if key in schema}}
    choices = _choices(found)
    kind = Kind.CHOICE if choices else _KINDS.get(str(found.get("type")), Kind.JSON)
    return Entry(name, kind, described, choices, nullable, required)


_KINDS = {"string": Kind.TEXT, "integer": Kind.INTEGER, "number": Kind.NUMBER}


def _resolved(schema: Schema, defs: Schema) -> tuple[Schema, bool]:
    """One type and whether null is allowed; several types stay as they are."""
    options = schema.get("anyOf")
    if isinstance(options, list):
        others = [it for it in options if isinstance(it, dict) and it.get("type") != "null"]
        nullable = len(others) < len(options)
        return (_followed(others[0], defs) if len(others) == 1 else {}), nullable
    return _followed(schema, defs), False


def _followed(schema: Schema, defs: Schema) -> Schema:
    target = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    found = defs.get(target)
    return found if isinstance(found, dict) else schema


def _choices(schema: Schema) -> tuple[Any, ...]:
    if schema.get("type") == "boolean":
        return (True, False)
    listed = schema.get("enum")
    if not isinstance(listed, list) or not 0 < len(listed) <= SELECT_LIMIT:
        return ()
    return tuple(listed) if all(len(_label(it)) <= OPTION_LIMIT for it in listed) else ()


def _label(choice: Any) -> str:
    if isinstance(choice, bool):
        return "Yes" if choice else "No"
    return clean(choice if isinstance(choice, str) else json.dumps(choice)) or "(empty)"


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
        Option(value=str(at), text=PlainTextObject(text=_label(choice)))
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
