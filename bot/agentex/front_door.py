"""AgentEx's own server for agents, with two things done otherwise.

What it acknowledges, Temporal has taken; the SDK acknowledges an event first and may lose it then.
And a backend or a Temporal that is away at the start is waited for, while the SDK gives up.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, override
from uuid import uuid4

import structlog
from agentex.lib.sdk.fastacp.base.base_acp_server import BaseACPServer
from agentex.protocol.json_rpc import JSONRPCError, JSONRPCRequest, JSONRPCResponse
from fastapi import FastAPI, Request
from temporalio.service import RPCError

from bot.agentex.backend import Backend
from bot.agentex.calls import TaskCalls
from bot.agentex.json_rpc import LARGEST_BODY, read_call, read_method, read_params
from bot.agentex.refusals import NO_CALL, NO_METHOD, UNFORESEEN, RefusedError
from bot.agentex.temporal import Temporal
from countersign.agentex.client import KEY_HEADER
from countersign.agentex.settings import AgentexSettings

log = structlog.get_logger(__name__)

SHOWN, LINE = 80, 300
"""Characters of a name and of a cause in the log."""
TAKEN = {"status": "processing"}
"""What AgentEx expects for what was taken."""


class FrontDoor(BaseACPServer):
    """Takes AgentEx's calls about tasks; `/healthz` is the SDK's."""

    def __init__(self, settings: AgentexSettings) -> None:
        self._backend = Backend(settings)
        self._temporal = Temporal(settings.queue)
        super().__init__()
        calls = TaskCalls(settings, self._backend, self._temporal)
        self.on_task_create(calls.create)
        self.on_task_event_send(calls.send)
        self.on_task_cancel(calls.cancel)
        self.on_task_interrupt(calls.interrupt)

    @override
    def get_lifespan_function(self):  # noqa: ANN201 - the SDK leaves it to be inferred too
        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
            del app
            waits = self._backend.register(), self._temporal.wait()
            tasks = [asyncio.create_task(_logged(it)) for it in waits]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._backend.close()

        return lifespan

    @override
    async def _handle_jsonrpc(self, request: Request) -> JSONRPCResponse:
        """Answer a call when its handler is done."""
        call: JSONRPCRequest | None = None
        try:
            await self._backend.verify(request.headers.get(KEY_HEADER, ""))
            call = read_call(await _body(request))
            await self._handle(call, request)
        except RefusedError as error:
            log.warning("refused", code=error.code, cause=_why(error), **_about(call))
            return JSONRPCResponse(id=call and call.id, error=error.answer)
        except Exception:
            incident = uuid4().hex[:8]
            log.exception("unplanned error", incident=incident, **_about(call))
            return JSONRPCResponse(id=call and call.id, error=_surprise(incident))
        return JSONRPCResponse(id=call.id, result=TAKEN)

    async def _handle(self, call: JSONRPCRequest, request: Request) -> None:
        method = read_method(call.method)
        handler = self._handlers.get(method)
        if handler is None:
            raise RefusedError(NO_METHOD, f"This agent has no {method.value}.")
        await handler(read_params(method, call.params, request.headers))


async def _logged(waiting: Coroutine[Any, Any, None]) -> None:
    """Wait for something at the start; what nobody foresaw is written down."""
    try:
        await waiting
    except Exception:
        log.exception("unplanned error at the start")
        raise


async def _body(request: Request) -> bytes:
    """The body, unless it is larger than anything that AgentEx sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise RefusedError(NO_CALL, f"A call has at most {LARGEST_BODY:,} bytes.")
    return bytes(body)


def _about(call: JSONRPCRequest | None) -> dict[str, str]:
    """For the log: what was called, and about which task."""
    if call is None:
        return {}
    task = call.params.get("task")
    id_ = task.get("id") if isinstance(task, dict) else None
    return {"method": call.method[:SHOWN], "task": str(id_)[:SHOWN]}


def _why(error: RefusedError) -> str:
    """For the log: what was behind it; what could not be read is not repeated."""
    cause = error.__cause__
    if isinstance(cause, (RPCError, RuntimeError)):
        return f"{type(cause).__name__}: {cause}".splitlines()[0][:LINE]
    return type(cause).__name__ if cause else str(error)


def _surprise(incident: str) -> JSONRPCError:
    told = f"That did not work, and I don't know how far it came. Incident {incident}."
    return JSONRPCError(code=UNFORESEEN, message=told)
