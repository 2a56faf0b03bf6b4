"""What arguments a tool's JSON schema allows, as far as a form can ask for them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from countersign.slack.text import OPTION_LIMIT, SELECT_LIMIT, clean
from workflows.digest import REASON

PREFIX = "argument:"
LONGEST_NAME = 200
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


def label_of(choice: Any) -> str:
    """One of several values, as people choose it."""
    if isinstance(choice, bool):
        return "Yes" if choice else "No"
    return clean(choice if isinstance(choice, str) else json.dumps(choice)) or "(empty)"


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
    return tuple(listed) if all(len(label_of(it)) <= OPTION_LIMIT for it in listed) else ()
