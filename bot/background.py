"""Short tasks that go on after the request that began them was answered."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self

import structlog

log = structlog.get_logger(__name__)

MOST = 200
"""Tasks at the same time; one that comes on top of these is left out."""


class Background:
    """Each task has a name, and runs once at a time. All are cancelled at the end."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Begin a task, unless it runs already or there are too many."""
        if name in self._tasks or len(self._tasks) >= self._most:
            log.info("not begun", task=name, running=len(self._tasks))
            work.close()
            return
        task = self._tasks[name] = asyncio.create_task(work, name=name)
        task.add_done_callback(lambda done: self._ended(name, done))

    async def idle(self) -> None:
        """Wait until all that was begun has ended."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._tasks[name]
        if not task.cancelled() and (error := task.exception()):
            log.error("a task failed", task=name, exc_info=error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks.values():
            task.cancel()
        await self.idle()
