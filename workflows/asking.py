"""Has one guarded call decided: by the record, by the policy, or by people."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ChildWorkflowError

from workflows.activities import AgentActivities, CardActivities, PolicyActivities
from workflows.approval import ApprovalWorkflow
from workflows.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.batch import Summary
from workflows.contracts import (
    APPROVAL_ALPHABET,
    APPROVAL_ID_LENGTH,
    APPROVAL_PREFIX,
    Call,
    Prepared,
)
from workflows.decisions import Outcome
from workflows.differences import differences
from workflows.errands import Plea
from workflows.listing import approval_memo
from workflows.patience import CARD_PATIENCE, HEARTBEAT, SLACK_CALL, prepare
from workflows.rules import Rule, Ruling, Verdict
from workflows.search import attributes
from workflows.showing import fits_in_a_row
from workflows.talk import Talk
from workflows.verdicts import (
    already_asked_for_model,
    denied_for_model,
    refused_before_for_model,
    rejection_for_model,
    stopped_for_model,
    too_many_for_model,
    unprepared_for_model,
)

MOST_REPLACEMENTS = 5
"""How often a call is asked for anew because the world changed under it."""


UNRULED = Rule(name="free", auto_approve=True)
"""For a tool that needs no approval, where what the policy denies of it does not apply."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a call was settled: what the model reads if it did not run, or its approval."""

    words: str = ""
    status: ApprovalStatus | None = None

    @property
    def is_approved(self) -> bool:
        """Whether it was approved, and has run."""
        return self.status is not None and self.status.outcome is Outcome.APPROVED


class Asking:
    """The guarded calls of one turn."""

    def __init__(self, talk: Talk, *, by_policy: bool) -> None:
        self._talk = talk
        self._by_policy = by_policy
        """False in the replay of a turn that was taken before there were rules."""
        self._asked = 0
        self.granted: list[Grant] = []
        """Permissions that came of this turn and were not told in the thread yet."""

    async def settle(self, call: Call, summary: Summary | None = None) -> Settled:
        """Settle one call, however long that takes."""
        settled = await self._settle(call, summary)
        if summary is not None:
            summary.passed(call.id)
        return settled

    async def _settle(self, call: Call, summary: Summary | None) -> Settled:
        prepared = await self._prepare(call)
        if words := prepared.problem or self._known(call):
            return Settled(words)
        replaced = self._sent_back(call)
        settled = Settled()
        for _ in range(MOST_REPLACEMENTS):
            settled = await self._ask_once(call, prepared, replaced, summary)
            if settled.status is None or settled.status.outcome is not Outcome.SUPERSEDED:
                return settled
            replaced = settled.status
            prepared = await self._prepare(call)
            if prepared.problem:
                return Settled(prepared.problem)
        return settled

    async def _prepare(self, call: Call) -> Prepared:
        """The call in plain words. One that cannot be prepared must not end its siblings' turn."""
        try:
            return await prepare(AgentActivities.prepare_call, call)
        except ActivityError:
            if not self._by_policy:
                raise  # as it was when that turn was taken
            workflow.logger.exception("A call could not be prepared")
            return Prepared(problem=unprepared_for_model())

    async def _ask_once(
        self,
        call: Call,
        prepared: Prepared,
        replaced: ApprovalStatus | None,
        summary: Summary | None,
    ) -> Settled:
        """Ask by the rule of today; `replaced` is what this takes the place of."""
        ruling = await self._judge(call, prepared)
        # Again, since the same call may have been made twice in one answer.
        if words := self._known(call) or self._not_asked(call, ruling):
            return Settled(words)
        request = self._request(call, prepared, ruling, replaced)
        status = await self._ask(request, replaced, summary)
        return Settled(stopped_for_model()) if status is None else self._concluded(status)

    def _known(self, call: Call) -> str | None:
        """The answer to a call that is on record, so that nobody is asked twice."""
        if not self._by_policy:
            return None
        if waiting := self._talk.waits_already(call.tool, call.arguments):
            return already_asked_for_model(waiting)
        if refused := self._talk.refused_before(call.tool, call.arguments):
            return refused_before_for_model(refused)
        return None

    def _sent_back(self, call: Call) -> ApprovalStatus | None:
        """The approval whose requested changes this call answers."""
        waiting = self._talk.revised.get(call.tool)
        return waiting.pop(0) if waiting else None

    async def _judge(self, call: Call, prepared: Prepared) -> Ruling:
        if not self._by_policy:
            return Ruling(verdict=Verdict.ASK)
        try:
            return await prepare(PolicyActivities.judge, Plea(call=call, prepared=prepared))
        except ActivityError:
            workflow.logger.exception("The policy could not be asked")
            return Ruling(
                verdict=Verdict.DENY, failed=True, because="The policy could not be asked."
            )

    def _not_asked(self, call: Call, ruling: Ruling) -> str | None:
        """Why people are not asked although the call needs them, or None."""
        nobody = ruling.rule is None and ruling.verdict is Verdict.ASK and self._by_policy
        if ruling.verdict is Verdict.DENY or nobody:
            return denied_for_model(ruling)
        if not self._by_policy or self._is_free(call, ruling):
            return None
        limits = ruling.limits
        if self._asked >= limits.asks_per_turn:
            return too_many_for_model(limits.asks_per_turn, "in one turn")
        if self._talk.asks_within_the_hour() >= limits.asks_per_hour:
            return too_many_for_model(limits.asks_per_hour, "an hour")
        self._asked += 1
        self._talk.asks.append(workflow.now())
        return None

    def _is_free(self, call: Call, ruling: Ruling) -> bool:
        return ruling.verdict is Verdict.ALLOW or self._grant(call, ruling) is not None

    def _grant(self, call: Call, ruling: Ruling) -> Grant | None:
        if ruling.verdict is not Verdict.ASK or ruling.rule is None:
            return None
        return self._talk.grant_for(call.tool, ruling.rule, call.requester)

    def _request(
        self, call: Call, prepared: Prepared, ruling: Ruling, replaced: ApprovalStatus | None
    ) -> ApprovalRequest:
        rng = workflow.random()
        letters = "".join(rng.choice(APPROVAL_ALPHABET) for _ in range(APPROVAL_ID_LENGTH))
        return ApprovalRequest(
            call=call.model_copy(update={"approval": APPROVAL_PREFIX + letters}),
            prepared=prepared,
            asked_at=workflow.now(),
            rule=UNRULED if ruling.verdict is Verdict.ALLOW and not ruling.rule else ruling.rule,
            replaces=replaced.id if replaced else "",
            changes=differences(replaced.shown, prepared) if replaced else (),
            audience=ruling.audience,
            granted=self._grant(call, ruling),
        )

    async def _ask(
        self,
        request: ApprovalRequest,
        replaced: ApprovalStatus | None,
        summary: Summary | None,
    ) -> ApprovalStatus | None:
        """Start the approval's own workflow and wait for its end; None if it was ended by force."""
        id_ = request.call.approval
        asked = ApprovalStatus(id=id_, request=request, deadline=_deadline(request))
        self._talk.waiting[id_] = request
        if summary is not None and id_ in self._talk.waiting_for_people():
            summary.asked(asked)
        try:
            handle = await workflow.start_child_workflow(
                ApprovalWorkflow.run,
                request,
                id=id_,
                parent_close_policy=workflow.ParentClosePolicy.TERMINATE,
                memo=approval_memo(asked, one_tap=fits_in_a_row(request.prepared)),
                search_attributes=attributes(request),
                static_summary=request.prepared.summary[:200],
            )
            if replaced is not None:
                await _point_to(replaced, id_)
            status = await handle
        except ChildWorkflowError:
            workflow.logger.warning("An approval was ended by force", exc_info=True)
            return None
        finally:
            del self._talk.waiting[id_]
        if summary is not None:
            summary.ended(status)
        return status

    def _concluded(self, status: ApprovalStatus) -> Settled:
        if status.outcome is Outcome.APPROVED:
            self._note_grant(status)
            return Settled(status=status)
        words = rejection_for_model(status)
        self._talk.remember_refusal(status, words)
        if status.outcome is Outcome.CHANGES_REQUESTED:
            self._talk.revised.setdefault(status.request.call.tool, []).append(status)
        return Settled(words, status)

    def _note_grant(self, status: ApprovalStatus) -> None:
        """Whether the last approval also allowed the tool for the rest of the thread."""
        decision, rule = status.decision, status.in_force
        if rule is None or decision is None or decision.by is None or not decision.always:
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
        self._talk.give(grant)
        self.granted.append(grant)


def _deadline(request: ApprovalRequest) -> datetime | None:
    after = request.rule.expires_after if request.rule else None
    return request.asked_at + after if after else None


async def _point_to(replaced: ApprovalStatus, by: str) -> None:
    """Have the card of the old approval name the new one. A card that is gone is no loss."""
    if replaced.card is None or not replaced.card.ts:
        return
    try:
        await workflow.execute_activity_method(
            CardActivities.redraw_card,
            replaced.model_copy(update={"replaced_by": by}),
            start_to_close_timeout=SLACK_CALL,
            heartbeat_timeout=HEARTBEAT,
            schedule_to_close_timeout=CARD_PATIENCE,
        )
    except ActivityError:
        workflow.logger.warning("The replaced card does not name its successor", exc_info=True)
