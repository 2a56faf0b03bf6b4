"""The tools a request offers. Only these are called, with arguments that their schemas know."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.model.steps import Ability, Call, Field

NAMES: dict[Ability, tuple[str, ...]] = {
    Ability.SEARCH: ("search_catalog", "search", "catalog", "find_item"),
    Ability.BUDGET: ("check_budget", "budget"),
    Ability.STATUS: ("order_status", "status", "track", "get_order"),
    Ability.CANCEL: ("cancel_order", "cancel"),
    Ability.CONFIRM: ("wait_for_confirmation", "confirm"),
    Ability.ORDER: ("place_order", "create_order", "buy", "purchase", "order"),
}
"""Best guesses, the surest first; a tool has the first ability whose guess is in its name."""

ARGUMENTS: dict[Field, tuple[str, ...]] = {
    Field.ITEM: ("sku", "item", "product", "article", "name"),
    Field.QUANTITY: ("quantity", "qty", "count", "amount", "pieces", "number"),
    Field.QUERY: ("query", "text", "search", "term", "words", "q"),
    Field.ORDER: ("order_id", "order", "order_number", "number", "id"),
    Field.QUESTION: ("question", "text", "message", "prompt"),
    Field.TEAM: ("team", "department", "group"),
    Field.REASON: ("reason", "why", "justification"),
}

BLANKS: dict[str, Any] = {"string": "", "integer": 1, "number": 1, "boolean": False, "array": []}
"""For an argument that a schema requires and that nothing is known about."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One offered tool and the properties of its schema."""

    name: str
    properties: Mapping[str, Mapping[str, Any]]
    required: frozenset[str]

    def written(self, fields: Mapping[Field, Any]) -> str:
        """Arguments as the JSON text of a function call, under this schema's names and types."""
        arguments: dict[str, Any] = {}
        for field, value in fields.items():
            name = self._name(field)
            if name and name not in arguments:
                arguments[name] = _typed(value, self.properties[name])
        for name in sorted(self.required - arguments.keys()):
            arguments[name] = _blank(self.properties.get(name, {}))
        return json.dumps(arguments, ensure_ascii=False)

    def read(self, arguments: str) -> dict[Field, Any]:
        """What a call's arguments meant."""
        try:
            given = json.loads(arguments or "{}")
        except ValueError:
            return {}
        if not isinstance(given, dict):
            return {}
        named = {field: self._name(field) for field in ARGUMENTS}
        return {field: given[name] for field, name in named.items() if name in given}

    def knows(self, field: Field) -> bool:
        """Whether there is an argument for this."""
        return self._name(field) is not None

    def _name(self, field: Field) -> str | None:
        return next((name for name in ARGUMENTS[field] if name in self.properties), None)


class Toolbox:
    """All offered tools, by what they are for."""

    def __init__(self, tools: Iterable[Mapping[str, Any]]) -> None:
        offered = [_tool(tool) for tool in tools if tool.get("type") == "function"]
        self._by_name = {tool.name: tool for tool in offered}
        self._abilities: dict[str, Ability] = {}
        for ability, guesses in NAMES.items():
            free = [tool.name for tool in offered if tool.name not in self._abilities]
            if name := _best(guesses, free):
                self._abilities[name] = ability

    def can(self, ability: Ability) -> bool:
        """Whether a tool for this is offered."""
        return self.tool(ability) is not None

    def tool(self, ability: Ability) -> Tool | None:
        """The tool for this, if one is offered."""
        names = (name for name, its in self._abilities.items() if its is ability)
        return next((self._by_name[name] for name in names), None)

    def ability(self, name: str) -> Ability | None:
        """What a tool is for."""
        return self._abilities.get(name)

    def written(self, call: Call) -> tuple[str, str] | None:
        """Name and arguments of a call, or None if no such tool is offered."""
        tool = self.tool(call.ability)
        return (tool.name, tool.written(call.fields)) if tool else None

    def read(self, name: str, arguments: str) -> dict[Field, Any]:
        """What the arguments of an earlier call meant."""
        tool = self._by_name.get(name)
        return tool.read(arguments) if tool else {}


def _tool(tool: Mapping[str, Any]) -> Tool:
    schema = tool.get("parameters") or {}
    return Tool(
        str(tool.get("name", "")),
        schema.get("properties") or {},
        frozenset(schema.get("required") or ()),
    )


def _best(guesses: Iterable[str], names: Iterable[str]) -> str | None:
    names = list(names)
    return next((name for guess in guesses for name in names if guess in name), None)


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = [schema, *schema.get("anyOf", ())]
    return [str(kind["type"]) for kind in kinds if isinstance(kind.get("type"), str)]


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    types = _types(schema)
    if {"integer", "number"} & set(types) and str(value).lstrip("-").isdigit():
        return int(value)
    return str(value) if "string" in types else value


def _blank(schema: Mapping[str, Any]) -> Any:
    types = _types(schema)
    if "default" in schema:
        return schema["default"]
    return None if "null" in types else BLANKS.get(types[0] if types else "string", "")
