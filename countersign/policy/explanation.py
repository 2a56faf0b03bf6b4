"""How the policy came to a ruling: every entry in order, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum

from workflows.contracts.rules import Ruling


class Fate(StrEnum):
    """What became of an entry when a call was judged."""

    MATCHED = "matched"
    OTHER_TOOL = "other tool"
    NOT_TRUE = "condition not true"
    FAILED = "failed"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Step:
    """One deny or rule, and why it matched or did not."""

    part: str
    name: str
    fate: Fate
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ruling with the way to it."""

    steps: tuple[Step, ...]
    ruling: Ruling
