"""What `make dev` does about a process that ends by itself: starts it again, if that is of use."""

import time
from collections.abc import Callable

from dev.child import Child
from dev.errors import BAD_SETTING, DevError, how
from dev.processes import Stack
from dev.stack_options import Name

SHORT_LIFE = 20.0
"""Seconds. What ends again so soon after it was started again is likely to do so once more."""
CHANCES = 3
"""How many lives in a row may be that short."""

Say = Callable[[Name, str], None]
"""Called with a process's name and a line about it."""


class Restarts:
    """Starts again what ends, with one line each time."""

    def __init__(self, stack: Stack, say: Say, clock: Callable[[], float] = time.monotonic) -> None:
        self._stack = stack
        self._say = say
        self._clock = clock
        self._started_again: dict[Name, float] = {}
        self._short_lives: dict[Name, int] = {}

    async def until_hopeless(self) -> DevError:
        """Go on until a process ends that is not to be started again; the error names it.

        That is one that says by its exit code that a person has to change something first, and
        one that has had its chances.
        """
        while True:
            name, child = await self._stack.ended()
            if not self._is_of_use(name, child):
                return child.exited()
            self._say(name, f"stopped {how(child.code or 0)}. It is started again and goes on.")
            await self._stack.start_again(name)
            self._started_again[name] = self._clock()

    def _is_of_use(self, name: Name, child: Child) -> bool:
        started = self._started_again.get(name)
        is_short = started is not None and self._clock() - started < SHORT_LIFE
        lives = self._short_lives[name] = self._short_lives.get(name, 0) + 1 if is_short else 0
        return child.code != BAD_SETTING and lives < CHANCES
