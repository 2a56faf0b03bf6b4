"""Messages on their way to people: each lane in its order, and a few lanes at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.timeouts import call_slack

AT_ONCE = 5
MOST_WAITING = 500
"""Messages that wait while Slack is away; what is more than that is only logged."""

Message = TypeVar("Message")
Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False, slots=True)
class _Outgoing:
    lane: str
    send: Callable[[], Awaitable[object]]


class Outbox:
    """What is to be said. Slack may take its time; whoever puts something in goes on."""

    def __init__(self) -> None:
        self._waiting: list[_Outgoing] = []
        self._under_way: list[_Outgoing] = []

    @property
    def is_empty(self) -> bool:
        """Whether everything was said, or could not be."""
        return not self._waiting and not self._under_way

    def put(
        self,
        lane: str,
        method: Callable[[Any, Message], Awaitable[Answer]],
        message: Message,
        *,
        unless: Callable[[], bool] = lambda: False,
        heard: Callable[[Answer], None] = lambda _: None,
    ) -> None:
        """Have a message sent after those of its lane that are there already.

        `unless` is asked when its turn comes; `heard` gets what the activity answers.
        """

        async def send() -> None:
            if not unless():
                heard(await call_slack(method, message))

        if len(self._waiting) >= MOST_WAITING:
            workflow.logger.error("Too many messages wait; this one is dropped")
            return
        self._waiting.append(_Outgoing(lane, send))

    async def deliver(self) -> None:
        """Send what is put in, for ever.

        What Slack does not take for now keeps only those back that have to come after it.
        """
        while True:
            await workflow.wait_condition(lambda: self._next() is not None)
            if (outgoing := self._next()) is not None:
                self._waiting.remove(outgoing)
                self._under_way.append(outgoing)
                asyncio.create_task(self._send(outgoing))  # noqa: RUF006 - the loop keeps its tasks

    def _next(self) -> _Outgoing | None:
        busy = {it.lane for it in self._under_way}
        if len(busy) >= AT_ONCE:
            return None
        return next((it for it in self._waiting if it.lane not in busy), None)

    async def _send(self, outgoing: _Outgoing) -> None:
        """Send one message. One that fails is dropped, and the log has it."""
        try:
            await outgoing.send()
        except ActivityError:
            workflow.logger.warning("Slack does not take a message", exc_info=True)
        except Exception:
            workflow.logger.exception("A message could not be sent")
        finally:
            self._under_way.remove(outgoing)
