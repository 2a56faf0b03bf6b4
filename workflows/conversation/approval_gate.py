"""The gate of a guarded call: deduplicate, review, line up, judge, limit, replace, ask, conclude.

Each step ends the call in words for the model, or hands it on. Until people are asked nothing has
happened, so a call that was on its way is simply sent through again in another run.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from temporalio import workflow

from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.contracts.core import (
    APPROVAL_ALPHABET,
    APPROVAL_ID_LENGTH,
    APPROVAL_PREFIX,
    Call,
    Difference,
    Prepared,
    StopRequest,
)
from workflows.contracts.decisions import Outcome, Via
from workflows.contracts.rules import Reviewed, Rule, Ruling, Verdict
from workflows.conversation import approval_child
from workflows.conversation.call_review import Tell, review
from workflows.conversation.card_order import CARD_TURN, CardOrder
from workflows.conversation.memory import GuardedCall, lean
from workflows.conversation.model_messages import (
    already_asked_for_model,
    decided_meanwhile_for_model,
    denied_for_model,
    gave_way_for_model,
    impossible_for_model,
    not_replaced_for_model,
    refused_before_for_model,
    rejection_for_model,
    result_for_model,
    too_many_for_model,
    too_many_waiting_for_model,
    unheard_for_model,
    unprepared_for_model,
    withdrawn_unasked_for_model,
)
from workflows.conversation.state import ConversationState
from workflows.digest import differences

MOST_REPLACEMENTS = 5
"""How often a call is asked for anew because the world changed under it."""
UNRULED = Rule(name="free", auto_approve=True)
"""For a tool that needs no approval, where what the policy denies of it does not apply."""


@dataclass
class Passage:
    """One call on its way through the gate."""

    it: GuardedCall
    order: CardOrder
    reviewed: Reviewed = field(default_factory=Reviewed)
    granted: Grant | None = None
    """The standing permission that covers it."""

    @property
    def call(self) -> Call:
        """What the model wants to do."""
        return self.it.call

    @property
    def ruling(self) -> Ruling:
        """What the policy says of it."""
        return self.reviewed.ruling


@dataclass
class Gate:
    """The guarded calls of one turn."""

    conversation: ConversationState
    tell_delay: Tell
    asked: int = 0
    granted: list[Grant] = field(default_factory=list[Grant])
    """Permissions that came of this turn and were not told in the thread yet."""
    starting: int = 0
    """Calls whose approval is just being started."""

    async def settle(self, calls: Sequence[GuardedCall]) -> None:
        """Settle the calls of one model answer side by side; see `_settle`."""
        order = CardOrder(self.conversation, calls)
        await asyncio.gather(order.keep(), *(self._settle(it, order) for it in calls))

    async def _settle(self, it: GuardedCall, order: CardOrder) -> None:
        """Settle one call, however long that takes; `words` then says how. Never raises.

        What nobody foresaw ends this one call, and leaves those beside it alone.
        """
        self.conversation.calls.append(it)
        try:
            while not it.words:
                steps = STEPS if it.asked is None else (Gate.conclude,)
                it.words = await self._pass(Passage(it, order), steps)
        except Exception:  # the open end: this one call, and nothing beside it
            workflow.logger.exception("A call could not be settled")
            it.words = unheard_for_model(it.approval) if it.approval else unprepared_for_model()
        finally:
            self.conversation.calls.remove(it)

    def stop(self, request: StopRequest, calls: Sequence[GuardedCall]) -> None:
        """Take back every call of the turn that is open. What was approved before goes on."""
        for it in calls:
            if not it.words:
                it.withdrawn_by = request.by.name or request.by.user
                it.stopped = request
                if it.asked is not None and not it.asked.is_automatic:
                    self.conversation.do(approval_child.withdraw(it.approval, request))

    async def _pass(self, passage: Passage, steps: Sequence["Step"]) -> str:
        """Take one step after the other; nothing if the call has to go through anew."""
        for step in steps:
            if words := await step(self, passage):
                return words
        return ""

    async def deduplicate(self, passage: Passage) -> str:
        """Nobody is asked twice: the answer to a call that is on record."""
        tool, arguments = passage.call.tool, passage.call.arguments
        if waiting := self.conversation.waits_already(tool, arguments):
            return already_asked_for_model(waiting)
        refused = self.conversation.refused_before(tool, arguments)
        return refused_before_for_model(refused) if refused else ""

    async def find_replaced(self, passage: Passage) -> str:
        """What a call takes the place of has to wait, and be the same person's."""
        it = passage.it
        if not it.instead_of or it.replaces or self._replaced(it):
            return ""
        return not_replaced_for_model(it.instead_of)

    async def review(self, passage: Passage) -> str:
        """Have the call put in plain words and judged; a call that cannot be done ends.

        Calls of one answer are reviewed side by side. Where the policy asks for a total, each
        counts those before it, so it is judged again once these are asked.
        """
        conversation, it = self.conversation, passage.it
        while True:
            counted = conversation.asked_by(it.call)
            passage.reviewed = await review(it, self.tell_delay, counted)
            if passage.ruling.total is None or passage.ruling.verdict is Verdict.DENY:
                break
            await conversation.turn_of(it)
            if it.withdrawn_by or set(conversation.asked_by(it.call)) <= set(counted):
                break
        problem = passage.reviewed.prepared.problem
        return impossible_for_model(problem) if problem else ""

    async def line_up(self, passage: Passage) -> str:
        """What people are asked waits until the cards of the calls before it stand."""
        if passage.ruling.verdict is Verdict.ASK and self._grant_for(passage) is None:
            await passage.order.turn_of(passage.it)
        return ""

    async def heed_withdrawal(self, passage: Passage) -> str:
        """Who asked may have taken it back meanwhile."""
        by = passage.it.withdrawn_by
        return withdrawn_unasked_for_model(by) if by else ""

    async def judge(self, passage: Passage) -> str:
        """What the policy denies ends; a permission may cover what it would ask for."""
        ruling, rule = passage.ruling, passage.ruling.rule
        nobody = rule is None and ruling.verdict is Verdict.ASK
        if ruling.verdict is Verdict.DENY or nobody:
            return denied_for_model(ruling)
        if ruling.verdict is Verdict.ASK:
            passage.granted = self._grant_for(passage)
        return ""

    def _grant_for(self, passage: Passage) -> Grant | None:
        call, rule = passage.call, passage.ruling.rule
        fingerprint = passage.reviewed.prepared.tool
        return rule and self.conversation.grant_for(call.tool, rule, call.requester, fingerprint)

    async def limit(self, passage: Passage) -> str:
        """People are asked so often and no more, so that nobody is worn down."""
        limits, conversation = passage.ruling.limits, self.conversation
        if passage.ruling.verdict is Verdict.ALLOW or passage.granted:
            return ""
        if self.asked >= limits.asks_per_turn:
            return too_many_for_model(limits.asks_per_turn, "in one turn")
        if conversation.asks_within_the_hour() >= limits.asks_per_hour:
            return too_many_for_model(limits.asks_per_hour, "an hour")
        if conversation.is_full:
            return too_many_waiting_for_model(len(conversation.waiting))
        self.asked += 1
        conversation.asks.append(workflow.now())
        return ""

    async def withdraw_replaced(self, passage: Passage) -> str:
        """Take back what the call replaces, now that nothing else is in its way."""
        it = passage.it
        if not it.instead_of or it.replaces:
            return ""
        if (old := self._replaced(it)) is None:
            return not_replaced_for_model(it.instead_of)
        request = StopRequest(id=f"replaced:{it.call.id}", by=it.call.requester)
        old.gave_way, old.stopped = True, request
        self.starting += 1
        try:
            await approval_child.withdraw(old.approval, request, Via.MESSAGE)
            await workflow.wait_condition(lambda: bool(old.words))
        finally:
            self.starting -= 1
        if old.status is None or old.status.outcome is not Outcome.WITHDRAWN:
            return decided_meanwhile_for_model(old.words)
        it.replaces = lean(old.status)
        return ""

    def _replaced(self, it: GuardedCall) -> GuardedCall | None:
        return self.conversation.own_request(it.instead_of, it.call.requester)

    async def ask(self, passage: Passage) -> str:
        """Start the approval. It takes the place of what was sent back or has become outdated."""
        it = passage.it
        it.replaces = replaced = it.replaces or self.conversation.sent_back(it.call.tool)
        request = _request(passage)
        id_ = request.call.approval
        self.conversation.waiting[id_] = it.asked = request
        self.conversation.note_asked(request)
        self.starting += 1
        try:
            child = await approval_child.start(request)
        except BaseException:
            del self.conversation.waiting[id_]
            self.conversation.forget_asked(id_)
            it.asked = None
            raise
        finally:
            self.starting -= 1
        self.conversation.hear(approval_child.watch(child, request))
        if it.stopped is not None and not request.is_automatic:
            await approval_child.withdraw(id_, it.stopped)  # meanwhile there was nobody to hear it
        if replaced is not None:
            link = await self._link_to(request)
            await approval_child.point_to(replaced, id_, link)
        return ""

    async def _link_to(self, request: ApprovalRequest) -> str:
        """The permalink of a new card, if that stands in time and has one."""
        if request.is_automatic:
            return ""
        conversation, id_ = self.conversation, request.call.approval
        self.starting += 1
        try:
            await workflow.wait_condition(
                lambda: id_ in conversation.cards or id_ in conversation.ended, timeout=CARD_TURN
            )
        except TimeoutError:
            workflow.logger.info("The card of %s is late; the old one does not open it", id_)
        finally:
            self.starting -= 1
        return conversation.cards.get(id_, "")

    async def conclude(self, passage: Passage) -> str:
        """Wait for people, and put what they decided into words; or have it asked anew."""
        it, conversation = passage.it, self.conversation
        status = await conversation.end_of(it.approval)
        it.asked, it.status = None, status
        it.gave_way = it.gave_way and status.outcome is Outcome.WITHDRAWN
        conversation.note_end(status)
        if status.outcome is Outcome.SUPERSEDED and it.replacements < MOST_REPLACEMENTS - 1:
            it.replaces = lean(status)
            it.replacements += 1
            return ""
        if status.outcome is Outcome.APPROVED:
            self._note_grant(status)
            return result_for_model(status)
        if it.gave_way:
            return gave_way_for_model()
        words = rejection_for_model(status)
        conversation.remember_refusal(status, words)
        if status.outcome is Outcome.CHANGES_REQUESTED:
            conversation.send_back(status)
        return words

    def _note_grant(self, status: ApprovalStatus) -> None:
        """Whether the last approval also allowed the tool for the rest of the thread."""
        decision, rule = status.decision, status.in_force
        if decision is None or decision.by is None or not decision.always:
            return
        grant = Grant(
            id=f"grant-{status.id.removeprefix(APPROVAL_PREFIX)}",
            tool=status.call.tool,
            rule=rule.name,
            by=decision.by,
            at=decision.at,
            approval=status.id,
            requester=status.request.call.requester,
            title=status.shown.title,
            fingerprint=status.shown.tool,
        )
        self.conversation.give(grant)
        self.granted.append(grant)


Step = Callable[[Gate, Passage], Awaitable[str]]
"""Ends the call in words for the model, or hands it on without any."""
STEPS: tuple[Step, ...] = (
    Gate.deduplicate,
    Gate.find_replaced,
    Gate.review,
    Gate.line_up,
    Gate.heed_withdrawal,
    Gate.deduplicate,  # again, since a review and the line take time, and so does a withdrawal
    Gate.judge,
    Gate.limit,
    Gate.withdraw_replaced,
    Gate.deduplicate,
    Gate.ask,
    Gate.conclude,
)


def _request(passage: Passage) -> ApprovalRequest:
    rng, ruling, replaced = workflow.random(), passage.ruling, passage.it.replaces
    letters = "".join(rng.choice(APPROVAL_ALPHABET) for _ in range(APPROVAL_ID_LENGTH))
    prepared, rule = passage.reviewed.prepared, ruling.rule or UNRULED
    if passage.call.at_provider:
        rule = rule.model_copy(update={"edit": False})  # it runs what it asked for, or nothing
    return ApprovalRequest(
        call=passage.call.model_copy(update={"approval": APPROVAL_PREFIX + letters}),
        prepared=prepared,
        asked_at=workflow.now(),
        rule=rule,
        replaces=replaced.id if replaced else "",
        changes=_changes(replaced, prepared) if replaced else (),
        audience=ruling.audience,
        granted=passage.granted,
        decided_in=ruling.team,
        total=ruling.total,
        is_awaited=replaced is not None or passage.order.holds_others(passage.it),
    )


def _changes(replaced: ApprovalStatus, prepared: Prepared) -> tuple[Difference, ...]:
    """How a call differs from the one that it replaces, or else why that became outdated."""
    return differences(replaced.shown, prepared) or replaced.drift
