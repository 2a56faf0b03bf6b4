"""The tools that a request offers, as their JSON schemas describe them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

Json = Mapping[str, Any]
REASONS = ("approval_reason", "reason")
"""Arguments of these names are why a tool is called, in the person's own words."""
REPLACES = "replaces"
"""An argument of this name is the id of a request that waits and is to give way."""
HANDOFF = "transfer_to_"
"""How the names of tools begin that hand the conversation over to another agent."""
_KINDS = {"boolean": "true or false", "array": "a list", "object": "a JSON object"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument that a tool takes."""

    name: str
    kind: str = "string"
    """A type of JSON schema."""
    about: str = ""
    title: str = ""
    """What people call it."""
    choices: tuple[Any, ...] = ()
    pattern: str = ""
    """What its text has to look like."""
    least: float | None = None
    most: float | None = None
    is_needed: bool = False
    """Whether there is no call without a value from a person."""
    has_default: bool = False
    """Whether a call has to have it, and `default` is taken if nothing is said."""
    default: Any = None

    @property
    def is_number(self) -> bool:
        """Whether it counts or measures something."""
        return self.kind in {"integer", "number"} and not self.choices

    @property
    def is_text(self) -> bool:
        """Whether it takes any words."""
        is_own = self.name not in {*REASONS, REPLACES}
        return is_own and self.kind in {"string", "array"} and not self.choices

    @property
    def rule(self) -> str:
        """What may stand there, in plain words."""
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        if not self.is_number:
            return _KINDS.get(self.kind, "some words")
        limits = (("at least", self.least), ("at most", self.most))
        told = " and ".join(f"{word} {limit:,}" for word, limit in limits if limit is not None)
        kind = "a whole number" if self.kind == "integer" else "a number"
        return f"{kind} of {told}" if told else kind

    @property
    def label(self) -> str:
        """What people call it, else its name in words."""
        return (self.title or self.name.replace("_", " ")).lower()

    @property
    def example(self) -> str:
        """A number that would work; empty for anything else."""
        value = max(2, self.least or 0)
        return f"{value if self.most is None else min(value, self.most):g}" * self.is_number

    def allows(self, value: Any) -> bool:
        """Whether the schema allows a value; only choices and numbers are looked at."""
        if self.pattern and not re.search(self.pattern, str(value)):
            return False
        if self.choices:
            chosen = cast("list[Any]", value) if isinstance(value, list) else [value]
            return all(it in self.choices for it in chosen)
        if not self.is_number:
            return True
        if not isinstance(value, int | float) or (self.kind == "integer" and value % 1):
            return False
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what it is called, what it is for, what it takes."""

    name: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def spoken(self) -> str:
        """Its name in words: `water_plants`, of whichever server, is "Water plants"."""
        return self.own_name.replace("_", " ").strip().capitalize()

    @property
    def own_name(self) -> str:
        """Its name without that of the server it belongs to: `deploys__roll_back`."""
        return self.name.rpartition("__")[2] or self.name

    @property
    def hands_over(self) -> bool:
        """Whether it hands the conversation over to another agent."""
        return self.name.startswith(HANDOFF)

    @property
    def about(self) -> str:
        """The first sentence of its description; of a handoff, the second, which is its own."""
        sentences = re.split(r"(?<=[.!?])\s", self.description.strip(), maxsplit=2)
        return sentences[1] if self.hands_over and len(sentences) > 1 else sentences[0]


def read_tools(offered: Iterable[Json]) -> tuple[Tool, ...]:
    """The functions among the `tools` of a request."""
    return tuple(_tool(it) for it in offered if it.get("type") == "function")


def _tool(offered: Json) -> Tool:
    schema: Json = offered.get("parameters") or {}
    required, definitions = schema.get("required") or (), schema.get("$defs") or {}
    parameters = tuple(
        _parameter(name, _whole(it, definitions), is_required=name in required)
        for name, it in (schema.get("properties") or {}).items()
        if isinstance(it, Mapping)
    )
    return Tool(str(offered.get("name", "")), str(offered.get("description") or ""), parameters)


def _whole(schema: Json, definitions: Json) -> Json:
    """A property with all that it refers to; of alternatives, the first that is not null."""
    name, own = str(schema.get("$ref", "")).rpartition("/")[2], dict(schema)
    others = [definitions.get(name, {}), *own.pop("anyOf", ())]
    if isinstance(own.get("type"), list):
        others += [{"type": it} for it in own.pop("type")]
    whole: dict[str, Any] = {"default": None} if {"type": "null"} in others else {}
    left = {key: it for key, it in definitions.items() if key != name}
    for other in [it for it in others if it and it != {"type": "null"}]:
        whole = {**_whole(other, left), **whole}
    return {**whole, **own}


def _parameter(name: str, schema: Json, *, is_required: bool) -> Parameter:
    kind = str(schema.get("type") or "string")
    listed: Json = schema.get("items", {}) if kind == "array" else schema
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return Parameter(
        name,
        kind,
        str(schema.get("description") or "").rstrip(". "),
        str(schema.get("title") or ""),
        pattern=str(schema.get("pattern") or ""),
        choices=tuple(listed.get("enum") or ([listed["const"]] if "const" in listed else ())),
        least=schema.get("minimum") if above is None else above + 1,
        most=schema.get("maximum") if below is None else below - 1,
        is_needed=is_required and "default" not in schema and name not in REASONS,
        has_default=is_required and "default" in schema,
        default=schema.get("default"),
    )
