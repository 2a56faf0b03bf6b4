"""An approval's clock: reminders, escalation, expiry, and looks at its conversation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.approval.checks import BY_FORCE
from workflows.approval.display import Showing
from workflows.approval.state import Case
from workflows.contracts.activities import LifecycleActivities
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import ApprovalRequest
from workflows.contracts.decisions import Outcome, Stop
from workflows.timeouts import ask_now
from workflows.voting.ballot import ended
from workflows.voting.docket import PATIENCE, Docket

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


class Bell(StrEnum):
    """What is due."""

    REMINDER = "reminder"
    ESCALATION = "escalation"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Due:
    """One moment at which something happens if nobody has decided by then."""

    at: datetime
    bell: Bell
    number: int = 1
    of: int = 1

    @property
    def summary(self) -> str:
        """What Temporal's Web UI shows beside the timer."""
        which = f" {self.number} of {self.of}" if self.bell is Bell.REMINDER else ""
        return f"{self.bell}{which} at {self.at:%Y-%m-%d %H:%M} UTC"


def agenda(request: ApprovalRequest) -> list[Due]:
    """Everything that is due for a request, in order of time. Nothing for one without a rule."""
    return sorted(_due(request), key=lambda due: due.at)


def _due(request: ApprovalRequest) -> Iterator[Due]:
    rule, start = request.rule, request.asked_at
    if rule is None:
        return
    for number, after in enumerate(rule.reminders, 1):
        yield Due(start + after, Bell.REMINDER, number, len(rule.reminders))
    if rule.escalation:
        yield Due(start + rule.escalation.after, Bell.ESCALATION)
    if rule.expires_after:
        yield Due(start + rule.expires_after, Bell.EXPIRY)


async def keep_time(case: Case, showing: Showing, docket: Docket) -> None:
    """Ring every bell in its time until the question is closed.

    A bug in one bell is logged and the next one rings; a question that cannot expire, however,
    is stopped, so that nothing stays open for ever unseen.
    """
    for due in agenda(case.request):
        await _until(case, due)
        if due.bell is Bell.EXPIRY:
            await _last_votes(case, docket, due.at)
        if case.ballot.closed:
            return
        try:
            _ring(case, showing, due)
        except Exception:
            workflow.logger.exception("The %s of an approval failed", due.bell)
            if due.bell is Bell.EXPIRY:
                case.stop(Stop.FAILED, workflow.now())


async def _until(case: Case, due: Due) -> None:
    at = due.at + IN_TRANSIT if due.bell is Bell.EXPIRY else due.at
    await _sleep(case, at - workflow.now(), due.summary)


async def _sleep(case: Case, pause: timedelta, summary: str) -> None:
    """Wait, but not for longer than the question is open."""
    try:
        await workflow.wait_condition(
            lambda: case.ballot.closed,
            timeout=max(pause.total_seconds(), 0),
            timeout_summary=summary,
        )
    except TimeoutError:
        return


async def _last_votes(case: Case, docket: Docket, deadline: datetime) -> None:
    """What was pressed in time counts, although its checks end later."""
    if not case.ballot.closed and docket.has_before(deadline):
        try:
            await workflow.wait_condition(
                lambda: case.ballot.closed or not docket.has_before(deadline),
                timeout=2 * PATIENCE,
            )
        except TimeoutError:
            workflow.logger.error("A vote took longer than any may")


def _ring(case: Case, showing: Showing, due: Due) -> None:
    match due.bell:
        case Bell.REMINDER:
            showing.remind(Reminder(status=case.status(), number=due.number))
        case Bell.ESCALATION:
            case.put(case.ballot.escalate(), workflow.now())
            case.changes += 1
            reminder = Reminder(status=case.status(), number=due.number, kind=due.bell)
            showing.remind(reminder)
        case Bell.EXPIRY:
            now = workflow.now()
            case.put(case.ballot.close(Outcome.EXPIRED, ended(Outcome.EXPIRED, now)), now)


async def watch_conversation(case: Case) -> None:
    """Look now and then whether the conversation still runs; a dead one stops the question."""
    pause = FIRST_LOOK
    while True:
        await _sleep(case, pause, LOOK)
        if case.ballot.closed:
            return
        await _look(case)
        pause = min(pause * 2, _longest_pause())


def _longest_pause() -> timedelta:
    is_long = workflow.info().get_current_history_length() > LONG_HISTORY
    return timedelta(days=1) if is_long else LONGEST_PAUSE


async def _look(case: Case) -> None:
    id_ = case.request.call.thread.workflow_id
    try:
        is_dead = await ask_now(LifecycleActivities.how_conversation_ended, id_) in BY_FORCE
    except ActivityError:
        workflow.logger.warning("Nobody knows whether the conversation runs", exc_info=True)
    except Exception:
        workflow.logger.exception("A look at the conversation failed")
    else:
        if is_dead:
            case.stop(Stop.CONVERSATION, workflow.now())
