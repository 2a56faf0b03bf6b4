"""What a step of a workflow may get instead of an answer, once."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import wraps
from typing import Any, get_args

from temporalio import activity
from temporalio.exceptions import ApplicationError

from worker.runtime import Activities

HUGE = 3_000_000
"""Bytes; Temporal takes no more than two mebibytes."""


class Fault(StrEnum):
    """How a step breaks."""

    UNFORESEEN = "an exception that nobody foresaw"
    FINAL = "a failure that is not tried again"
    SHAPELESS = "an answer of another shape"
    HUGE = "an answer that is far too large"


class FaultInjector:
    """Breaks one activity once, where a word is in what it is called with or by which workflow."""

    def __init__(self) -> None:
        self._armed: dict[tuple[str, ...], tuple[str, Fault]] = {}

    def arm(self, step: str, fault: Fault, *words: str) -> None:
        """Break the next call of an activity that concerns one of these words."""
        self._armed[words] = step, fault

    def is_armed(self, *words: str) -> bool:
        """Whether the fault is still to come."""
        return words in self._armed

    def hit(self, step: str, told: str) -> Fault | None:
        """The fault of this call, if it has one; the next call has none."""
        for words, (armed, fault) in self._armed.items():
            if armed == step and any(word in told for word in words):
                del self._armed[words]
                return fault
        return None

    def wrap(self, activities: Activities) -> Activities:
        """The same, but that each of them breaks as it is armed."""
        for name in steps_of(activities):
            setattr(activities, name, self._faulty(name, getattr(activities, name)))
        return activities

    def _faulty(self, step: str, whole: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        @wraps(whole)
        async def faulty(*args: Any) -> Any:
            fault = self.hit(step, f"{activity.info().workflow_id} {args}")
            return answer_of(fault) if fault else await whole(*args)

        return faulty


def steps_of(activities: Activities) -> list[str]:
    """The names of all activities that something implements."""
    bases = [base for base in get_args(Activities) if isinstance(activities, base)]
    return sorted(name for base in bases for name in base.__abstractmethods__)


def answer_of(fault: Fault) -> Any:
    """What comes of a fault.

    Raises:
        ApplicationError: it is one that is not tried again.
        ZeroDivisionError: it is one that nobody foresaw.
    """
    match fault:
        case Fault.UNFORESEEN:
            raise ZeroDivisionError("a bug")
        case Fault.FINAL:
            raise ApplicationError("broken for good", non_retryable=True)
        case Fault.SHAPELESS:
            return ["nobody", "planned", "for", "this"]
        case Fault.HUGE:
            return "x" * HUGE
