"""An activity tried as Temporal tries it: with its number, and what its last try had told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

MOST = 12
"""Tries after which a test takes it that there is no end."""


@dataclass
class Tried:
    """What became of it."""

    result: Any = None
    error: ApplicationError | None = None
    attempts: int = 0
    pause: timedelta = timedelta()
    """How long Temporal would have waited between the tries, as far as it was told."""

    @property
    def is_final(self) -> bool:
        return self.error is not None and self.error.non_retryable


async def tried(method: Callable[..., Any], argument: Any, age: timedelta = timedelta()) -> Tried:
    """Try until it works or is final; `age` is how long ago it was first asked for."""
    told: list[Any] = []
    outcome = Tried()
    while outcome.attempts < MOST:
        outcome.attempts += 1
        within = ActivityEnvironment()
        within.on_heartbeat = lambda *details: told.__setitem__(slice(None), details)
        asked_at = datetime.now(UTC) - age - outcome.pause
        within.info = replace(
            within.info,
            attempt=outcome.attempts,
            heartbeat_details=list(told),
            scheduled_time=asked_at,
        )
        try:
            return replace(outcome, result=await within.run(method, argument), error=None)
        except ApplicationError as error:
            outcome.error = error
            if error.non_retryable:
                return outcome
            outcome.pause += error.next_retry_delay or timedelta(seconds=1)
    return outcome
