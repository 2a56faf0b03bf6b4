"""The state of one approval, apart from what is done with it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card, Posted
from workflows.contracts.core import Call
from workflows.contracts.decisions import Execution, Outcome, Stop
from workflows.voting.ballot import Ballot, ended
from workflows.voting.docket import Docket
from workflows.voting.protocol import Voting


@dataclass
class ApprovalState:
    """What is asked, how the votes on it stand, and what became of it."""

    id: str
    request: ApprovalRequest
    voting: Voting
    execution: Execution = Execution.NOT_STARTED
    is_slow: bool = False
    """Whether it has run for so long that people want to see that it does."""
    result: str = ""
    edition: int = 0
    losses: int = 0
    """How often the card was found to be gone."""
    reminders: tuple[Posted, ...] = ()
    settled: bool = field(default=False)
    """Whether nothing more changes."""

    @property
    def ballot(self) -> Ballot:
        """What has been decided."""
        return self.voting.ballot

    @property
    def docket(self) -> Docket:
        """The votes that are under way."""
        return self.voting.docket

    @property
    def call(self) -> Call:
        """What will run: as proposed, or as an approver changed it."""
        return self.voting.call

    @property
    def card(self) -> Card | None:
        """Where it is shown."""
        return self.voting.card

    @property
    def deadline(self) -> datetime | None:
        """When the question expires."""
        return self.request.deadline

    def close(self, outcome: Outcome, now: datetime) -> None:
        """End the question, which nobody has decided; an outcome that stands stays."""
        by_itself = None if outcome is Outcome.FAILED_TO_ASK else ended(outcome, now)
        self.voting.close(outcome, now, by_itself)

    def stop(self, why: Stop, now: datetime) -> None:
        """End the question by force, unless it has ended."""
        self.voting.stop(why, now)

    @property
    def face(self) -> tuple[Any, ...]:
        """What a card shows: where that has changed, the card is drawn anew."""
        ballot, voting = self.ballot, self.voting
        decided = (ballot.outcome, ballot.votes, ballot.handed, ballot.rule, ballot.escalated)
        return (*decided, self.execution, voting.prepared, voting.stale, self.losses)

    def status(self) -> ApprovalStatus:
        """Everything that is known of it."""
        ballot, voting = self.ballot, self.voting
        return ApprovalStatus(
            id=self.id,
            request=self.request,
            outcome=ballot.outcome,
            decision=ballot.decision,
            execution=self.execution,
            result=self.result,
            card=self.card,
            refused=ballot.refused,
            edition=self.edition,
            votes=ballot.votes,
            handed=ballot.handed,
            deadline=self.deadline,
            escalated=ballot.escalated,
            effective=voting.effective,
            prepared=voting.prepared,
            rule=ballot.rule,
            drift=voting.drift,
            ended_at=voting.ended_at,
            counted=ballot.reached,
            stop=voting.stopped,
            reminders=self.reminders,
        )
