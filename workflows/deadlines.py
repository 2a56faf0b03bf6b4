"""An approval's clock: reminders, escalation and expiry, as durable timers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from temporalio import workflow

from workflows.approvals import ApprovalRequest
from workflows.ballot import ended
from workflows.case import Case
from workflows.decisions import Outcome
from workflows.errands import Reminder
from workflows.showing import Showing


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


async def keep_time(case: Case, showing: Showing) -> None:
    """Ring every bell in its time until the question is closed."""
    for due in agenda(case.request):
        await _until(case, due)
        if case.ballot.closed:
            return
        _ring(case, showing, due)


async def _until(case: Case, due: Due) -> None:
    left = due.at - workflow.now()
    try:
        await workflow.wait_condition(
            lambda: case.ballot.closed,
            timeout=max(left.total_seconds(), 0),
            timeout_summary=due.summary,
        )
    except TimeoutError:
        return


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
