"""Lists of approvals and of grants: who looks for what, and what a row shows.

What a row shows is kept in the memo of its workflow, so that a page costs one query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from workflows.contracts.approvals import ApprovalStatus, Grant, ended_as
from workflows.contracts.core import ArgumentField, Origin, Person
from workflows.contracts.decisions import Execution, Outcome, Stop

SUMMARY_LIMIT = 1_000
"""Characters of a summary that a memo keeps; a row shows fewer."""
GRANTS = "grants"
"""Key of a conversation's memo."""


class Kind(StrEnum):
    """Which approvals somebody asks for. The values are the words of `/approvals`."""

    MINE = "mine"
    """What waits for their vote."""
    REQUESTED = "requested"
    """What they asked for and others have to decide."""
    ALL = "all"
    """Everything that waits and that they may see."""
    HISTORY = "history"
    """What has ended, of that which they may see."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at a list, and what they belong to."""

    user: str
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    is_member: bool = False
    """Whether they are a full member of the workspace: no guest, and of no other workspace."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id under which something may be addressed to them."""
        return (self.user, *self.groups, *self.channels)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which approvals are asked for; `person` is whoever requested them."""

    kind: Kind
    team: str
    viewer: Viewer
    tool: str = ""
    person: str = ""
    task_queue: str = ""
    """Of the agent that asked; empty for every agent."""


class PendingApproval(BaseModel, frozen=True):
    """One row of a list, as visibility has it: no workflow is asked."""

    id: str
    asked_at: datetime
    tool: str = ""
    title: str = ""
    summary: str = ""
    requester: Person = Field(default=Person(team="", user=""))
    origin: Origin = Field(default=Origin(kind="", team="", channel="", id=""))
    permalink: str = ""
    cost: str = ""
    deadline: datetime | None = None
    rule: str = ""
    needed: int = 1
    counted: int = 0
    outcome: Outcome = Outcome.PENDING
    complete: bool = False
    """Whether a row shows enough to approve from it; a memo that does not say so, does not."""
    digest: str = ""
    from_slack: bool = True
    confirm: bool = False
    fields: tuple[ArgumentField, ...] = ()
    """Of an approval that is complete: the rest of what its row has to say."""
    is_open: bool = True
    """Whether the workflow still runs."""
    execution: Execution = Execution.NOT_STARTED
    stop: Stop | None = None
    """By what it was ended, if that was by force."""

    @classmethod
    def from_memo(
        cls,
        id_: str,
        asked_at: datetime,
        memo: Mapping[str, Any],
        is_open: bool = True,
        stop: Stop | None = None,
    ) -> "PendingApproval":
        """Read a visibility row; a memo of another release may lack keys or know others."""
        known = {key: memo[key] for key in cls.model_fields if key in memo}
        sure = {"id": id_, "asked_at": asked_at, "is_open": is_open, "stop": stop}
        try:
            row = cls.model_validate({**known, **sure})
        except ValidationError as error:
            strange = {fault["loc"][0] for fault in error.errors(include_input=False)}
            kept = {key: value for key, value in known.items() if key not in strange}
            row = cls.model_validate({**kept, **sure})
        return _ended(row) if stop else row

    @classmethod
    def of(cls, status: ApprovalStatus, one_tap: bool = False) -> "PendingApproval":
        """The row of an approval whose state is at hand."""
        return cls.from_memo(
            status.id,
            status.request.asked_at,
            approval_memo(status, one_tap=one_tap),
            is_open=status.outcome is Outcome.PENDING,
            stop=status.stop,
        )


def _ended(row: PendingApproval) -> PendingApproval:
    """A row whose workflow could not note its own end."""
    outcome, execution = ended_as(row.outcome, row.execution)
    return row.model_copy(update={"outcome": outcome, "execution": execution})


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the token of the next page or None."""

    rows: Sequence[PendingApproval]
    next_token: bytes | None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A standing permission, and the conversation that holds it."""

    workflow_id: str
    grant: Grant

    @property
    def channel(self) -> str:
        """Channel of the thread for which it was given."""
        return self.workflow_id.split("-")[2]


def approval_memo(
    status: ApprovalStatus, permalink: str = "", one_tap: bool = False
) -> dict[str, Any]:
    """What lists show of an approval.

    `one_tap` says that a row has room for all of it, which the memo then holds.
    """
    rule, shown = status.in_force, status.shown
    return {
        "tool": status.call.tool,
        "title": shown.title,
        "summary": shown.summary[:SUMMARY_LIMIT],
        "requester": status.request.call.requester.model_dump(),
        "origin": status.origin.model_dump(),
        "permalink": permalink or (status.card.permalink if status.card else ""),
        "cost": shown.cost,
        "amount": shown.amount,
        "deadline": status.deadline.isoformat() if status.deadline else None,
        "rule": rule.name if rule else "",
        "needed": rule.needed if rule else 1,
        "counted": status.counted,
        "outcome": str(status.outcome),
        "execution": str(status.execution),
        "complete": one_tap,
        "digest": shown.digest,
        "from_slack": rule.from_slack if rule else True,
        "confirm": (rule.confirm or rule.solo) if rule else False,
        "fields": [it.model_dump() for it in shown.fields] if one_tap else [],
    }


def grants_memo(grants: Sequence[Grant]) -> dict[str, Any]:
    """What `/approvals always` shows of a conversation."""
    return {GRANTS: [grant.model_dump(mode="json") for grant in grants]}


def grants_of(workflow_id: str, memo: Mapping[str, Any]) -> Sequence[GrantRow]:
    """Read what `grants_memo` wrote."""
    return [GrantRow(workflow_id, Grant.model_validate(it)) for it in memo.get(GRANTS) or ()]
