"""Whose turn it is in a thread, and how many of its agents are at work at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio import workflow

from workflows.conversation.state import ConversationState

AT_WORK = 4
"""Agents of one turn whose models are called side by side. All that a workflow asks for at once has
to fit into one message of 4 MB, or Temporal ends it (docs.temporal.io/references/errors)."""


class Floor:
    """That of one turn: one turn at a time has the floor of a thread; all runs of it share it."""

    def __init__(self, conversation: ConversationState) -> None:
        self._conversation = conversation
        self._runs = 0
        self._taking = asyncio.Lock()
        self._places = asyncio.Semaphore(AT_WORK)

    @asynccontextmanager
    async def taken(self) -> AsyncGenerator[None]:
        """Wait for a place, and for the thread, which no turn has while it is renewed."""
        async with self._places:
            await workflow.wait_condition(lambda: not self._conversation.renewing)
            async with self._shared():
                yield

    @asynccontextmanager
    async def _shared(self) -> AsyncGenerator[None]:
        async with self._taking:
            if not self._runs:
                await self._conversation.floor.acquire()
            self._runs += 1
        try:
            yield
        finally:
            self._runs -= 1
            if not self._runs:
                self._conversation.floor.release()
