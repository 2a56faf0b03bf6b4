"""What AgentEx calls us for: a task is created, something is said in it, it is stopped."""

from typing import Any, Protocol
from uuid import uuid4

import structlog
from agentex.protocol.acp import (
    CancelTaskParams,
    CreateTaskParams,
    InterruptTaskParams,
    SendEventParams,
)
from agentex.types.agent import Agent
from agentex.types.task import Task

from bot.agentex.backend import Backend
from bot.agentex.events import ONLY_TEXT, message_of, moment_of, text_of
from bot.agentex.refusals import BAD_PARAMS, ENDED, OTHER_AGENT, TASK_ENDED, RefusedError
from bot.agentex.temporal import Temporal
from countersign.agentex.origin import TaskIdError, person_of, task_origin
from countersign.agentex.settings import AgentexSettings
from workflows.client import ConversationEndedError, Conversations
from workflows.contracts.core import Message, Origin, Person, StopRequest

log = structlog.get_logger(__name__)

OVER = frozenset({"CANCELED", "COMPLETED", "DELETED", "TERMINATED", "TIMED_OUT"})
"""Statuses in which nothing is said any more. A task that failed was not taken by us at first,
and may be later."""
NAME_SHOWN = 80


class TaskParams(Protocol):
    """What the params of every call have."""

    agent: Agent
    task: Task
    request: dict[str, Any] | None


class TaskCalls:
    """What is done at each call. What comes back has been taken by Temporal.

    Every method raises `RefusedError` where it has not.
    """

    def __init__(self, settings: AgentexSettings, backend: Backend, temporal: Temporal) -> None:
        self._settings = settings
        self._backend = backend
        self._temporal = temporal

    async def create(self, params: CreateTaskParams) -> None:
        """Begin the conversation of a task; twice is once, and what has ended is left so."""
        origin = self._origin(params)
        if params.task.status in OVER:
            return
        async with self._temporal.admitting() as conversations:
            await self._check_if_new(conversations, origin)
            try:
                await conversations.open(origin)
            except ConversationEndedError:
                log.info("task has ended", task=origin.id)

    async def send(self, params: SendEventParams) -> None:
        """Hand over what somebody says, and show it in the task, which AgentEx leaves to us."""
        origin, at = self._origin(params), moment_of(params.event)
        if params.task.status in OVER:
            raise RefusedError(ENDED, TASK_ENDED)
        text = text_of(params.event)
        if text is None:
            if not await self._backend.say(origin.id, ONLY_TEXT, at):
                raise RefusedError(BAD_PARAMS, ONLY_TEXT)
            return
        await self._hand_over(origin, message_of(params.event, at, self._person(params)))
        if text.strip():
            await self._backend.say(origin.id, text, at, "user")

    async def cancel(self, params: CancelTaskParams) -> None:
        """End the conversation of a task, with all that it asks; what has ended stays so."""
        await self._stop(params, f"cancel-{params.task.id}", is_last=True)

    async def interrupt(self, params: InterruptTaskParams) -> None:
        """Have the agent leave off what it is at, and record that, which AgentEx leaves to us."""
        await self._stop(params, f"interrupt-{uuid4()}")
        await self._backend.interrupted(params.task.id)

    async def _hand_over(self, origin: Origin, message: Message) -> None:
        async with self._temporal.admitting() as conversations:
            await self._check_if_new(conversations, origin)
            try:
                await conversations.start(origin, message, anew=False)
            except ConversationEndedError as error:
                raise RefusedError(ENDED, TASK_ENDED) from error

    async def _stop(self, params: TaskParams, id_: str, *, is_last: bool = False) -> None:
        origin = self._origin(params)
        request = StopRequest(id=id_, by=self._person(params), is_last=is_last)
        async with self._temporal.admitting() as conversations:
            await conversations.stop(origin, request)

    async def _check_if_new(self, conversations: Conversations, origin: Origin) -> None:
        """Before a conversation begins, see that there is such a task."""
        if await conversations.how_ended(origin.workflow_id) is not None:
            await self._backend.check(origin.id)

    def _origin(self, params: TaskParams) -> Origin:
        ours, theirs = self._settings.agent_name, params.agent.name
        if theirs != ours:
            told = OTHER_AGENT.format(ours=ours, theirs=theirs[:NAME_SHOWN])
            raise RefusedError(BAD_PARAMS, told)
        try:
            return task_origin(ours, params.task.id)
        except TaskIdError as error:
            raise RefusedError(BAD_PARAMS, str(error)) from error

    def _person(self, params: TaskParams) -> Person:
        headers = (params.request or {}).get("headers", {})
        return person_of(headers, params.task.params, self._settings.principal_headers)
