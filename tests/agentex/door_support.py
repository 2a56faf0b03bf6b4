"""A front door with everything around it: a real Temporal and a worker, and a stand-in backend."""

import asyncio
import contextlib
import io
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import uvicorn
from aiohttp import ClientSession
from temporalio.client import WorkflowHandle

from bot.agentex.front_door import FrontDoor
from countersign.agentex.origin import task_origin
from countersign.agentex.settings import AgentexSettings
from sandbox.agentex.client import AgentexSandboxClient
from sandbox.agentex.config import AgentexConfig
from sandbox.agentex.server import AgentexSandbox, running
from sandbox.json_types import Json
from tests.flows.flow import Flow
from workflows.contracts.core import Origin

AGENT = "countersign"
PRINCIPAL = {"x-user-id": "alice@acme.example"}


class Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class Link:
    """The way to Temporal, which a test may cut."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def join(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target.split(":")
        there, onwards = await asyncio.open_connection(host, int(port))
        self._open |= {writer, onwards}
        for source, target in ((reader, onwards), (there, writer)):
            task = asyncio.create_task(_copy(source, target))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(65_536):
            target.write(chunk)
            await target.drain()
    target.transport.abort()


@dataclass(frozen=True)
class Entrance:
    """The front door, who comes to it, and what stands behind it."""

    flow: Flow
    link: Link
    sandbox: AgentexSandbox
    people: AgentexSandboxClient
    settings: AgentexSettings

    async def task(self, **how: Any) -> str:
        """A new task of somebody's."""
        return (await self.people.create_task(headers=PRINCIPAL, **how))["id"]

    async def say(self, task: str, text: str) -> Json:
        return await self.people.send(task, text, headers=PRINCIPAL)

    @property
    def key(self) -> str:
        """What the backend and the front door know."""
        (registration,) = self.sandbox.backend.store.registrations.values()
        return registration.key

    def origin(self, task: str) -> Origin:
        return task_origin(AGENT, task)

    def conversation(self, task: str) -> WorkflowHandle[Any, Any]:
        return self.flow.temporal.get_workflow_handle(self.origin(task).workflow_id)

    async def shown(self, task: str, author: str) -> list[str]:
        """The texts that somebody says in a task."""
        contents = [it["content"] for it in await self.people.messages(task)]
        return [it["content"] for it in contents if it["author"] == author and it["type"] == "text"]

    async def call(self, method: str, params: Json, **headers: str) -> Json:
        """Call the front door as the backend does; its answer."""
        payload = {"jsonrpc": "2.0", "id": "1", "method": method, "params": params}
        return await self.post(payload, headers)

    async def post(self, payload: object, headers: dict[str, str] | None = None) -> Json:
        """Have the backend post anything to the front door; its answer."""
        status, text = await self.people.forward(payload, headers)
        assert status == 200
        return json.loads(text)

    async def stored(self) -> list[str]:
        """The tasks that AgentEx has, newest first."""
        async with ClientSession() as session, session.get(f"{self.sandbox.url}/tasks") as answer:
            return [task["id"] for task in await answer.json()]

    async def params(self, task: str = "", **more: Any) -> Json:
        """What the backend calls with, for a task that it need not have."""
        agent = await self.people.agent()
        return {"agent": agent, "task": {"id": task or str(uuid4()), "status": "RUNNING"}, **more}


def an_event(task: str, text: str = "hello", **more: Any) -> Json:
    content = {"type": "text", "author": "user", "content": text}
    moment = "2026-11-29T12:00:00.123456Z"
    return {
        "id": str(uuid4()),
        "agent_id": "a",
        "task_id": task,
        "sequence_id": 1,
        "content": content,
        "created_at": moment,
        **more,
    }


@asynccontextmanager
async def serving(door: FrontDoor, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve on a socket, without uvicorn's hold on signals."""
    config = uvicorn.Config(door, log_config=None, lifespan="on", timeout_graceful_shutdown=1)
    server = Server(config)
    task = asyncio.create_task(server._serve([listener]))
    try:
        await server.listens.wait()
        yield
    finally:
        server.should_exit = True
        await task


def a_listener() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def settings_for(url: str, listener: socket.socket, queue: str = "q") -> AgentexSettings:
    return AgentexSettings.model_validate(
        {
            "agentex_base_url": url,
            "acp_url": "http://127.0.0.1",
            "acp_port": listener.getsockname()[1],
            "task_queue": queue,
        }
    )


@asynccontextmanager
async def entrance(flow: Flow, address: str, monkeypatch: Any) -> AsyncGenerator[Entrance]:
    """A front door that is registered, for the worker of a flow."""
    link = Link(address)
    await link.join()
    monkeypatch.setenv("TEMPORAL_ADDRESS", link.address)
    async with (
        running(AgentexConfig()) as sandbox,
        AgentexSandboxClient.from_control_url(sandbox.control_url) as people,
    ):
        with a_listener() as listener:
            settings = settings_for(sandbox.url, listener, flow.queue)
            async with serving(FrontDoor(settings), listener):
                await people.agent()
                yield Entrance(flow, link, sandbox, people, settings)
                assert await people.violations() == []
    await link.cut()


async def logged(settings: AgentexSettings, lines: list[Any], words: str) -> str:
    """Wait for a line of the log."""
    async with asyncio.timeout(20):
        while not (found := [it["event"] for it in lines if words in it["event"]]):
            await health(settings)
    return found[0]


async def post(
    settings: AgentexSettings, payload: object, headers: dict[str, str] | None = None
) -> Json:
    """Call the front door as somebody who is not the backend."""
    url = f"{settings.acp_url}:{settings.acp_port}/api"
    body = io.BytesIO(json.dumps(payload).encode())
    async with ClientSession() as session, session.post(url, data=body, headers=headers) as it:
        return await it.json()


async def health(settings: AgentexSettings) -> int:
    """What the front door's own health check answers."""
    url = f"{settings.acp_url}:{settings.acp_port}/healthz"
    async with ClientSession() as session, session.get(url) as answer:
        return answer.status
