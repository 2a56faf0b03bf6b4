"""What the turns of one conversation share."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

from workflows.contracts.activity_inputs import AskedHere
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Grant, may_be_done
from workflows.contracts.core import Call, Origin, Person
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import Rule
from workflows.conversation.memory import (
    AskedLately,
    GuardedCall,
    Item,
    Memory,
    Remembered,
    lean,
    noted,
    window,
)
from workflows.conversation.model_messages import forgotten_note, withheld_note
from workflows.digest import call_digest
from workflows.listing.rows import grants_memo
from workflows.listing.search_attributes import grant_changes

HOUR = timedelta(hours=1)
POSTED_AT_ONCE = 5
"""Answers that are posted side by side; Slack takes about one a second in a channel."""
REFUSALS_LAST = timedelta(minutes=10)
"""How long a refusal answers an identical call; then people may be asked again."""
REFUSALS_LIMIT = 50
GRANTS_LIMIT = 50
REVISED_LIMIT = 3
LISTED_AFTER = timedelta(minutes=10)
"""How long what was asked is counted from here; by then Temporal's visibility has it."""
LATELY_LIMIT = 300
WAITING_LIMIT = 30
WAITING_SIZE = 500_000
"""Approvals that may wait in one thread, and bytes of what is known of them: all of it is carried
when the conversation renews itself."""
REMEMBERED = frozenset({Outcome.REJECTED, Outcome.CHANGES_REQUESTED})
"""Answers by people. What merely ran out of time may be asked again at once."""


@dataclass
class ConversationState:
    """One thread. One turn at a time has the floor.

    A turn that waits for people gives the floor up, so that others are answered meanwhile,
    and takes it again to go on.
    """

    origin: Origin
    items: list[Item]
    forgotten: int = 0
    agent: str = ""
    """Name of the agent that answers the next message; empty for the one that `AGENT` names."""
    grants: list[Grant] = field(default_factory=list[Grant])
    refusals: list[Remembered] = field(default_factory=list[Remembered])
    revised: list[ApprovalStatus] = field(default_factory=list[ApprovalStatus])
    """Approvals sent back for changes whose new proposal is still to come."""
    asks: list[datetime] = field(default_factory=list[datetime])
    lately: list[AskedLately] = field(default_factory=list[AskedLately])
    floor: asyncio.Lock = field(default_factory=asyncio.Lock)
    handed_on: Origin | None = None
    """Where its first message is answered instead, so that this conversation may end."""
    renewing: bool = False
    """Whether the conversation is about to go on in a fresh run: nobody takes the floor then."""
    posting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(POSTED_AT_ONCE))
    calls: list[GuardedCall] = field(default_factory=list[GuardedCall])
    """Guarded calls that are on their way, or wait for people."""
    waiting: dict[str, ApprovalRequest] = field(default_factory=dict[str, ApprovalRequest])
    """What is being waited for, by the approval's id."""
    ended: dict[str, ApprovalStatus] = field(default_factory=dict[str, ApprovalStatus])
    """How those have ended whose turn has not heard of it yet."""
    cards: dict[str, str] = field(default_factory=dict[str, str])
    """Permalinks of the cards of which was heard that they stand, by the id of what waits."""
    beside: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    """What goes on beside the turns: waiting for the ends that Temporal tells of."""

    @classmethod
    def of(cls, memory: Memory) -> "ConversationState":
        """Go on where an earlier run stopped.

        What it waits for is known at once: signals are taken before the workflow's own code runs.
        """
        asked = (call for turn in memory.open_turns for call in turn.open_calls() if not call.words)
        return cls(
            memory.origin,
            list(memory.items),
            forgotten=memory.forgotten,
            agent=memory.agent,
            grants=list(memory.grants),
            refusals=list(memory.refusals),
            revised=list(memory.revised),
            asks=list(memory.asks),
            lately=list(memory.lately),
            waiting={it.asked.call.approval: it.asked for it in asked if it.asked},
        )

    @property
    def length(self) -> int:
        """How many items the thread has had in all."""
        return self.forgotten + len(self.items)

    def add(self, *items: Item) -> None:
        """Go on with the thread; what no longer fits is forgotten, the oldest first."""
        whole = [*self.items, *items]
        self.items = window(whole)
        self.forgotten += len(whole) - len(self.items)

    def before(self, position: int) -> list[Item]:
        """What the thread had come to at some point, with a mark where its beginning is gone."""
        kept = self.items[: max(position - self.forgotten, 0)]
        return [noted(forgotten_note(self.forgotten)), *kept] if self.forgotten else kept

    def withhold(self, position: int) -> None:
        """No model is given what was said at some point, since a check did not let it through."""
        at = position - self.forgotten
        if 0 <= at < len(self.items):
            self.items[at] = noted(withheld_note())

    def hear(self, watch: Coroutine[Any, Any, ApprovalStatus]) -> None:
        """Note how an approval has ended once Temporal tells."""

        async def note() -> None:
            self.end(await watch)

        self.do(note())

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done beside the turns."""
        task = asyncio.create_task(work)
        self.beside.add(task)
        task.add_done_callback(self.beside.discard)

    def end(self, status: ApprovalStatus) -> None:
        """Note how an approval has ended. Whatever nobody waits for is passed over."""
        if status.id in self.waiting:
            self.ended.setdefault(status.id, status)

    def note_card(self, id_: str, permalink: str) -> None:
        """Note that the card of an approval stands. Whatever nobody waits for is passed over."""
        if id_ in self.waiting:
            self.cards[id_] = permalink

    async def end_of(self, id_: str) -> ApprovalStatus:
        """Wait for the end of an approval, for as long as it takes."""
        try:
            await workflow.wait_condition(lambda: id_ in self.ended)
            return self.ended.pop(id_)
        finally:
            del self.waiting[id_]
            self.cards.pop(id_, None)

    def waiting_for_people(self) -> dict[str, ApprovalRequest]:
        """What people have to decide, without what a rule or a grant lets run."""
        return {id_: it for id_, it in self.waiting.items() if not it.is_automatic}

    @property
    def is_full(self) -> bool:
        """Whether so much waits here that no more can be carried."""
        if len(self.waiting) >= WAITING_LIMIT:
            return True
        return sum(len(it.model_dump_json()) for it in self.calls) >= WAITING_SIZE

    def waits_already(self, tool: str, arguments: str) -> str | None:
        """Id of an approval for the very same call, if one waits."""
        digest = call_digest(tool, arguments)
        for id_, request in self.waiting_for_people().items():
            if call_digest(request.call.tool, request.call.arguments) == digest:
                return id_
        return None

    def own_request(self, id_: str, by: Person) -> GuardedCall | None:
        """The call of somebody's that waits for people under this id, if there is one."""
        asked = (it for it in self.calls if it.asked and not it.asked.is_automatic)
        own = (it for it in asked if it.call.requester.same_as(by))
        return next((it for it in own if it.approval == id_), None)

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
        refusal = Remembered(
            id=status.id,
            tool=call.tool,
            digest=call_digest(call.tool, call.arguments),
            outcome=status.outcome,
            at=workflow.now(),
            verdict=verdict,
        )
        self.refusals = [*self.refusals, refusal][-REFUSALS_LIMIT:]

    def send_back(self, status: ApprovalStatus) -> None:
        """Keep what was sent back for changes until its new proposal comes."""
        self.revised = [*self.revised, lean(status)][-REVISED_LIMIT:]

    def sent_back(self, tool: str) -> ApprovalStatus | None:
        """The approval whose requested changes the next call of a tool answers."""
        for status in self.revised:
            if status.request.call.tool == tool:
                self.revised.remove(status)
                return status
        return None

    def not_asked_yet(self, by: Person) -> Iterator[GuardedCall]:
        """Calls of somebody's for which nobody could be asked yet."""
        own = (it for it in self.calls if it.call.requester.user == by.user)
        return (it for it in own if it.asked is None and not it.words and not it.withdrawn_by)

    def asks_within_the_hour(self) -> int:
        """How often people were asked from here within the last hour."""
        since = workflow.now() - HOUR
        self.asks = [at for at in self.asks if at > since]
        return len(self.asks)

    def note_asked(self, request: ApprovalRequest) -> None:
        """Keep what a call costs until totals find it in lists."""
        call, amount, now = request.call, request.prepared.amount, workflow.now()
        self.lately = [it for it in self.lately if it.at > now - LISTED_AFTER][-LATELY_LIMIT:]
        if amount is not None:
            cost = AskedHere(id=call.approval, amount=amount)
            requester = call.requester.user
            self.lately.append(AskedLately(cost=cost, tool=call.tool, requester=requester, at=now))

    def note_end(self, status: ApprovalStatus) -> None:
        """What is sure not to be done costs nothing."""
        if not may_be_done(status.outcome, status.execution):
            self.forget_asked(status.id)

    def forget_asked(self, id_: str) -> None:
        """Count an approval no more from here; one that is not counted is no error."""
        self.lately = [it for it in self.lately if it.cost.id != id_]

    def asked_by(self, call: Call) -> tuple[AskedHere, ...]:
        """What the same person asked the same tool for here a moment ago."""
        key = (call.tool, call.requester.user)
        return tuple(it.cost for it in self.lately if (it.tool, it.requester) == key)

    async def turn_of(self, it: GuardedCall) -> None:
        """Wait until every like call before this one is asked, or ended without that."""
        await workflow.wait_condition(
            lambda: bool(it.withdrawn_by) or not any(self._comes_before(it))
        )

    def _comes_before(self, it: GuardedCall) -> Iterator[bool]:
        """Of each call before this one, whether it is for the same total and on its way."""
        key = (it.call.tool, it.call.requester.user)
        for other in self.calls[: self.calls.index(it)]:
            same = (other.call.tool, other.call.requester.user) == key
            yield same and other.asked is None and not other.words and not other.withdrawn_by

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
        self._keep([*kept, grant][-GRANTS_LIMIT:])

    def revoke(self, grant_id: str) -> None:
        """Take a permission back; one that is gone is no error."""
        self._keep([it for it in self.grants if it.id != grant_id])

    def _keep(self, grants: list[Grant]) -> None:
        if grants == self.grants:
            return
        self.grants = grants
        workflow.upsert_memo(grants_memo(grants))
        people = [it.requester.user for it in grants if it.requester]
        workflow.upsert_search_attributes(grant_changes(self.origin, grants, people))
