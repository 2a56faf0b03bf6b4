"""The state of one approval, apart from what is done with it."""

from dataclasses import dataclass, field
from datetime import datetime

from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card
from workflows.contracts.core import Call, Difference, Prepared
from workflows.contracts.decisions import Execution, Outcome, Stop
from workflows.contracts.rules import Rule
from workflows.voting.ballot import Ballot, ended


@dataclass
class ApprovalState:
    """What is asked, how it stands, and what became of it. `changes` counts what a card shows."""

    id: str
    request: ApprovalRequest
    ballot: Ballot = field(init=False)
    execution: Execution = Execution.NOT_STARTED
    result: str = ""
    card: Card | None = None
    edition: int = 0
    lost: str = ""
    effective: Call | None = None
    prepared: Prepared | None = None
    drift: tuple[Difference, ...] = ()
    ended_at: datetime | None = None
    stopped: Stop | None = None
    changes: int = 0
    settled: bool = False

    def __post_init__(self) -> None:
        """Begin with the ballot that the request asks for."""
        request = self.request
        self.ballot = Ballot(
            requester=request.call.requester,
            rule=request.rule,
            digest=request.prepared.digest,
            deadline=self.deadline,
        )

    @property
    def rule(self) -> Rule:
        """The rule in force."""
        return self.ballot.rule

    @property
    def call(self) -> Call:
        """What will run: as proposed, or as an approver changed it."""
        return self.effective or self.request.call

    @property
    def shown(self) -> Prepared:
        """That call in plain words."""
        return self.prepared or self.request.prepared

    @property
    def deadline(self) -> datetime | None:
        """When the question expires."""
        return self.request.deadline

    @property
    def is_automatic(self) -> bool:
        """Whether nobody has to be asked."""
        return self.request.is_automatic

    def put(self, ballot: Ballot, now: datetime) -> None:
        """Take a new state of the ballot; what a card shows of it counts as a change."""
        if (ballot.outcome, ballot.votes, ballot.handed, ballot.rule) != (
            self.ballot.outcome,
            self.ballot.votes,
            self.ballot.handed,
            self.ballot.rule,
        ):
            self.changes += 1
        if ballot.closed and not self.ballot.closed:
            self.ended_at = now
        self.ballot = ballot

    def stop(self, why: Stop, now: datetime) -> None:
        """End the question by force, unless it has ended: then it has, and that stands."""
        if self.ballot.closed:
            return
        self.stopped = why
        self.put(self.ballot.close(Outcome.STOPPED, ended(Outcome.STOPPED, now)), now)

    def status(self) -> ApprovalStatus:
        """Everything the card shows."""
        return ApprovalStatus(
            id=self.id,
            request=self.request,
            outcome=self.ballot.outcome,
            decision=self.ballot.decision,
            execution=self.execution,
            result=self.result,
            card=self.card,
            refused=self.ballot.refused,
            edition=self.edition,
            votes=self.ballot.votes,
            handed=self.ballot.handed,
            deadline=self.deadline,
            escalated=self.ballot.escalated,
            effective=self.effective,
            prepared=self.prepared,
            rule=self.ballot.rule,
            drift=self.drift,
            ended_at=self.ended_at,
            counted=self.ballot.reached,
            stop=self.stopped,
        )
