"""A tool's arguments as the model is told of them: JSON schema, as model providers take it."""

from typing import Any

from workflows.contracts.replacing import REPLACES
from workflows.digest import REASON

OURS = frozenset({"format", "writeOnly"})
"""Keywords by which pydantic marks a secret, and which providers refuse in strict schemas."""


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


def guarded(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what a guarded tool is told too: why it is called, and instead of what."""
    reason = {
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
    return {
        **schema,
        "properties": {**schema["properties"], REASON: reason, REPLACES: replaces},
        "required": [*schema.get("required", ()), REASON, REPLACES],
    }
