"""One approval as it is stored: what is asked, where it is shown, and how it stands.

Stored in histories, so from the first tag on it only grows, like `workflows.contracts.core`.
"""

from datetime import datetime

from pydantic import BaseModel

from workflows.contracts.core import Call, Difference, Origin, Person, Prepared
from workflows.contracts.decisions import (
    CountedVote,
    Decision,
    Execution,
    HandOver,
    Outcome,
    Refused,
    Stop,
)
from workflows.contracts.rules import Rule


class Grant(BaseModel, frozen=True):
    """Leave to run a tool in one thread without asking, given by somebody who could approve it."""

    id: str
    tool: str
    rule: str
    by: Person
    at: datetime
    approval: str
    requester: Person
    """Who asked for what was approved then."""


class ApprovalRequest(BaseModel, frozen=True):
    """Everything that is asked, fixed when it is asked."""

    call: Call
    prepared: Prepared
    asked_at: datetime
    rule: Rule
    replaces: str = ""
    """Id of the approval that this one takes the place of."""
    changes: tuple[Difference, ...] = ()
    """How it differs from the one it replaces."""
    audience: tuple[str, ...] = ()
    granted: "Grant | None" = None
    """The standing permission under which nobody has to be asked."""
    decided_in: str = ""
    """Slack's workspace in which people decide it; empty if it was asked there."""

    @property
    def team(self) -> str:
        """Slack's workspace in whose lists it is."""
        return self.decided_in or self.call.origin.team

    @property
    def is_automatic(self) -> bool:
        """Whether nobody has to be asked, since a rule or a permission lets it run."""
        return self.granted is not None or self.rule.auto_approve

    @property
    def deadline(self) -> datetime | None:
        """When the question expires."""
        after = self.rule.expires_after
        return self.asked_at + after if after else None


class Copy(BaseModel, frozen=True):
    """One more message that shows an approval."""

    channel: str
    ts: str
    user: str = ""
    """Whose direct message it is."""


class Card(BaseModel, frozen=True):
    """Where an approval can be seen in Slack."""

    channel: str
    ts: str
    permalink: str = ""
    source: str = ""
    """Link to the message that began the thread."""
    copies: tuple[Copy, ...] = ()
    """The other direct messages, where the card goes to several people."""
    line: str = ""
    """`ts` of the line in the thread, where the card is elsewhere."""
    problems: tuple[str, ...] = ()
    """Targets that Slack refused, each with its word for why: `C0FINANCE: not_in_channel`."""

    @property
    def messages(self) -> tuple[str, ...]:
        """`ts` of every message with buttons."""
        return (self.ts, *(copy.ts for copy in self.copies))


class ApprovalStatus(BaseModel, frozen=True):
    """The whole state of an approval: all that a card shows."""

    id: str
    request: ApprovalRequest
    outcome: Outcome = Outcome.PENDING
    decision: Decision | None = None
    execution: Execution = Execution.NOT_STARTED
    result: str = ""
    card: Card | None = None
    refused: tuple[Refused, ...] = ()
    edition: int = 0
    """How often the card was posted anew because it was gone."""
    votes: tuple[CountedVote, ...] = ()
    """Approvals that counted so far."""
    handed: tuple[HandOver, ...] = ()
    deadline: datetime | None = None
    escalated: bool = False
    effective: Call | None = None
    """The call as an approver changed it; what is asked and run is this."""
    prepared: Prepared | None = None
    """`effective` in plain words."""
    rule: Rule | None = None
    """The rule of the edited call, where it is another than the request's."""
    replaced_by: str = ""
    drift: tuple[Difference, ...] = ()
    """What changed in the world between the asking and the approval."""
    ended_at: datetime | None = None
    counted: int = 0
    """How many of the rule's seats the votes fill; two people of one panel may fill one."""
    stop: Stop | None = None
    """By what it was ended, where the outcome is `STOPPED`."""

    @classmethod
    def pending(cls, request: ApprovalRequest) -> "ApprovalStatus":
        """One that was asked for and of which nothing else is known yet."""
        return cls(id=request.call.approval, request=request, deadline=request.deadline)

    @property
    def origin(self) -> Origin:
        """Where it was asked."""
        return self.request.call.origin

    @property
    def team(self) -> str:
        """Slack's workspace in whose lists it is."""
        return self.request.team

    @property
    def call(self) -> Call:
        """The call that is asked for and run: as proposed, or as an approver changed it."""
        return self.effective or self.request.call

    @property
    def shown(self) -> Prepared:
        """That call in plain words."""
        return self.prepared or self.request.prepared

    @property
    def in_force(self) -> Rule:
        """The rule that decides now."""
        return self.rule or self.request.rule


def as_ended(status: ApprovalStatus, stop: Stop, at: datetime | None = None) -> ApprovalStatus:
    """An approval that was ended by force, from the last that is recorded of it.

    What had ended by itself stays as it was. Its workflow sets `RUNNING` in the same step in
    which it asks for the action, so that before that nothing was done, and after that nobody
    knows.
    """
    outcome, execution = ended_as(status.outcome, status.execution)
    if (outcome, execution) == (status.outcome, status.execution):
        return status
    ending = {"outcome": outcome, "execution": execution, "stop": status.stop or stop}
    return status.model_copy(update={**ending, "ended_at": at or status.ended_at})


def ended_as(outcome: Outcome, execution: Execution) -> tuple[Outcome, Execution]:
    """What these two become when their workflow is ended by force."""
    is_cut_off = outcome is Outcome.PENDING or (
        outcome is Outcome.APPROVED and execution not in ENDED
    )
    has_begun = execution is Execution.RUNNING
    return (
        Outcome.STOPPED if is_cut_off else outcome,
        Execution.UNKNOWN if has_begun else execution,
    )


ENDED = frozenset({Execution.DONE, Execution.FAILED, Execution.UNKNOWN})
"""Nothing more comes of an action that is one of these."""
