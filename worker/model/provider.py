"""The model, as all the rest meets it: asked in bounds, read whole, failing in known ways.

It runs inside the activity, so what it makes of an answer is what the history records.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from agents import Model, ModelProvider, ModelResponse, OpenAIResponsesModel
from openai import AsyncOpenAI
from pydantic import BaseModel
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.openai_agents import OpenAIPayloadConverter

from countersign.tools.text import text_of
from worker.model.answer import Json, read, well_formed
from worker.model.errors import NoAnswerError, as_failure, explained
from worker.model.given import sendable
from worker.model.hosted import (
    NO_SERVERS,
    Servers,
    labels_of,
    with_settings,
    without_secrets,
)
from workflows.contracts.model_faults import ModelFault
from workflows.conversation.hosted import has_allowed

Ask = Callable[[dict[str, Any]], Awaitable[Json]]
"""Asks a server, and returns the JSON that it answered."""
BODY_LIMIT = 8_000_000
"""Bytes of an answer, unpacked; all that is taken over of it are some hundred thousand."""
DEPTH_LIMIT = 100
UNLIMITED = timedelta(days=1)

log = structlog.get_logger(__name__)


class Responses(OpenAIResponsesModel):
    """A model behind `/responses`, read from the bytes that came.

    The SDK's own reading raises on what servers leave out, and drops why an answer was ended.
    """

    async def ask(self, named: dict[str, Any]) -> Json:
        """The answer as JSON."""
        given = {name: value for name, value in named.items() if name != "tracing"}
        request = self._build_response_create_kwargs(**given)
        create = self._client.responses.with_streaming_response.create
        async with create(**request) as answer:
            return read(await _body(answer.iter_bytes()))


class ResponsesProvider(ModelProvider):
    """The models of one OpenAI-compatible server."""

    def __init__(
        self, client: AsyncOpenAI, longest: timedelta, servers: Servers = NO_SERVERS
    ) -> None:
        """`servers` are the hosted MCP servers of one agent, and of all that it reaches."""
        self._client = client
        self._longest = longest
        self._servers = servers

    def get_model(self, model_name: str | None) -> Model:
        """The model of that name."""
        ask = Responses(model_name or "", self._client).ask
        return ReadModel(ask, self._longest, self._servers)


class ByTaskQueue(ModelProvider):
    """The models of several agents, each of which has hosted MCP servers of its own.

    Two agents may have one server with different secrets, and neither is lent the other's.
    """

    def __init__(self, providers: Mapping[str, ModelProvider]) -> None:
        """`providers` are the agents' own, by their task queues."""
        self._providers = providers

    def get_model(self, model_name: str | None) -> Model:
        """The model of that name, for the agent whose activity asks."""
        return self._providers[activity.info().task_queue].get_model(model_name)


class Normalised(ModelProvider):
    """Any other provider, whose models are read in the same way."""

    def __init__(self, provider: ModelProvider, servers: Servers = NO_SERVERS) -> None:
        self._provider = provider
        self._servers = servers

    def get_model(self, model_name: str | None) -> Model:
        """The model of that name."""
        model = self._provider.get_model(model_name)

        async def ask(named: dict[str, Any]) -> Json:
            answer = await model.get_response(**named)
            return {
                "id": answer.response_id,
                "output": _plain(answer.output),
                "usage": _plain(vars(answer.usage)),
            }

        return ReadModel(ask, servers=self._servers)


class ReadModel(Model):
    """A model of which everything that comes back is known to be well-formed."""

    def __init__(
        self, ask: Ask, longest: timedelta = UNLIMITED, servers: Servers = NO_SERVERS
    ) -> None:
        self._ask = ask
        self._longest = longest
        self._servers = servers

    async def get_response(self, *_: Any, **named: Any) -> ModelResponse:
        """One answer.

        Raises:
            ApplicationError: there is none; its type is a `ModelFault`.
        """
        try:
            return await self._answer(named)
        except ApplicationError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it has a sentence for people
            problem = explained(error)
            problem.told = without_secrets(problem.told, self._servers)
            kind = type(error).__name__
            log.warning("no answer of the model", fault=problem.fault, kind=kind, told=problem.told)
            raise as_failure(problem, _asked_first()) from None

    def stream_response(self, *_: Any, **named: Any) -> AsyncIterator[Any]:
        """Not used: the agent does not stream."""
        raise NotImplementedError(named)

    async def _answer(self, named: dict[str, Any]) -> ModelResponse:
        items = sendable(named["input"])
        tools = with_settings(named.get("tools") or (), self._servers)
        given = {**named, "input": items, "tools": tools}
        with _sent_once(items):
            async with asyncio.timeout(self._longest.total_seconds()):
                whole = await self._ask(given)
            return _storable(well_formed(whole, labels_of(tools)))


@contextmanager
def _sent_once(items: str | Sequence[Any]) -> Generator[None]:
    """What lets the provider run a call is sent once, since a second time it may run again.

    Raises:
        NoAnswerError: it is not known whether it was run.
    """
    if isinstance(items, str) or not has_allowed(items):
        yield
        return
    if activity.in_activity() and activity.info().attempt > 1:
        raise NoAnswerError(ModelFault.UNAVAILABLE, "it was sent before, and lets a call run")
    try:
        yield
    except Exception as error:
        problem = explained(error)
        problem.passes = False
        raise problem from error


async def _body(chunks: AsyncIterator[bytes]) -> bytes:
    """All of an answer, unless it breaks off or does not end."""
    body = bytearray()
    try:
        async for chunk in chunks:
            body += chunk
            if len(body) > BODY_LIMIT:
                break
    except Exception as error:
        told = f"broke off after {len(body):,} bytes: {type(error).__name__}"
        raise NoAnswerError(ModelFault.UNAVAILABLE, told, passes=True) from error
    if len(body) > BODY_LIMIT:
        raise NoAnswerError(ModelFault.UNREADABLE, f"more than {BODY_LIMIT:,} bytes")
    return bytes(body)


def _storable(answer: ModelResponse) -> ModelResponse:
    """The same, after it went the way through history once: there, a fault would be for ever."""
    converter = OpenAIPayloadConverter()
    try:
        payloads = converter.to_payloads([answer])
        (stored,) = converter.from_payloads(payloads, [ModelResponse])
    except Exception as error:
        raise NoAnswerError(
            ModelFault.UNREADABLE, f"cannot be stored: {text_of(error)[:200]}"
        ) from error
    if stored != answer:
        raise NoAnswerError(ModelFault.UNREADABLE, "cannot be stored as it is")
    return answer


def _asked_first() -> datetime:
    """When this call was made for the first time, whatever tries there were since."""
    return activity.info().scheduled_time if activity.in_activity() else datetime.now(UTC)


def _plain(value: Any, levels: int = DEPTH_LIMIT) -> Any:
    """Objects of the SDK as JSON, also where they were built of what does not fit them."""
    match value:
        case _ if levels < 0:
            return None
        case BaseModel():
            return _plain({**vars(value), **(value.model_extra or {})}, levels)
        case Mapping():
            return {str(key): _plain(it, levels - 1) for key, it in value.items()}
        case list() | tuple():
            return [_plain(it, levels - 1) for it in value]
        case str() | int() | float() | None:
            return value
        case _:
            return text_of(value)
