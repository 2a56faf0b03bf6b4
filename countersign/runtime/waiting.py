"""Waiting at the start for what passes by itself: a Slack, a Temporal or a database that is away.

What only a person can mend is a `PreflightError` instead, which ends the process.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")
STARTING = "starting"
LONGEST_PAUSE = 15.0


class AwayError(Exception):
    """Something does not work now and may in a while. The text says why."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds
        """After how long to ask again, where we were told."""


@dataclass(slots=True)
class Waiting:
    """What a start waits for; `why` is what somebody reads who asks whether it is ready."""

    why: str = STARTING
    pause: float = 0.25
    """Seconds before the second try; each one after that is twice as long."""

    async def for_(self, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer: one line when the wait begins, and one when it is over."""
        tries = 0
        while True:
            try:
                answer = await ask()
            except AwayError as error:
                self._waits(what, error, is_new=not tries)
                await asyncio.sleep(self._length(tries, error.seconds))
                tries += 1
            else:
                self._goes_on(what, tries)
                return answer

    def _waits(self, what: str, error: AwayError, *, is_new: bool) -> None:
        self.why = f"{what}: {error}"
        if is_new:
            line = f"waiting for {self.why}; trying again"
            log.warning(line)

    def _goes_on(self, what: str, tries: int) -> None:
        self.why = STARTING
        if tries:
            line = f"{what} answers; going on"
            log.info(line, tries=tries + 1)

    def _length(self, tries: int, told: float | None) -> float:
        """Doubling seconds with some chance in them, and never less than we were told."""
        chance = random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        doubled = min(self.pause * 2 ** min(tries, 10), LONGEST_PAUSE) * chance
        return max(doubled, told or 0)
