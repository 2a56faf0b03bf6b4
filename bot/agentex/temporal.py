"""Temporal, which may be away at the start and at any time after it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.service import RPCError

from bot.agentex.refusals import NOT_NOW, TEMPORAL_AWAY, RefusedError
from countersign.runtime.preflight import PreflightError, reach_temporal
from countersign.runtime.waiting import AwayError, Waiting
from workflows.agent_queues import AgentQueues
from workflows.client import Conversations, connect

PATIENCE = 15.0
"""Seconds for Temporal to take something; AgentEx waits for 60."""


class Temporal:
    """Hands things over to Temporal, or says at once that this did not work."""

    def __init__(self, task_queue: str) -> None:
        self._agents = AgentQueues.single(task_queue)
        self._client: Client | None = None

    @asynccontextmanager
    async def admitting(self) -> AsyncGenerator[Conversations]:
        """Around handing something over.

        Raises:
            RefusedError: Temporal does not take it now.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                yield Conversations(await self._connected(), self._agents)
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise RefusedError(NOT_NOW, TEMPORAL_AWAY) from error

    async def _connected(self) -> Client:
        """A client that connects when it is used, and again when it has to."""
        if self._client is None:
            try:
                self._client = await connect(lazy=True)
            except ValueError as error:
                raise RefusedError(NOT_NOW, TEMPORAL_AWAY) from error
        return self._client

    async def wait(self) -> None:
        """Say in one line that Temporal is away at the start, and in another that it answers."""
        await Waiting().for_("Temporal (TEMPORAL_ADDRESS)", _reach)


async def _reach() -> None:
    """Connect once, and say `AwayError` also for what has to be mended at the other end."""
    try:
        await reach_temporal()
    except PreflightError as error:
        raise AwayError(str(error)) from error
