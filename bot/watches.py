"""Waits for the ends of approvals: one long poll for each, however many want to know."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from temporalio.service import RPCError

from workflows.client import ApprovalNotFoundError

log = structlog.get_logger(__name__)

MOST = 500
"""Open questions to Temporal; what goes beyond is not watched."""


class Watches:
    """`ended` returns when an approval has ended, whose id is then told to `tell`."""

    def __init__(
        self, ended: Callable[[str], Awaitable[None]], tell: Callable[[str], None]
    ) -> None:
        self._ended = ended
        self._tell = tell
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_away = False

    def only(self, wanted: Iterable[str]) -> None:
        """Watch these approvals and no others."""
        ids = dict.fromkeys(wanted)
        for id_ in [id_ for id_ in self._tasks if id_ not in ids]:
            self._tasks.pop(id_).cancel()
        for id_ in ids:
            if id_ not in self._tasks and len(self._tasks) < MOST:
                self._tasks[id_] = asyncio.create_task(self._watch(id_))

    async def aclose(self) -> None:
        """Stop watching."""
        tasks = list(self._tasks.values())
        self.only(())
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, id_: str) -> None:
        try:
            await self._ended(id_)
        except ApprovalNotFoundError:
            log.debug("an approval is gone", approval=id_)  # which is an end, too
        except RPCError as error:
            self._give_up(id_, error)
            return
        self._is_away = False
        del self._tasks[id_]
        self._tell(id_)

    def _give_up(self, id_: str, error: RPCError) -> None:
        del self._tasks[id_]
        if not self._is_away:
            log.warning("open lists do not hear of decisions", cause=str(error))
        self._is_away = True
