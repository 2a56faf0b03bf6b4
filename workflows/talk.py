"""What the turns of one conversation share."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.contracts import Person, Thread
from workflows.decisions import Outcome
from workflows.differences import call_digest
from workflows.listing import grants_memo
from workflows.memory import Item, Memory, Remembered
from workflows.rules import Rule
from workflows.search import grant_changes

HOUR = timedelta(hours=1)
REFUSALS_LAST = timedelta(minutes=10)
"""How long a refusal answers an identical call; then people may be asked again."""
REFUSALS_LIMIT = 50
REMEMBERED = frozenset({Outcome.REJECTED, Outcome.CHANGES_REQUESTED})
"""Answers by people. What merely ran out of time may be asked again at once."""


@dataclass
class Talk:
    """One thread. One turn at a time has the floor.

    A turn that waits for people gives the floor up, so that others are answered meanwhile,
    and takes it again to go on.
    """

    thread: Thread
    items: list[Item]
    grants: list[Grant] = field(default_factory=list[Grant])
    refusals: list[Remembered] = field(default_factory=list[Remembered])
    asks: list[datetime] = field(default_factory=list[datetime])
    floor: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: dict[str, ApprovalRequest] = field(default_factory=dict[str, ApprovalRequest])
    """What is being waited for, by the approval's id."""
    revised: dict[str, list[ApprovalStatus]] = field(
        default_factory=dict[str, list[ApprovalStatus]]
    )
    """Approvals sent back for changes whose new proposal is still to come, by tool."""

    @classmethod
    def of(cls, memory: Memory) -> "Talk":
        """Go on where an earlier run stopped."""
        return cls(
            memory.thread,
            list(memory.items),
            grants=list(memory.grants),
            refusals=list(memory.refusals),
            asks=list(memory.asks),
        )

    def waiting_for_people(self) -> dict[str, ApprovalRequest]:
        """What people have to decide, without what a rule or a grant lets run."""
        return {
            id_: it
            for id_, it in self.waiting.items()
            if it.granted is None and not (it.rule and it.rule.auto_approve)
        }

    def waits_already(self, tool: str, arguments: str) -> str | None:
        """Id of an approval for the very same call, if one waits."""
        digest = call_digest(tool, arguments)
        for id_, request in self.waiting_for_people().items():
            if call_digest(request.call.tool, request.call.arguments) == digest:
                return id_
        return None

    def refused_before(self, tool: str, arguments: str) -> Remembered | None:
        """How the very same call was refused a moment ago, if it was."""
        since, digest = workflow.now() - REFUSALS_LAST, call_digest(tool, arguments)
        self.refusals = [it for it in self.refusals if it.at > since][-REFUSALS_LIMIT:]
        return next((it for it in reversed(self.refusals) if it.digest == digest), None)

    def remember_refusal(self, status: ApprovalStatus, verdict: str) -> None:
        """Keep what people answered, for the next minutes."""
        if status.outcome not in REMEMBERED:
            return
        call = status.request.call
        self.refusals.append(
            Remembered(
                id=status.id,
                tool=call.tool,
                digest=call_digest(call.tool, call.arguments),
                outcome=status.outcome,
                at=workflow.now(),
                verdict=verdict,
            )
        )

    def asks_within_the_hour(self) -> int:
        """How often people were asked from here within the last hour."""
        since = workflow.now() - HOUR
        self.asks = [at for at in self.asks if at > since]
        return len(self.asks)

    def grant_for(self, tool: str, rule: Rule, requester: Person) -> Grant | None:
        """The standing permission for a call. Nobody's own permission covers what they ask for."""
        if not rule.always:
            return None
        for grant in self.grants:
            own = grant.by.user == requester.user and not (rule.self_approval or rule.solo)
            if (grant.tool, grant.rule) == (tool, rule.name) and not own:
                return grant
        return None

    def give(self, grant: Grant) -> None:
        """Allow a tool for the rest of the thread, under the rule that let somebody do so."""
        kept = [it for it in self.grants if (it.tool, it.rule) != (grant.tool, grant.rule)]
        self._keep([*kept, grant])

    def revoke(self, grant_id: str) -> None:
        """Take a permission back; one that is gone is no error."""
        self._keep([it for it in self.grants if it.id != grant_id])

    def _keep(self, grants: list[Grant]) -> None:
        if grants == self.grants:
            return
        self.grants = grants
        workflow.upsert_memo(grants_memo(grants))
        people = [it.requester.user for it in grants if it.requester]
        workflow.upsert_search_attributes(grant_changes(self.thread, grants, people))
