"""Which tools of an MCP server can be offered, and what is wrong with the others.

One tool that a provider refuses would end every answer of the agent, so it is left out instead.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from mcp.types import Tool as ListedTool

from countersign.agents.mcp.names import TOOL
from countersign.tools.toolkit import RESERVED

SCHEMA_LIMIT = 10_000
"""Characters of one tool's schema; each turn's history has all of them."""
DEEPEST = 30
"""Levels of a schema."""
PARAMETER = re.compile(r"[A-Za-z0-9_.$-]{1,64}")
"""What providers take as a parameter's name."""
COMBINATIONS = ("anyOf", "oneOf", "allOf", "not", "enum", "$ref")
"""What providers refuse at the top of a tool's schema."""


def schema_of(tool: ListedTool) -> dict[str, Any]:
    """Its schema, with the parts that providers ask for and MCP does not."""
    return {"type": "object", "properties": {}, **tool.input_schema}


def why_not(tool: ListedTool) -> str:
    """What keeps a tool from being offered; empty if nothing does."""
    if not TOOL.fullmatch(tool.name):
        return "its name has characters other than letters, digits, _ - . and /"
    try:
        return next(_faults(schema_of(tool)), "")
    except RecursionError:
        return f"its schema has more than {DEEPEST} levels"


def _faults(schema: dict[str, Any]) -> Iterator[str]:
    if len(json.dumps(schema)) > SCHEMA_LIMIT:
        yield f"its schema has more than {SCHEMA_LIMIT:,} characters"
    if any(level > DEEPEST for level, _ in _levels(schema)):
        yield f"its schema has more than {DEEPEST} levels"
    properties = schema["properties"]
    if schema["type"] != "object" or not isinstance(properties, dict):
        yield "its schema is not that of an object"
        return
    if told := [word for word in COMBINATIONS if word in schema]:
        yield f"its schema has {told[0]} at the top, which providers refuse"
    yield from (f"its parameter is called {name!r}" for name in properties if _is_odd(name))
    yield from (
        f"its schema refers to {it!r}" for it in _references(schema) if _is_lost(it, schema)
    )
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, re.error) as error:
        yield f"its schema is none: {error.args[0]}"


def _is_odd(name: str) -> bool:
    return name in RESERVED or not PARAMETER.fullmatch(name)


def _levels(value: Any, level: int = 0) -> Iterator[tuple[int, Any]]:
    """Every value of a schema and how deep it is, down to one level too many."""
    yield level, value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if level <= DEEPEST:
        for it in inner:
            yield from _levels(it, level + 1)


def _references(schema: dict[str, Any]) -> Iterator[str]:
    for _, it in _levels(schema):
        if isinstance(it, dict):
            yield from (str(it[word]) for word in ("$ref", "$dynamicRef") if word in it)


def _is_lost(reference: str, schema: Any) -> bool:
    """Whether it leads out of the schema, where nobody may be sent, or to nothing."""
    if not reference.startswith("#"):
        return True
    found = schema
    for part in filter(None, reference[1:].split("/")):
        if not isinstance(found, dict) or part not in found:
            return True
        found = found[part]
    return False
