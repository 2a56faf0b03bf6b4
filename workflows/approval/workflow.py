"""The approval workflow: asks, waits for as long as it takes, and carries out what was approved."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from workflows.approval.display import CardPublisher
    from workflows.approval.state import ApprovalState
    from workflows.approval.timers import keep_time, watch_conversation
    from workflows.approval.votes import VotingDriver
    from workflows.contracts.activities import (
        AgentActivities,
        EndActivities,
        LifecycleActivities,
    )
    from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
    from workflows.contracts.core import (
        APPROVAL_WORKFLOW,
        CARD_LOST_SIGNAL,
        DECIDE_SIGNAL,
        STATUS_QUERY,
    )
    from workflows.contracts.decisions import Decision, Execution, Outcome, Stop, Via
    from workflows.timeouts import (
        CARD_PATIENCE,
        EPHEMERAL_PATIENCE,
        NOTICEABLE,
        call_slack,
        patiently,
        run_tool,
    )
    from workflows.voting.protocol import Voting

UNANSWERED = "It did not answer."
BROKE_OFF = "It broke off in the middle; the worker's log says why."
SILENT = frozenset({"ToolTimeoutError", "UnansweredError"})
"""Types of errors that say that no answer came."""
SUMMARY_LIMIT = 100


@workflow.defn(name=APPROVAL_WORKFLOW)
class ApprovalWorkflow:
    """One question, one answer, and what became of it.

    The state is the case; the card is a view of it, and whatever changes it redraws the card.
    The approved call is run here, with the arguments that were shown, so that no other code
    can come between the two.
    """

    @workflow.init
    def __init__(self, request: ApprovalRequest) -> None:
        voting = Voting(request, name_fault=lambda: str(workflow.uuid4())[:8])
        self._state = ApprovalState(workflow.info().workflow_id, request, voting)
        self._publisher = CardPublisher(self._state)
        self._votes = VotingDriver(self._state, self._publisher)
        self._broken: BaseException | None = None

    @workflow.run
    async def run(self, request: ApprovalRequest) -> ApprovalStatus:
        """Ask, wait, carry out, and report; returns the final state.

        An operator's `temporal workflow cancel` stops the question. What was approved before
        is carried out, and told as it was.
        """
        life = asyncio.create_task(self._live(request))
        try:
            await workflow.wait_condition(life.done)
        except asyncio.CancelledError:
            if workflow.cancellation_reason() is None:
                raise  # the worker forgets this run for now
            self._state.stop(Stop.CANCELED, workflow.now())
            await workflow.wait_condition(life.done)
        return life.result()

    @workflow.signal(name=DECIDE_SIGNAL)
    def decide(self, *args: Any) -> None:
        """Take `true` or `false`, alone or with a `Decision`; refuse and record anything else.

        The arguments are untyped on purpose: with typed ones, a signal that does not fit
        fails the workflow task for ever.
        """
        self._votes.take(args)

    @workflow.signal(name=CARD_LOST_SIGNAL)
    def card_lost(self, *args: Any) -> None:
        """Take the `ts` of a card that somebody deleted."""
        if args and isinstance(args[0], str):
            self._publisher.card_lost(args[0])

    @workflow.query(name=STATUS_QUERY)
    def status(self) -> ApprovalStatus:
        """Everything the card shows."""
        return self._state.status()

    async def _live(self, request: ApprovalRequest) -> ApprovalStatus:
        """The whole life of it. A bug that nothing else caught ends it, in words if it can."""
        try:
            await self._ask_and_carry_out(request)
        except Exception:
            workflow.logger.exception("An approval ends by a bug")
            await self._end_by_a_bug()
        self._publisher.describe()
        try:
            return self.status()
        except Exception as error:  # then Temporal shows it as failed, and who looks says so
            raise ApplicationError("A bug ended this approval", non_retryable=True) from error

    async def _ask_and_carry_out(self, request: ApprovalRequest) -> None:
        state = self._state
        card = self._begin(request)
        await workflow.wait_condition(lambda: state.ballot.closed or self._is_broken)
        if state.ballot.outcome is Outcome.APPROVED:
            await self._carry_out()
        elif not state.ballot.closed:
            state.stop(Stop.FAILED, workflow.now())
        await self._end(card)

    async def _end_by_a_bug(self) -> None:
        """Close it, and show and tell that once: nothing is left that would do it later."""
        state = self._state
        try:
            state.stop(Stop.FAILED, workflow.now())
            await (_report(state, self._publisher) if state.card is None else self._conclude())
        except Exception:
            workflow.logger.exception("The end of an approval could not be shown")

    def _begin(self, request: ApprovalRequest) -> asyncio.Task[None]:
        """Everything that goes on beside the question; returns what keeps its card true."""
        state, publisher = self._state, self._publisher
        if request.is_automatic:
            state.voting.close(Outcome.APPROVED, workflow.now(), _allowed(request))
        shows = publisher.keep_listed() if request.is_automatic else publisher.keep_card_true()
        self._keep(publisher.outbox.deliver())
        self._keep(publisher.keep_described())
        self._keep(keep_time(state, publisher))
        self._keep(watch_conversation(state))
        return self._keep(shows)

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.create_task(self._noting_bugs(coroutine))

    async def _noting_bugs(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """A part that breaks stops the question, since nobody knows what it would not have done."""
        try:
            await coroutine
        except Exception as error:
            workflow.logger.exception("A part of an approval broke")
            self._broken = error

    @property
    def _is_broken(self) -> bool:
        return self._broken is not None

    @property
    def _is_quiet(self) -> bool:
        """Whether everybody has been told what was to be told, also who pressed too late."""
        return self._votes.is_idle and self._publisher.outbox.is_empty

    async def _end(self, card: asyncio.Task[None]) -> None:
        """Tell whoever has to know, and give Slack its time to take the last card."""
        state, publisher = self._state, self._publisher
        state.settled = True
        if state.card is None or publisher.is_drawing:
            report = asyncio.create_task(_report(state, publisher))
            await _wait(card.done, CARD_PATIENCE)
            await _wait(report.done, EPHEMERAL_PATIENCE)
            card.cancel()
        else:
            card.cancel()
            await self._conclude()
        await _wait(lambda: self._is_quiet, EPHEMERAL_PATIENCE)
        await publisher.catch_up()

    async def _conclude(self) -> None:
        """Have card and conversation know the end, in one activity: each costs six events."""
        publisher = self._publisher
        publisher.relist()
        try:
            concluded = await patiently(EndActivities.conclude, publisher.to_draw(), CARD_PATIENCE)
        except (ActivityError, ValidationError):  # the conversation was told before Slack was asked
            workflow.logger.exception("Slack does not take the last card")
            return
        if concluded.card is not None:
            publisher.show(concluded.card)
        if not concluded.is_heard:
            publisher.say_end()

    async def _carry_out(self) -> None:
        state = self._state
        if why := state.voting.impossible:  # what was shown could not be compared, so it isn't run
            state.execution, state.result = Execution.FAILED, f"{why} Nothing was done."
            return
        if state.call.at_provider:  # its conversation tells the provider, which runs it
            state.execution = Execution.PASSED_ON
            return
        state.execution = Execution.RUNNING
        self._keep(self._notice_slowness())
        try:
            summary = f"{state.call.tool[:SUMMARY_LIMIT]}, approved"
            result = await run_tool(AgentActivities.run_tool, state.call, summary)
            state.execution = Execution.DONE if result.ok else Execution.FAILED
            state.result = result.text
        except ActivityError as error:
            workflow.logger.exception("The approved action did not answer")
            state.execution, state.result = Execution.UNKNOWN, _unknown(error.cause)
        except Exception:
            workflow.logger.exception("What the approved action answered cannot be used")
            state.execution, state.result = Execution.UNKNOWN, UNANSWERED

    async def _notice_slowness(self) -> None:
        await workflow.sleep(NOTICEABLE)
        self._state.is_slow = True


def _unknown(cause: BaseException | None) -> str:
    """Why nobody knows what came of an action, for people."""
    is_fault = isinstance(cause, ApplicationError) and cause.type not in SILENT
    return BROKE_OFF if is_fault else UNANSWERED


async def _report(state: ApprovalState, publisher: CardPublisher) -> None:
    """Have the conversation know the end at once; where there is none any more, the thread."""
    if not await call_slack(LifecycleActivities.report_end, state.status()):
        publisher.say_end()


def _allowed(request: ApprovalRequest) -> Decision:
    """Who allowed what nobody has to be asked for."""
    grant = request.granted
    return Decision(
        id=f"allowed:{request.asked_at.isoformat()}",
        at=request.asked_at,
        via=Via.GRANT if grant else Via.RULE,
        by=grant.by if grant else None,
    )


async def _wait(true: Callable[[], bool], patience: timedelta) -> None:
    try:
        await workflow.wait_condition(true, timeout=patience)
    except TimeoutError:
        workflow.logger.warning("Going on without an answer after %s", patience)
