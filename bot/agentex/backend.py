"""AgentEx's backend as the front door needs it: its key, its tasks, and what is said in them."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from agentex import AsyncAgentex
from agentex.lib.core.compat.version_guard import (
    IncompatibleBackendError,
    assert_backend_compatible,
)

from bot.agentex.refusals import (
    BAD_PARAMS,
    NO_METHOD,
    NOT_NOW,
    UNAUTHORIZED,
    UNKNOWN_TASK,
    UNREGISTERED,
    RefusedError,
)
from countersign.agentex.client import build_client, register
from countersign.agentex.errors import AgentexAwayError, AgentexRefusedError, asking
from countersign.agentex.messages import Author, TaskMessages
from countersign.agentex.settings import AgentexSettings

log = structlog.get_logger(__name__)

PATIENCE = 10.0
"""Seconds in which a call waits for us to be registered, and a message to be posted."""
PAUSES = (0.2, 1.0)
"""Seconds between tries."""
NOT_FOUND = 404


class Backend:
    """The backend, once we are registered with it."""

    def __init__(self, settings: AgentexSettings) -> None:
        self._settings = settings
        self._known = asyncio.Event()
        self._key = settings.agent_api_key.get_secret_value()
        self._clients = [build_client(settings)]
        if self._key:
            self._known.set()

    @property
    def _client(self) -> AsyncAgentex:
        return self._clients[-1]

    async def register(self) -> None:
        """Register, however long that takes, and say so if the backend is too old for the SDK."""
        self._key = await register(self._settings)
        self._clients.append(build_client(self._settings, self._key))
        self._known.set()
        try:
            await assert_backend_compatible(self._settings.agentex_base_url)
        except IncompatibleBackendError as error:
            log.error("AgentEx is too old", cause=str(error))  # noqa: TRY400 - one line says it all

    async def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients:
            await client.close()

    async def verify(self, key: str) -> None:
        """See that a call comes from the backend, which we ask for its key if need be.

        Raises:
            RefusedError: it does not, or nobody can say that yet.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                await self._known.wait()
        except TimeoutError as error:
            raise RefusedError(NOT_NOW, UNREGISTERED) from error
        # A backend that gives no key wants none back.
        if self._key and not hmac.compare_digest(key.encode(), self._key.encode()):
            raise RefusedError(NO_METHOD, UNAUTHORIZED)

    async def check(self, task_id: str) -> None:
        """See that there is such a task of ours; without an answer, the call is believed.

        Raises:
            RefusedError: there is none.
        """
        try:
            with asking():
                task = await self._client.tasks.retrieve(task_id, relationships=["agents"])
        except AgentexAwayError as error:
            log.warning("task believed unseen", task=task_id, cause=str(error))
            return
        except AgentexRefusedError as error:
            if error.status == NOT_FOUND:
                raise _unknown(task_id) from error
            log.warning("task believed unseen", task=task_id, cause=str(error))
            return
        owners = [it.name for it in task.agents or ()]
        if owners and self._settings.agent_name not in owners:
            raise _unknown(task_id)

    async def say(self, task_id: str, text: str, at: datetime, author: Author = "agent") -> bool:
        """Say something in a task, once; whether that worked."""
        messages = TaskMessages(self._client)
        return await _tried(
            "message not posted",
            task_id,
            lambda: messages.say(task_id, text, at, author, again=True),
        )

    async def interrupted(self, task_id: str) -> None:
        """Record that a task was interrupted; one that no longer runs is left as it is."""
        await _tried("interrupt not recorded", task_id, lambda: _interrupt(self._client, task_id))


def _unknown(task_id: str) -> RefusedError:
    return RefusedError(BAD_PARAMS, UNKNOWN_TASK.format(id=task_id))


async def _interrupt(client: AsyncAgentex, task_id: str) -> None:
    with asking():
        await client.tasks.interrupt(task_id)


async def _tried(what: str, task_id: str, ask: Callable[[], Awaitable[object]]) -> bool:
    """Whether one of a few tries worked; if not, a line says what was left undone."""
    try:
        async with asyncio.timeout(PATIENCE):
            await _persistently(ask)
    except (AgentexAwayError, AgentexRefusedError, TimeoutError) as error:
        log.warning(what, task=task_id, cause=str(error) or type(error).__name__)
        return False
    return True


async def _persistently(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask a few times.

    Raises:
        AgentexAwayError: the last time did not work either.
        AgentexRefusedError: it is refused.
    """
    for pause in PAUSES:
        try:
            await ask()
        except AgentexAwayError as error:
            await asyncio.sleep(max(pause, error.seconds or 0))
        else:
            return
    await ask()
