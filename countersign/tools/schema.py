"""A tool's arguments as the model is told of them: JSON schema, as model providers take it."""

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from countersign.tools.text import encodable
from workflows.contracts.replacing import REPLACES
from workflows.digest import REASON
from workflows.redaction import plain_name

OURS = frozenset({"format", "writeOnly"})
"""Keywords by which pydantic marks a secret, and which providers refuse in strict schemas."""

OWN_REASON = "reason"
"""What many a tool calls an argument of its own that says why."""
LARGEST = 100_000
"""Characters of one tool's schema, which each turn of a conversation stores."""
DEEPEST = 30
"""Levels of a schema that are looked at."""
BY_NAME = ("properties", "patternProperties", "$defs", "definitions")
IN_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
ALONE = ("items", "additionalProperties")
MOST_TOLD = 200
"""Characters of what is wrong with a schema."""
SAYS_WHAT = {"type", "enum", "const", "$ref", *IN_LISTS}


def fault_of(schema: object) -> str:
    """Why neither people nor a model can be shown what a tool takes; empty if they can."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "its schema is not that of a JSON object; its arguments need names"
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or not all(
        isinstance(it, dict | bool) for it in properties.values()
    ):
        return "its schema's `properties` are not schemas by name"
    try:
        text = json.dumps(schema, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        return f"its schema is no JSON: {error}"
    if len(text) > LARGEST:
        return f"its schema has {len(text):,} characters; there is room for {LARGEST:,}"
    if encodable(text) != text:
        return "its schema has halves of characters, which cannot be written down"
    return _broken(cast("dict[str, Any]", schema))


def _broken(schema: dict[str, Any]) -> str:
    """Where it is no JSON schema, so that no provider takes it and nothing can be checked by it."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = ".".join(map(str, error.path)) or "its top"
        return f"its schema is broken at {place}: {error.message[:MOST_TOLD]}"
    except RecursionError:
        return "its schema is nested too deeply"
    return ""


def for_model(schema: Any) -> Any:
    """A copy of the schema without the marks of secrets."""
    match schema:
        case dict():
            dropped = OURS if schema.get("format") == "password" else frozenset[str]()
            return {key: for_model(value) for key, value in schema.items() if key not in dropped}
        case list():
            return [for_model(value) for value in schema]
        case _:
            return schema


def parameter_names(schema: dict[str, Any]) -> frozenset[str] | None:
    """Names of all that a tool takes, at any depth; None if calls may have others, too."""
    names: set[str] = set()
    for level, it in _schemas(schema):
        if level > DEEPEST or _is_open(it, is_top=level == 0):
            return None
        names.update(it.get("properties", {}) if isinstance(it, dict) else ())
    return frozenset(names)


def secret_fault(said: Iterable[str], schema: dict[str, Any]) -> str:
    """A line about the first name called secret that no parameter has; empty if all are there.

    Args:
        said: the names, in any spelling that masking takes.
        schema: what the tool takes.
    """
    taken = parameter_names(schema)
    known = {plain_name(it) for it in taken or ()}
    lost = sorted(it for it in said if plain_name(it) not in known)
    if taken is None or not lost:
        return ""
    near = get_close_matches(lost[0], taken, n=1)
    meant = f"; perhaps {near[0]} is meant" if near else ""
    return f"annotate calls {lost[0]} secret, which the tool does not take{meant}"


def _schemas(schema: object, level: int = 0) -> Iterator[tuple[int, Any]]:
    """A schema and all within it, each with its depth, down to one level too many."""
    yield level, schema
    if isinstance(schema, dict) and level <= DEEPEST:
        for it in _inner(cast("dict[str, Any]", schema)):
            yield from _schemas(it, level + 1)


def _inner(schema: dict[str, Any]) -> Iterator[Any]:
    for word in BY_NAME:
        named = schema.get(word)
        yield from named.values() if isinstance(named, dict) else ()
    for word in IN_LISTS:
        listed = schema.get(word)
        yield from listed if isinstance(listed, list) else ()
    yield from (schema[word] for word in ALONE if isinstance(schema.get(word), dict))


def _is_open(schema: object, *, is_top: bool) -> bool:
    """Whether what fits it may have names that nobody knows.

    At the top, a schema that leaves this open means what it names.
    """
    if not isinstance(schema, dict):
        return schema is not False
    if schema.get("additionalProperties") or "patternProperties" in schema:
        return True
    if is_top or "properties" in schema or schema.get("additionalProperties") is False:
        return False
    return SAYS_WHAT.isdisjoint(schema) or "object" in str(schema.get("type"))


def says_why(schema: dict[str, Any]) -> bool:
    """Whether a tool takes a `reason` itself, in words, which then is what people read."""
    found = schema.get("properties", {}).get(OWN_REASON)
    if not isinstance(found, dict):
        return False
    kinds = [it.get("type") for it in found.get("anyOf", [found]) if isinstance(it, dict)]
    return "string" in kinds and set(kinds) <= {"string", "null"}


def guarded(schema: dict[str, Any], *, reason: bool = True) -> dict[str, Any]:
    """The schema with what a guarded tool is told too: why it is called, and instead of what.

    Without `reason` it is not told why, since it says so itself.
    """
    why = {
        "type": "string",
        "description": (
            "Why this is needed, in one sentence, for the person who has to approve it; empty if "
            "nobody said why."
        ),
    }
    replaces = {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "description": (
            "Id of the waiting request that this call takes the place of, if the person who made "
            "it wants it changed; else null."
        ),
    }
    added = {**({REASON: why} if reason else {}), REPLACES: replaces}
    return {
        **schema,
        "properties": {**schema.get("properties", {}), **added},
        "required": [*schema.get("required", ()), *added],
    }
