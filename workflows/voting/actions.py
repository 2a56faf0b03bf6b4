"""What a question asks of whoever drives it: to find out, to wait, or to tell somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from workflows.contracts.activity_inputs import VoteCheck
from workflows.contracts.decisions import Decision, Refused
from workflows.voting.docket import Entry


@dataclass(frozen=True, slots=True)
class Check:
    """Find this out, and hand it to `Voting.answer` or `Voting.unanswered`."""

    entry: Entry
    what: VoteCheck


@dataclass(frozen=True, slots=True)
class Turn:
    """Wait until the entry is over; if it is not at its `until`, call `Voting.tired`."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Explain:
    """Tell somebody why what they did changed nothing. Without a decision there is nobody."""

    refused: Refused


@dataclass(frozen=True, slots=True)
class Replaced:
    """Tell an approver that the world changed, so that it has to be asked anew."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Nudged:
    """Remind those who are waited for, and tell who asked for that; not before `again`."""

    decision: Decision
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Tell whoever has somebody's vote now."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Fault:
    """Log a bug, under the id that people were given."""

    id: str
    error: Exception


Action: TypeAlias = Check | Turn | Explain | Replaced | Nudged | HandedOver | Fault
Actions: TypeAlias = Sequence[Action]
