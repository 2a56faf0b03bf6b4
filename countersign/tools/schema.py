"""A tool's arguments as the model is told of them: JSON schema, as model providers take it."""

import json
from typing import Any

from workflows.contracts.replacing import REPLACES
from workflows.digest import REASON

OURS = frozenset({"format", "writeOnly"})
"""Keywords by which pydantic marks a secret, and which providers refuse in strict schemas."""

OWN_REASON = "reason"
"""What many a tool calls an argument of its own that says why."""
LARGEST = 100_000
"""Characters of one tool's schema, which each turn of a conversation stores."""


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
        text = json.dumps(schema, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return f"its schema is no JSON: {error}"
    if len(text) > LARGEST:
        return f"its schema has {len(text):,} characters; there is room for {LARGEST:,}"
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
