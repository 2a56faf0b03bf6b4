"""The approval workflow: asks, waits for as long as it takes, and carries out what was approved."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from workflows.activities import AgentActivities, CardActivities, ThreadActivities
    from workflows.ballot import Ballot, read_vote
    from workflows.contracts import (
        APPROVAL_WORKFLOW,
        CARD_LOST_SIGNAL,
        DECIDE_SIGNAL,
        STATUS_QUERY,
        ApprovalRequest,
        ApprovalStatus,
        Card,
        Execution,
        Outcome,
        Refused,
        ToolResult,
        Whisper,
        approval_memo,
    )
    from workflows.words import refusal_for_person

SLACK_CALL = timedelta(seconds=30)
TOOL_CALL = timedelta(minutes=5)
TOOL_RETRIES = RetryPolicy(maximum_attempts=5)
HEARTBEAT = timedelta(seconds=6)
"""After so long without a sign of life, an activity's worker is taken for dead."""
CARD_PATIENCE = timedelta(minutes=10)
"""How long a decided approval waits for Slack to take its last card before it goes on without."""
WHISPER_PATIENCE = timedelta(minutes=1)


@workflow.defn(name=APPROVAL_WORKFLOW)
class ApprovalWorkflow:
    """One question, one answer, and what became of it.

    The state is the ballot and the execution; the card is a view of it that `_keep_card_true`
    rewrites whenever it changes. The approved call is run here, with the arguments that were
    shown, so that no other code can come between the two.
    """

    @workflow.init
    def __init__(self, request: ApprovalRequest) -> None:
        self._request = request
        self._ballot = Ballot()
        self._execution = Execution.NOT_STARTED
        self._result = ""
        self._card: Card | None = None
        self._edition = 0
        self._lost = ""
        self._changes = 0
        self._drawn = 0
        self._settled = False
        self._whispers: list[Whisper] = []

    @workflow.run
    async def run(self, request: ApprovalRequest) -> ApprovalStatus:
        """Ask, wait, carry out, and report; returns the final state."""
        card = asyncio.create_task(self._keep_card_true())
        whispers = asyncio.create_task(self._deliver_whispers())
        await workflow.wait_condition(lambda: self._ballot.closed)
        if self._ballot.outcome is Outcome.APPROVED:
            await self._carry_out(request)
        self._settled = True
        await _finish(card, CARD_PATIENCE)
        await _finish(whispers, WHISPER_PATIENCE)
        return self.status()

    @workflow.signal(name=DECIDE_SIGNAL)
    def decide(self, *args: Any) -> None:
        """Take `true` or `false`, alone or with a `Decision`; refuse and record anything else.

        The arguments are untyped on purpose: with typed ones, a signal that does not fit
        fails the workflow task for ever (facts.md).
        """
        before = self._ballot
        vote = read_vote(args, workflow.now())
        if isinstance(vote, Refused):
            self._ballot = before.refuse(vote)
            workflow.logger.warning("Refused a malformed decision: %s", vote.detail)
            return
        self._ballot = before.cast(vote, self._card, self._lost)
        if self._ballot.outcome is not before.outcome:
            self._changes += 1
        elif self._ballot.refused != before.refused:
            self._explain(self._ballot.refused[-1])

    @workflow.signal(name=CARD_LOST_SIGNAL)
    def card_lost(self, *args: Any) -> None:
        """Somebody deleted the card: it is drawn again, and is then found to be gone."""
        if args and isinstance(args[0], str):
            self._lost = args[0]
            self._redraw_if_lost()

    @workflow.query(name=STATUS_QUERY)
    def status(self) -> ApprovalStatus:
        """Everything the card shows."""
        return ApprovalStatus(
            id=workflow.info().workflow_id,
            request=self._request,
            outcome=self._ballot.outcome,
            decision=self._ballot.decision,
            execution=self._execution,
            result=self._result,
            card=self._card,
            refused=self._ballot.refused,
            edition=self._edition,
        )

    async def _keep_card_true(self) -> None:
        """Post the card, then rewrite it after every change until all is settled and shown."""
        self._drawn = self._changes
        try:
            await self._show(await _call_slack(CardActivities.post_card, self.status()))
            while True:
                await workflow.wait_condition(lambda: self._drawn < self._changes or self._settled)
                if self._drawn == self._changes:
                    return
                self._drawn = self._changes
                await self._show(await _call_slack(CardActivities.redraw_card, self.status()))
        except ActivityError:
            workflow.logger.exception("Slack does not take the card")
            self._ballot = self._ballot.fail_to_ask()

    async def _show(self, card: Card) -> None:
        if self._card == card:
            return
        if self._card is not None:
            self._edition += 1
        self._card = card
        self._redraw_if_lost()
        workflow.upsert_memo(approval_memo(self._request, card.permalink))

    def _redraw_if_lost(self) -> None:
        if self._card is not None and self._card.ts == self._lost:
            self._changes += 1

    async def _carry_out(self, request: ApprovalRequest) -> None:
        self._execution = Execution.RUNNING
        self._changes += 1
        try:
            result = await workflow.execute_activity_method(
                AgentActivities.run_tool,
                request.call,
                start_to_close_timeout=TOOL_CALL,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=TOOL_RETRIES,
                summary=f"{request.call.tool}, approved",
            )
        except ActivityError:
            workflow.logger.exception("The approved action failed")
            result = ToolResult(ok=False, text="it did not answer. Check before asking again.")
        self._execution = Execution.DONE if result.ok else Execution.FAILED
        self._result = result.text
        self._changes += 1

    def _explain(self, refused: Refused) -> None:
        decision = refused.decision
        if decision is None or decision.by is None:
            return
        thread = self._request.call.thread
        channel = decision.channel or thread.channel
        self._whispers.append(
            Whisper(
                to=decision.by,
                channel=channel,
                thread_ts=thread.ts if channel == thread.channel else "",
                text=refusal_for_person(refused.why, self.status()),
            )
        )

    async def _deliver_whispers(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._whispers) or self._settled)
            if not self._whispers:
                return
            try:
                await _call_slack(ThreadActivities.whisper, self._whispers.pop(0))
            except ActivityError:
                workflow.logger.warning("Slack does not take a private answer", exc_info=True)


async def _call_slack(method: Any, argument: Any) -> Any:
    """Call Slack until it answers for good: an outage of hours delays a card, not a decision."""
    return await workflow.execute_activity_method(
        method,
        argument,
        start_to_close_timeout=SLACK_CALL,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
    )


async def _finish(task: asyncio.Task[None], patience: timedelta) -> None:
    try:
        await workflow.wait_condition(task.done, timeout=patience)
    except TimeoutError:
        workflow.logger.warning("Going on without Slack after %s", patience)
        task.cancel()
