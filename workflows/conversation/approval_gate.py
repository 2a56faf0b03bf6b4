"""The gate of a guarded call: prepare, deduplicate, judge, limit, ask, conclude.

Each step ends the call in words for the model, or hands it on. Until people are asked nothing has
happened, so a call that was on its way is simply sent through again in another run.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError

from workflows.approval.display import fits_in_a_row
from workflows.approval.workflow import ApprovalWorkflow
from workflows.contracts.activities import (
    AgentActivities,
    CardActivities,
    LifecycleActivities,
    PolicyActivities,
)
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.contracts.core import (
    APPROVAL_ALPHABET,
    APPROVAL_ID_LENGTH,
    APPROVAL_PREFIX,
    Call,
    Prepared,
)
from workflows.contracts.decisions import Execution, Outcome, Stop
from workflows.contracts.rules import Rule, Ruling, Verdict
from workflows.conversation.memory import GuardedCall, lean
from workflows.conversation.model_messages import (
    already_asked_for_model,
    denied_for_model,
    refused_before_for_model,
    rejection_for_model,
    result_for_model,
    too_many_for_model,
    too_many_waiting_for_model,
    unheard_for_model,
    unprepared_for_model,
    withdrawn_unasked_for_model,
)
from workflows.conversation.state import Talk
from workflows.digest import differences
from workflows.listing.rows import approval_memo
from workflows.listing.search_attributes import attributes
from workflows.timeouts import (
    ANSWER_PATIENCE,
    CARD_PATIENCE,
    HEARTBEAT,
    SLACK_CALL,
    ask_now,
    patiently,
    prepare,
    sure,
)

MOST_REPLACEMENTS = 5
"""How often a call is asked for anew because the world changed under it."""
LONGEST_JUDGING = timedelta(hours=24)
"""How long it is tried to get a ruling where no rule says how long a request may wait."""
UNRULED = Rule(name="free", auto_approve=True)
"""For a tool that needs no approval, where what the policy denies of it does not apply."""

Tell = Callable[[GuardedCall, datetime], Any]
"""Tells the thread that nobody can be asked yet, and until when that is tried."""


@dataclass
class Gate:
    """The guarded calls of one turn."""

    talk: Talk
    tell_delay: Tell
    asked: int = 0
    granted: list[Grant] = field(default_factory=list[Grant])
    """Permissions that came of this turn and were not told in the thread yet."""
    starting: int = 0
    """Calls whose approval is just being started."""

    async def settle(self, it: GuardedCall) -> None:
        """Settle one call, however long that takes; `words` then says how. Never raises.

        What nobody foresaw ends this one call, and leaves those beside it alone.
        """
        self.talk.calls.append(it)
        try:
            while not it.words:
                if it.asked is None:
                    await self._put(it)
                else:
                    self._conclude(it, await self.talk.end_of(it.asked.call.approval))
        except Exception:  # the open end: this one call, and nothing beside it
            workflow.logger.exception("A call could not be settled")
            asked = it.asked.call.approval if it.asked else ""
            it.words = unheard_for_model(asked) if asked else unprepared_for_model()
        finally:
            self.talk.calls.remove(it)

    async def _put(self, it: GuardedCall) -> None:
        """Put the call to people, unless something else settles it."""
        prepared = await self._prepare(it.call)
        if words := prepared.problem or self._known(it):
            it.words = words
            return
        ruling = await self._judge(it, prepared)
        # Again, since time has passed.
        it.words = self._withdrawn(it) or self._known(it) or self._not_asked(it, ruling) or ""
        if not it.words:
            await self._ask(it, self._request(it, prepared, ruling))

    async def _prepare(self, call: Call) -> Prepared:
        """The call in plain words. What cannot be prepared must not end its siblings' turn."""
        try:
            return await prepare(AgentActivities.prepare_call, call)
        except ActivityError:
            workflow.logger.exception("A call could not be prepared")
            return Prepared(problem=unprepared_for_model())

    def _known(self, it: GuardedCall) -> str | None:
        """The answer to a call that is on record, so that nobody is asked twice."""
        tool, arguments = it.call.tool, it.call.arguments
        if waiting := self.talk.waits_already(tool, arguments):
            return already_asked_for_model(waiting)
        if refused := self.talk.refused_before(tool, arguments):
            return refused_before_for_model(refused)
        if it.replaces is None:
            it.replaces = self.talk.sent_back(tool)
        return None

    async def _judge(self, it: GuardedCall, prepared: Prepared) -> Ruling:
        """The policy's ruling, for which Slack may have to be asked who is who.

        A Slack that is away delays it, and the thread is told so once. Meanwhile whoever asked
        may take it back.
        """
        query = PolicyQuery(call=it.call, prepared=prepared)
        try:
            return await patiently(PolicyActivities.judge, query, ANSWER_PATIENCE)
        except ActivityError as error:
            if _is_final(error):
                return _unjudged()
            patience = _patience_of(error)
        if not it.delayed:
            it.delayed = True
            await self.tell_delay(it, workflow.now() + patience)
        return await self._judge_patiently(it, query, patience)

    async def _judge_patiently(
        self, it: GuardedCall, query: PolicyQuery, patience: timedelta
    ) -> Ruling:
        judging = asyncio.create_task(patiently(PolicyActivities.judge, query, patience))
        await workflow.wait_condition(lambda: judging.done() or bool(it.withdrawn_by))
        if not judging.done():
            judging.cancel()
            return _unjudged()
        try:
            return judging.result()
        except ActivityError:
            workflow.logger.exception("The policy could not be asked")
            return _unjudged()

    def _withdrawn(self, it: GuardedCall) -> str | None:
        return withdrawn_unasked_for_model(it.withdrawn_by) if it.withdrawn_by else None

    def _not_asked(self, it: GuardedCall, ruling: Ruling) -> str | None:
        """Why people are not asked although the call needs them, or None."""
        nobody = ruling.rule is None and ruling.verdict is Verdict.ASK
        if ruling.verdict is Verdict.DENY or nobody:
            return denied_for_model(ruling)
        if self._is_free(it.call, ruling) or it.asked_before:
            return None
        limits = ruling.limits
        if self.asked >= limits.asks_per_turn:
            return too_many_for_model(limits.asks_per_turn, "in one turn")
        if self.talk.asks_within_the_hour() >= limits.asks_per_hour:
            return too_many_for_model(limits.asks_per_hour, "an hour")
        if self.talk.is_full:
            return too_many_waiting_for_model(len(self.talk.waiting))
        self.asked += 1
        it.asked_before = True
        self.talk.asks.append(workflow.now())
        return None

    def _is_free(self, call: Call, ruling: Ruling) -> bool:
        return ruling.verdict is Verdict.ALLOW or self._grant(call, ruling) is not None

    def _grant(self, call: Call, ruling: Ruling) -> Grant | None:
        if ruling.verdict is not Verdict.ASK or ruling.rule is None:
            return None
        return self.talk.grant_for(call.tool, ruling.rule, call.requester)

    def _request(self, it: GuardedCall, prepared: Prepared, ruling: Ruling) -> ApprovalRequest:
        rng, replaced = workflow.random(), it.replaces
        letters = "".join(rng.choice(APPROVAL_ALPHABET) for _ in range(APPROVAL_ID_LENGTH))
        return ApprovalRequest(
            call=it.call.model_copy(update={"approval": APPROVAL_PREFIX + letters}),
            prepared=prepared,
            asked_at=workflow.now(),
            rule=ruling.rule or UNRULED,
            replaces=replaced.id if replaced else "",
            changes=differences(replaced.shown, prepared) if replaced else (),
            audience=ruling.audience,
            granted=self._grant(it.call, ruling),
        )

    async def _ask(self, it: GuardedCall, request: ApprovalRequest) -> None:
        """Start the approval's own workflow, which outlives this run of the conversation."""
        id_, replaced = request.call.approval, it.replaces
        self.talk.waiting[id_] = it.asked = request
        asked = ApprovalStatus.pending(request)
        self.starting += 1
        try:
            handle = await workflow.start_child_workflow(
                ApprovalWorkflow.run,
                request,
                id=id_,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                memo=approval_memo(asked, one_tap=fits_in_a_row(request.prepared)),
                search_attributes=attributes(request),
                static_summary=request.prepared.summary[:200],
            )
        except BaseException:
            del self.talk.waiting[id_]
            it.asked = None
            raise
        finally:
            self.starting -= 1
        self.talk.watches.add(asyncio.create_task(self._watch(handle, request)))
        if replaced is not None:
            await _point_to(replaced, id_)

    async def _watch(self, handle: Any, request: ApprovalRequest) -> None:
        """Hear how the approval ends from Temporal, which also tells of an end by force."""
        try:
            status: ApprovalStatus = await handle
        except ChildWorkflowError as error:
            workflow.logger.warning("An approval was ended by force", exc_info=True)
            status = await ended_by_force(request, _stop_of(error))
        self.talk.end(status)

    def _conclude(self, it: GuardedCall, status: ApprovalStatus) -> None:
        it.asked, it.status = None, status
        again = status.outcome is Outcome.SUPERSEDED and it.replacements < MOST_REPLACEMENTS - 1
        if again:
            it.replaces = lean(status)
            it.replacements += 1
            it.asked_before = False
            return
        if status.outcome is Outcome.APPROVED:
            self._note_grant(status)
            it.words = result_for_model(status)
            return
        it.words = rejection_for_model(status)
        self.talk.remember_refusal(status, it.words)
        if status.outcome is Outcome.CHANGES_REQUESTED:
            self.talk.send_back(status)

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
        )
        self.talk.give(grant)
        self.granted.append(grant)


async def ended_by_force(request: ApprovalRequest, stop: Stop) -> ApprovalStatus:
    """What is left of an approval whose workflow is dead; its card is rewritten from here.

    Where nothing can be learned of it, it may have been done: nobody knows.
    """
    id_ = request.call.approval
    unknown = {"outcome": Outcome.STOPPED, "stop": stop, "execution": Execution.UNKNOWN}
    try:
        found = await ask_now(LifecycleActivities.ended_approvals, (id_,))
        status = sure(ApprovalStatus, next(iter(found)))
    except Exception:  # whatever it is, whoever waits has to hear of the end
        workflow.logger.exception("Nothing is known of a dead approval")
        status = ApprovalStatus.pending(request).model_copy(update=unknown)
    await redraw(status)
    return status


async def redraw(status: ApprovalStatus) -> None:
    """Rewrite a card for an approval that cannot do it itself. One that is gone is no loss."""
    if status.card is None or not status.card.ts:
        return
    try:
        await workflow.execute_activity_method(
            CardActivities.redraw_card,
            status,
            start_to_close_timeout=SLACK_CALL,
            heartbeat_timeout=HEARTBEAT,
            schedule_to_close_timeout=CARD_PATIENCE,
        )
    except Exception:  # whoever waits for the end is not kept waiting for its card
        workflow.logger.warning("A card was not rewritten", exc_info=True)


async def _point_to(replaced: ApprovalStatus, by: str) -> None:
    """Have the card of the old approval name the new one."""
    await redraw(replaced.model_copy(update={"replaced_by": by}))


def _unjudged() -> Ruling:
    return Ruling(verdict=Verdict.DENY, failed=True, because="The policy could not be asked.")


def _is_final(error: ActivityError) -> bool:
    """Whether asking again cannot help."""
    return isinstance(error.cause, ApplicationError) and error.cause.non_retryable


def _patience_of(error: ActivityError) -> timedelta:
    """For how long a request like this may wait at all, as far as the policy could say."""
    details = error.cause.details if isinstance(error.cause, ApplicationError) else ()
    told = details[0] if details and isinstance(details[0], dict) else {}
    seconds = told.get("patience_seconds")
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) else LONGEST_JUDGING


def _stop_of(error: ChildWorkflowError) -> Stop:
    match error.cause:
        case exceptions.TerminatedError():
            return Stop.TERMINATED
        case exceptions.CancelledError():
            return Stop.CANCELED
        case exceptions.TimeoutError():
            return Stop.TIMED_OUT
        case _:
            return Stop.FAILED
