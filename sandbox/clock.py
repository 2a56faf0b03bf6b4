"""Time, as an argument: expiry is tested by moving a clock, never by sleeping."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since 1970, as `time.time` gives them."""

system_clock: Clock = time.time


class ManualClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return where the clock stands."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self.now += seconds
