"""One approval as it is stored: what is asked, where it is shown, and how it stands.

Stored in histories, so from the first tag on it only grows, like `workflows.contracts.core`.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

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
    title: str = ""
    """What it allows, as people read it: the tool's title."""
    fingerprint: str = ""
    """Of a tool that is not ours, as it was then: one that has changed since is asked for again."""


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
    total: float | None = None
    """What it and those before it cost together when it was asked, where the policy asks that."""
    is_awaited: bool = False
    """Whether its conversation waits to hear that the card stands."""

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


class MessageKind(StrEnum):
    """What a message about an approval is.

    All of them say how the approval stands for as long as they are there. How each is redrawn is
    in `countersign.slack.message.content_of`.
    """

    CARD = "card"
    COPY = "copy"
    """The card in one more direct message."""
    LINE = "line"
    """In the thread, where the card is elsewhere."""
    LETTER = "letter"
    """The same for who asked, where the thread takes nothing from us."""
    REMINDER = "reminder"
    ESCALATION = "escalation"
    HAND_OVER = "hand over"
    NUDGE = "nudge"


class Posted(BaseModel, frozen=True):
    """A message about an approval that is there."""

    kind: MessageKind
    channel: str
    ts: str
    user: str = ""
    """Whose direct message it is."""
    number: int = 0
    """Which reminder it is."""
    by: Person | None = None
    """Who asked for it, if somebody did."""


class Card(BaseModel, frozen=True):
    """Where an approval can be seen in Slack."""

    channel: str
    ts: str
    permalink: str = ""
    source: str = ""
    """Link to the message that began the thread."""
    copies: tuple[Posted, ...] = ()
    """The other direct messages, where the card goes to several people."""
    line: str = ""
    """`ts` of the line in the thread, where the card is elsewhere."""
    problems: tuple[str, ...] = ()
    """Targets that Slack refused, each with its word for why: `C0FINANCE: not_in_channel`."""

    letter: Posted | None = None
    """What was written to who asked, where the thread takes no line."""

    @property
    def shown_at(self) -> tuple[str, ...]:
        """`ts` of every message that shows the whole card."""
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
    reminders: tuple[Posted, ...] = ()
    """Every direct message to somebody who was waited for."""
    replaced_at: str = ""
    """Permalink of the card of `replaced_by`; empty where it has none."""

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
    def messages(self) -> tuple[Posted, ...]:
        """Every message about it that Slack has."""
        return (*self._shown(), *self.reminders)

    def _shown(self) -> Iterator[Posted]:
        """Card, copies, and what stands for it elsewhere."""
        card = self.card
        if card and card.ts:
            yield Posted(kind=MessageKind.CARD, channel=card.channel, ts=card.ts)
        if card:
            yield from card.copies
        if card and card.line:
            yield Posted(kind=MessageKind.LINE, channel=self.origin.channel, ts=card.line)
        if card and card.letter:
            yield card.letter

    @property
    def call(self) -> Call:
        """The call that is asked for and run: as proposed, or as an approver changed it."""
        return self.effective or self.request.call

    @property
    def shown(self) -> Prepared:
        """That call in plain words."""
        return self.prepared or self.request.prepared

    @property
    def is_done(self) -> bool:
        """Whether it was approved, and the tool did what it was asked."""
        return self.outcome is Outcome.APPROVED and self.execution is Execution.DONE

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


def may_be_done(outcome: Outcome, execution: Execution) -> bool:
    """Whether it waits, was done, or may have been done or yet be done: so it costs something.

    What was rejected, withdrawn or has expired does not, and neither does an action that failed.
    """
    if outcome in {Outcome.PENDING, Outcome.APPROVED}:
        return execution is not Execution.FAILED
    return execution in {Execution.RUNNING, Execution.UNKNOWN, Execution.PASSED_ON}


ENDED = frozenset({Execution.DONE, Execution.FAILED, Execution.UNKNOWN, Execution.PASSED_ON})
"""Nothing more comes of an action that is one of these."""
