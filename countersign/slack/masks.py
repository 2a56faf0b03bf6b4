"""A call's raw arguments as people may see them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflows.contracts.core import Call, Prepared
from workflows.digest import without_told_reason

MASK = "••••"
SHORTEST = 4
"""Characters from which on a secret value is looked for elsewhere."""
UNREADABLE = "(not JSON, so nothing of it is shown)"
SECRET_NAMES = (
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "authorization",
    "credential",
    "privatekey",
)
"""Parts of names that are secret whatever else is known; written without `_`, `-` and spaces."""


def masked_arguments(call: Call, prepared: Prepared) -> str:
    """The arguments as indented JSON, with a mask for every secret.

    Whoever made the call ready masked what the settings name. Secret is also what the tool's
    schema types as one, what a line of the card masks, what has a name that gives it away, and
    the same value wherever else it stands. The reason is left out where it is shown as it is.
    """
    try:
        read = json.loads(prepared.arguments or call.arguments or "{}")
        given = without_told_reason(read, prepared.reason)
        secret = _secret_names(prepared)
        values = sorted({*_secret_values(given, secret)}, key=len, reverse=True)
        return json.dumps(_masked(given, secret, values), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return UNREADABLE


def is_secret(name: str, prepared: Prepared) -> bool:
    """Whether an argument's value is never shown, and so cannot be edited."""
    return _covers(name, _secret_names(prepared))


def _secret_names(prepared: Prepared) -> frozenset[str]:
    masked = {_plain(field.name) for field in prepared.fields if field.is_secret}
    properties: Mapping[str, Any] = prepared.parameters.get("properties", {})
    return frozenset(
        masked | {_plain(name) for name, schema in properties.items() if _is_typed(schema)}
    )


def _is_typed(schema: Any) -> bool:
    """Pydantic's `SecretStr`, also as one of several types or within a list."""
    if not isinstance(schema, dict):
        return False
    if schema.get("format") == "password" or schema.get("writeOnly"):
        return True
    inner = [*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")]
    return any(map(_is_typed, inner))


def _masked(value: Any, secret: frozenset[str], values: Sequence[str]) -> Any:
    match value:
        case dict():
            return {
                name: MASK if _covers(str(name), secret) else _masked(inner, secret, values)
                for name, inner in value.items()
            }
        case list():
            return [_masked(inner, secret, values) for inner in value]
        case str():
            for hidden in values:
                value = value.replace(hidden, MASK)
            return value
        case _:
            return value


def _secret_values(value: Any, secret: frozenset[str], *, is_secret: bool = False) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                covered = is_secret or _covers(str(name), secret)
                yield from _secret_values(inner, secret, is_secret=covered)
        case list():
            for inner in value:
                yield from _secret_values(inner, secret, is_secret=is_secret)
        case str() if is_secret and len(value) >= SHORTEST:
            yield value
        case _:
            return


def _covers(name: str, secret: frozenset[str]) -> bool:
    plain = _plain(name)
    return plain in secret or any(part in plain for part in SECRET_NAMES)


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char not in "_- ")
