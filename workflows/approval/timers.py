"""An approval's clock: reminders, escalation, expiry, and looks at its conversation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.approval.display import CardPublisher
from workflows.approval.state import ApprovalState
from workflows.contracts.activities import LifecycleActivities
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import ApprovalRequest, MessageKind
from workflows.contracts.decisions import Outcome, Stop
from workflows.timeouts import ask_now
from workflows.voting.docket import PATIENCE
from workflows.voting.protocol import BY_FORCE

IN_TRANSIT = timedelta(seconds=3)
"""How long what was pressed before the deadline may take to get here: Slack gives a bot so long
to say that it has it."""
FIRST_LOOK = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
"""How soon, and how seldom at last, an approval looks whether its conversation still runs."""
LOOK = "a look at the conversation"
"""What Temporal's Web UI shows beside the timer of one."""
LONG_HISTORY = 10_000
"""Events after which once a day is enough, so that no approval outgrows what Temporal keeps."""


class Timer(StrEnum):
    """What is due."""

    REMINDER = "reminder"
    ESCALATION = "escalation"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Due:
    """One moment at which something happens if nobody has decided by then."""

    at: datetime
    timer: Timer
    number: int = 1
    of: int = 1

    @property
    def summary(self) -> str:
        """What Temporal's Web UI shows beside the timer."""
        which = f" {self.number} of {self.of}" if self.timer is Timer.REMINDER else ""
        return f"{self.timer}{which} at {self.at:%Y-%m-%d %H:%M} UTC"


def schedule(request: ApprovalRequest) -> list[Due]:
    """Everything that is due for a request, in order of time."""
    return sorted(_due(request), key=lambda due: due.at)


def _due(request: ApprovalRequest) -> Iterator[Due]:
    rule, start = request.rule, request.asked_at
    for number, after in enumerate(rule.reminders, 1):
        yield Due(start + after, Timer.REMINDER, number, len(rule.reminders))
    if rule.escalation:
        yield Due(start + rule.escalation.after, Timer.ESCALATION)
    if rule.expires_after:
        yield Due(start + rule.expires_after, Timer.EXPIRY)


async def keep_time(state: ApprovalState, publisher: CardPublisher) -> None:
    """Do what is due in its time until the question is closed.

    A bug in one timer is logged and the next one fires; a question that cannot expire, however,
    is stopped, so that nothing stays open for ever unseen.
    """
    for due in schedule(state.request):
        await _until(state, due)
        if due.timer is Timer.EXPIRY:
            await _last_votes(state, due.at)
        if state.ballot.closed:
            return
        try:
            _fire(state, publisher, due)
        except Exception:
            workflow.logger.exception("The %s of an approval failed", due.timer)
            if due.timer is Timer.EXPIRY:
                state.stop(Stop.FAILED, workflow.now())


async def _until(state: ApprovalState, due: Due) -> None:
    at = due.at + IN_TRANSIT if due.timer is Timer.EXPIRY else due.at
    await _sleep(state, at - workflow.now(), due.summary)


async def _sleep(state: ApprovalState, pause: timedelta, summary: str) -> None:
    """Wait, but not for longer than the question is open."""
    try:
        await workflow.wait_condition(
            lambda: state.ballot.closed,
            timeout=max(pause.total_seconds(), 0),
            timeout_summary=summary,
        )
    except TimeoutError:
        return


async def _last_votes(state: ApprovalState, deadline: datetime) -> None:
    """What was pressed in time counts, although its checks end later."""
    docket = state.docket
    if not state.ballot.closed and docket.has_before(deadline):
        try:
            await workflow.wait_condition(
                lambda: state.ballot.closed or not docket.has_before(deadline),
                timeout=2 * PATIENCE,
            )
        except TimeoutError:
            workflow.logger.error("A vote took longer than any may")


def _fire(state: ApprovalState, publisher: CardPublisher, due: Due) -> None:
    match due.timer:
        case Timer.REMINDER:
            publisher.remind(Reminder(status=state.status(), number=due.number))
        case Timer.ESCALATION:
            state.voting.escalate()
            escalation = MessageKind.ESCALATION
            publisher.remind(Reminder(status=state.status(), number=due.number, kind=escalation))
        case Timer.EXPIRY:
            state.close(Outcome.EXPIRED, workflow.now())


async def watch_conversation(state: ApprovalState) -> None:
    """Look now and then whether the conversation still runs; a dead one stops the question."""
    pause = FIRST_LOOK
    while True:
        await workflow.sleep(pause, summary=LOOK)  # to cancel it at the end would cost an event
        if state.ballot.closed:
            return
        await _look(state)
        pause = min(pause * 2, _longest_pause())


def _longest_pause() -> timedelta:
    is_long = workflow.info().get_current_history_length() > LONG_HISTORY
    return timedelta(days=1) if is_long else LONGEST_PAUSE


async def _look(state: ApprovalState) -> None:
    id_ = state.request.call.origin.workflow_id
    try:
        is_dead = await ask_now(LifecycleActivities.how_conversation_ended, id_) in BY_FORCE
    except ActivityError:
        workflow.logger.warning("Nobody knows whether the conversation runs", exc_info=True)
    except Exception:
        workflow.logger.exception("A look at the conversation failed")
    else:
        if is_dead:
            state.stop(Stop.CONVERSATION, workflow.now())
