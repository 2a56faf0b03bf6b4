"""The approval workflow: asks, waits for as long as it takes, and carries out what was approved."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from workflows.activities import AgentActivities
    from workflows.approvals import ApprovalRequest, ApprovalStatus
    from workflows.case import Case
    from workflows.contracts import (
        APPROVAL_WORKFLOW,
        CARD_LOST_SIGNAL,
        DECIDE_SIGNAL,
        STATUS_QUERY,
        ToolResult,
    )
    from workflows.deadlines import keep_time
    from workflows.decisions import Decision, Execution, Outcome, Via
    from workflows.hearing import Hearing
    from workflows.patience import (
        CARD_PATIENCE,
        HEARTBEAT,
        TOOL_CALL,
        TOOL_RETRIES,
        WHISPER_PATIENCE,
    )
    from workflows.showing import Showing


@workflow.defn(name=APPROVAL_WORKFLOW)
class ApprovalWorkflow:
    """One question, one answer, and what became of it.

    The state is the case; the card is a view of it, and whatever changes it redraws the card.
    The approved call is run here, with the arguments that were shown, so that no other code
    can come between the two.
    """

    @workflow.init
    def __init__(self, request: ApprovalRequest) -> None:
        self._case = Case(workflow.info().workflow_id, request)
        self._showing = Showing(self._case)
        self._hearing = Hearing(self._case, self._showing)

    @workflow.run
    async def run(self, request: ApprovalRequest) -> ApprovalStatus:
        """Ask, wait, carry out, and report; returns the final state."""
        case, showing = self._case, self._showing
        if case.is_automatic:
            case.put(case.ballot.close(Outcome.APPROVED, _allowed(request)), workflow.now())
        shows = showing.keep_listed() if case.is_automatic else showing.keep_card_true()
        card = asyncio.create_task(shows)
        errands = asyncio.create_task(showing.run_errands())
        votes = asyncio.create_task(self._hearing.hear_all())
        clock = asyncio.create_task(keep_time(case, showing))
        tasks = (card, errands, votes, clock)
        await workflow.wait_condition(lambda: case.ballot.closed or _broken(tasks) is not None)
        _raise_bugs(tasks)
        if case.ballot.outcome is Outcome.APPROVED:
            await self._carry_out()
        case.settled = True
        await _wait(card.done, CARD_PATIENCE)
        card.cancel()
        await _wait(
            lambda: (clock.done() and self._is_quiet()) or _broken(tasks) is not None,
            WHISPER_PATIENCE,
        )
        _raise_bugs(tasks)
        return self.status()

    @workflow.signal(name=DECIDE_SIGNAL)
    def decide(self, *args: Any) -> None:
        """Take `true` or `false`, alone or with a `Decision`; refuse and record anything else.

        The arguments are untyped on purpose: with typed ones, a signal that does not fit
        fails the workflow task for ever (facts.md).
        """
        self._hearing.take(args)

    @workflow.signal(name=CARD_LOST_SIGNAL)
    def card_lost(self, *args: Any) -> None:
        """Take the `ts` of a card that somebody deleted."""
        if args and isinstance(args[0], str):
            self._showing.card_lost(args[0])

    @workflow.query(name=STATUS_QUERY)
    def status(self) -> ApprovalStatus:
        """Everything the card shows."""
        return self._case.status()

    def _is_quiet(self) -> bool:
        """Whether everybody has been told what was to be told, also who pressed too late."""
        return self._hearing.is_idle and self._showing.is_idle

    async def _carry_out(self) -> None:
        case = self._case
        case.execution = Execution.RUNNING
        case.changes += 1
        try:
            result = await workflow.execute_activity_method(
                AgentActivities.run_tool,
                case.call,
                start_to_close_timeout=TOOL_CALL,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=TOOL_RETRIES,
                summary=f"{case.call.tool}, approved",
            )
        except ActivityError:
            workflow.logger.exception("The approved action failed")
            result = ToolResult(ok=False, text="it did not answer. Check before asking again.")
        case.execution = Execution.DONE if result.ok else Execution.FAILED
        case.result = result.text
        case.changes += 1


def _allowed(request: ApprovalRequest) -> Decision:
    """Who allowed what nobody has to be asked for."""
    grant = request.granted
    return Decision(
        id=f"allowed:{request.asked_at.isoformat()}",
        at=request.asked_at,
        via=Via.GRANT if grant else Via.RULE,
        by=grant.by if grant else None,
    )


def _broken(tasks: Iterable[asyncio.Task[None]]) -> asyncio.Task[None] | None:
    done = (it for it in tasks if it.done() and not it.cancelled())
    return next((it for it in done if it.exception() is not None), None)


def _raise_bugs(tasks: Iterable[asyncio.Task[None]]) -> None:
    """A bug must show in Temporal, not vanish with the task."""
    if broken := _broken(tasks):
        broken.result()


async def _wait(true: Callable[[], bool], patience: timedelta) -> None:
    try:
        await workflow.wait_condition(true, timeout=patience)
    except TimeoutError:
        workflow.logger.warning("Going on without an answer after %s", patience)
