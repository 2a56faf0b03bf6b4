"""What a condition may speak of: names, their types in CEL, and their values for one call."""

import math
import re
import sys
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel

from countersign.policy.facts import UNKNOWN, Facts
from workflows.contracts.core import ToolSpec

FACTS = {
    "args": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "amount": cel.Type.DOUBLE,
    "total_today": cel.Type.DOUBLE,
    "tool": cel.Type.STRING,
    "origin": cel.Type.STRING,
    "requester.id": cel.Type.STRING,
    "requester.team": cel.Type.STRING,
    "requester.name": cel.Type.STRING,
    "requester.is_guest": cel.Type.BOOL,
    "requester.is_external": cel.Type.BOOL,
    "requester.groups": cel.Type.List(cel.Type.STRING),
    "channel.id": cel.Type.STRING,
    "channel.is_direct": cel.Type.BOOL,
    "channel.is_private": cel.Type.BOOL,
    "channel.is_shared": cel.Type.BOOL,
}
GROUPS = "requester.groups"
TOTAL = "total_today"
ACCOUNT = ("requester.team", "requester.name", "requester.is_guest", "requester.is_external")
PLACE = ("channel.is_private", "channel.is_shared")
"""What only Slack can say. Ids, and that something is a direct message, are known without it."""
RESERVED = frozenset({name.split(".")[0] for name in FACTS})
"""An argument with one of these names is `args.NAME` only."""
TYPES = {
    "string": cel.Type.STRING,
    "integer": cel.Type.INT,
    "number": cel.Type.DOUBLE,
    "boolean": cel.Type.BOOL,
    "array": cel.Type.LIST,
    "object": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
}
"""CEL's types by the words of JSON schema. Whatever else an argument is, CEL finds out late."""

COMPARISONS = {"_>_": "greater", "_>=_": "greater_equals", "_<_": "less", "_<=_": "less_equals"}
NUMBERS = {"int64": cel.Type.INT, "double": cel.Type.DOUBLE, "uint64": cel.Type.UINT}
ORDERED = {
    "bool": cel.Type.BOOL,
    "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
}


class UnreadableError(Exception):
    """An argument is not what the tool says of it. The text names it."""


def environment(variables: Mapping[str, cel.Type]) -> cel.Env:
    """CEL with comparisons across kinds of numbers, as in its specification.

    The library's checker knows only `double > double`, although its runtime compares any two
    numbers; without this, `amount > 1000` would have to be `amount > 1000.0`.
    """
    without = "".join(f'\n  - name: "{name}"' for name in COMPARISONS)
    config = cel.NewEnvConfigFromYaml(f"stdlib:\n  exclude_functions:{without}\n")
    functions = [cel.FunctionDecl(name, _overloads(word)) for name, word in COMPARISONS.items()]
    return cel.NewEnv(config=config, variables=variables, functions=functions)


def _overloads(word: str) -> list[cel.Overload]:
    pairs = [(left, right) for left in NUMBERS for right in NUMBERS]
    numbers = [
        _comparison(f"{word}_{left}_{right}", NUMBERS[left], NUMBERS[right])
        for left, right in pairs
    ]
    return numbers + [_comparison(f"{word}_{name}", it, it) for name, it in ORDERED.items()]


def _comparison(name: str, left: cel.Type, right: cel.Type) -> cel.Overload:
    return cel.Overload(name, cel.Type.BOOL, [left, right])


def arguments_of(tool: ToolSpec) -> dict[str, cel.Type]:
    """A tool's arguments that can be called by their own names, with their types."""
    properties: Mapping[str, Any] = tool.parameters.get("properties") or {}
    return {
        name: _type(schema)
        for name, schema in properties.items()
        if name not in RESERVED and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
    }


def _type(schema: Any) -> cel.Type:
    word: Any = schema.get("type") if isinstance(schema, Mapping) else None
    return TYPES.get(word, cel.Type.DYN) if isinstance(word, str) else cel.Type.DYN


def values_of(facts: Facts, tool: ToolSpec) -> dict[str, Any]:
    """What the variables stand for. What is not known has no value, which is an error in CEL.

    Raises:
        UnreadableError: an argument is not what the tool says of it.
    """
    properties: Mapping[str, Any] = tool.parameters.get("properties") or {}
    defaults = {name: it["default"] for name, it in properties.items() if "default" in it}
    declared = arguments_of(tool)
    arguments = {
        name: _as_declared(name, value, properties.get(name))
        for name, value in {**defaults, **facts.arguments}.items()
    }
    requester, channel = facts.requester, facts.channel
    values: dict[str, Any] = {
        **{name: value for name, value in arguments.items() if name in declared},
        "args": arguments,
        "tool": facts.tool,
        "origin": facts.origin,
        "requester.id": requester.id,
        "requester.team": requester.team,
        "requester.name": requester.name,
        "requester.is_guest": requester.is_guest,
        "requester.is_external": requester.is_external,
        "requester.groups": list(requester.groups),
        "channel.id": channel.id,
        "channel.is_direct": channel.is_direct,
        "channel.is_private": channel.is_private,
        "channel.is_shared": channel.is_shared,
    }
    if facts.amount is not None and math.isfinite(facts.amount):
        values["amount"] = float(facts.amount)
    if facts.total is not None and math.isfinite(facts.total):
        values[TOTAL] = float(facts.total)
    if channel == UNKNOWN:
        return {name: it for name, it in values.items() if not name.startswith("channel.")}
    return values


def _as_declared(name: str, value: Any, schema: Any) -> Any:
    """An argument as the tool will read it: `"100"` would be taken for the number 100 there.

    Raises:
        UnreadableError: it is of another type than the tool's schema says.
    """
    declared: Any = schema.get("type") if isinstance(schema, Mapping) else None
    number = None if isinstance(value, bool) or not isinstance(value, int | float) else value
    match declared, number:
        case "integer", int():
            return number
        case "integer", float() if number.is_integer():
            return int(number)
        case "number", int() | float() if abs(number) < sys.float_info.max:
            return float(number)
        case (("integer" | "number"), _):
            raise UnreadableError(f"`{name}` is not a number that the tool takes")
        case "string", _ if not isinstance(value, str):
            raise UnreadableError(f"`{name}` is not text")
        case "boolean", _ if not isinstance(value, bool):
            raise UnreadableError(f"`{name}` is neither true nor false")
        case _:
            return value
