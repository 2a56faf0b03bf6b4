"""What the model can do next: say something, or have tools called."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Ability(Enum):
    """What a tool is for. Which tool that is, the request's own list of tools says."""

    SEARCH = "search the catalogue"
    BUDGET = "check the budget"
    STATUS = "look up orders"
    ORDER = "place orders"
    CANCEL = "cancel orders"
    CONFIRM = "ask somebody for a confirmation"


class Field(Enum):
    """What an argument means. What it is called, the tool's schema says."""

    ITEM = "item"
    QUANTITY = "quantity"
    QUERY = "query"
    ORDER = "order"
    QUESTION = "question"
    TEAM = "team"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Call:
    """One tool to be called."""

    ability: Ability
    fields: Mapping[Field, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """An answer, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Do:
    """Tools to be called side by side, in one turn."""

    calls: tuple[Call, ...]


Step = Say | Do


@dataclass(frozen=True, slots=True)
class Used:
    """A tool that was called, and what it answered.

    `fields` are what it ran with. An approver may have changed what was `proposed`.
    """

    ability: Ability | None
    name: str
    fields: Mapping[Field, Any]
    output: str
    proposed: Mapping[Field, Any]
