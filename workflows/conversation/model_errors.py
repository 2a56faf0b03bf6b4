"""What went wrong when the agent's run failed, as a notice for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from agents import InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered
from temporalio.exceptions import ApplicationError

from workflows.contracts.model_faults import ModelFault
from workflows.contracts.notices import Effect, Notice, NoticeCode, TurnFault

WORTH_A_CLOCK = 60
"""Seconds from which on a person is told until when, not just to ask again."""
BY_CLASS = {
    "TimeoutError": TurnFault.TOO_SLOW,
    "OutOfStepsError": TurnFault.IN_CIRCLES,
    "NoRoomError": TurnFault.NO_ROOM,
    "ModelBehaviorError": TurnFault.CONFUSED,
    "InputGuardrailTripwireTriggered": TurnFault.MESSAGE_STOPPED,
    "OutputGuardrailTripwireTriggered": TurnFault.ANSWER_STOPPED,
    "CheckFailedError": TurnFault.CHECK_FAILED,
}
"""By names of exceptions; Temporal keeps the name of a failure's class."""


class CheckFailedError(Exception):
    """A guardrail could not say whether it lets something through, so it does not."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


class OutOfStepsError(Exception):
    """An agent made as many model calls as it may for one message, and wants to go on."""

    def __init__(self, limit: int) -> None:
        super().__init__(str(limit))
        self.limit = limit


class NoRoomError(Exception):
    """The history has no room for another model call. The next turn has a fresh one."""


def apology(error: BaseException, effects: Sequence[Effect], *, waits: bool = False) -> Notice:
    """What went wrong, and what was done all the same."""
    fault, cause = fault_in(error)
    at, asked_at = _until(cause)
    return Notice(
        code=NoticeCode.APOLOGY,
        fault=fault,
        at=at,
        asked_at=asked_at,
        effects=tuple(effects),
        waits=waits,
        check=check_in(cause),
        count=cause.limit if isinstance(cause, OutOfStepsError) else 0,
    )


def check_in(error: BaseException) -> str:
    """Name of the guardrail that an error is about; empty if it is about none."""
    match error:
        case InputGuardrailTripwireTriggered() | OutputGuardrailTripwireTriggered():
            return error.guardrail_result.guardrail.get_name()
        case CheckFailedError():
            return error.check
        case _:
            return ""


def fault_in(error: BaseException) -> tuple[ModelFault | TurnFault, BaseException]:
    """What is wrong, and which of the causes says so."""
    for cause in _causes(error):
        if (fault := _fault(cause)) is not None:
            return fault, cause
        known = (BY_CLASS[name] for name in _names(cause) if name in BY_CLASS)
        if (turn_fault := next(known, None)) is not None:
            return turn_fault, cause
    return ModelFault.UNFORESEEN, error


def _fault(error: BaseException) -> ModelFault | None:
    known = {str(it): it for it in ModelFault}
    return known.get(error.type or "") if isinstance(error, ApplicationError) else None


def _until(error: BaseException) -> tuple[datetime | None, datetime | None]:
    """Until when the provider asks to wait, and since when, if that is worth waiting for."""
    details = error.details if isinstance(error, ApplicationError) else ()
    told: Any = details[0] if details else None
    match told:
        case {"until": str(until), "seconds": int() | float() as seconds}:
            if seconds < WORTH_A_CLOCK:
                return None, None
            then = datetime.fromisoformat(until)
            return then, then - timedelta(seconds=seconds)
        case _:
            return None, None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _names(error: BaseException) -> Iterator[str]:
    yield type(error).__name__
    if isinstance(error, ApplicationError) and error.type:
        yield error.type
