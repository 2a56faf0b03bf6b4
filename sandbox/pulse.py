"""A heartbeat for everyone who waits for something to change."""

import asyncio


class Pulse:
    """Wakes all waiters at each beat; they look for themselves whether it concerns them."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Wake everyone who waits now."""
        waiting, self._next = self._next, asyncio.Event()
        waiting.set()

    async def wait(self) -> None:
        """Return at the next beat."""
        await self._next.wait()
