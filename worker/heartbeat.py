"""Heartbeats for every activity, so that one whose worker died is tried again within seconds.

They carry what an activity has to know of its earlier tries.
"""

import asyncio
from contextvars import ContextVar
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

BEATS_PER_TIMEOUT = 3
_puzzled: ContextVar[tuple[int, list[int]]] = ContextVar("puzzled")
"""The try under way, and the numbers of those that met something unfamiliar."""


def puzzled_before() -> int:
    """Note that this try met something unfamiliar; returns how many earlier tries did."""
    attempt, tries = activity.info().attempt, _memory()
    if attempt not in tries:
        tries.append(attempt)
        activity.heartbeat(tries)
    return len(tries) - 1


class Heartbeats(Interceptor):
    """Beats for activities that have a heartbeat timeout; the event loop has to be alive."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """See `Interceptor`."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        timeout = activity.info().heartbeat_timeout
        if timeout is None:
            return await super().execute_activity(input)
        _memory()  # shared with the task below, which has to say it again with each beat
        beating = asyncio.create_task(_beat(timeout.total_seconds() / BEATS_PER_TIMEOUT))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()


async def _beat(seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        activity.heartbeat(_memory())


def _memory() -> list[int]:
    """What is known by now; a new try knows what the last one has told Temporal."""
    info = activity.info()
    attempt, tries = _puzzled.get((0, []))
    if attempt != info.attempt:
        told: Any = info.heartbeat_details[0] if info.heartbeat_details else []
        tries = [it for it in told if isinstance(it, int)] if isinstance(told, list) else []
        _puzzled.set((info.attempt, tries))
    return tries
