"""An agent that writes down what the stand-in of the AgentEx backend tells it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from agentex import AsyncAgentex
from agentex.protocol.acp import PARAMS_MODEL_BY_METHOD, RPCMethod
from aiohttp import ClientSession, web

from sandbox.agentex.client import AgentexSandboxClient
from sandbox.agentex.config import AgentexConfig
from sandbox.agentex.server import AgentexSandbox, running
from sandbox.json_types import Json

REGISTRATION = {
    "name": "an-agent",
    "description": "An agent that writes down what it hears.",
    "acp_type": "async",
    "principal_context": None,
    "registration_metadata": None,
}


@dataclass
class Pause:
    """What an agent waits for between hearing and answering."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Agent:
    """An async agent: what it heard, and what it answers."""

    heard: list[Json] = field(default_factory=list[Json])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: list[str] = field(default_factory=list[str])
    error: str = ""
    pause: Pause | None = None
    port: int = 0

    async def hear(self, request: web.Request) -> web.Response:
        """Write a request down and answer it."""
        self.bodies.append(await request.text())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"jsonrpc": "2.0", "error": {"code": -32700, "message": "no"}})
        self.heard.append(body)
        if self.pause is not None:
            self.pause.reached.set()
            await self.pause.ended.wait()
        problem = {"code": -32603, "message": self.error} if self.error else None
        result = None if self.error else {"status": "processing"}
        answer = {"jsonrpc": "2.0", "id": body.get("id"), "result": result, "error": problem}
        return web.json_response(answer)

    @property
    def registration(self) -> Json:
        """What it says of itself."""
        return {**REGISTRATION, "acp_url": f"http://127.0.0.1:{self.port}"}

    def params(self, number: int = -1) -> Any:
        """What it heard, read as the SDK's server reads it."""
        heard = self.heard[number]
        return PARAMS_MODEL_BY_METHOD[RPCMethod(heard["method"])].model_validate(heard["params"])


@dataclass(frozen=True)
class Stage:
    """A backend, a registered agent, its SDK's client, and the people who ask it."""

    sandbox: AgentexSandbox
    agent: Agent
    registered: Json
    sdk: AsyncAgentex
    people: AgentexSandboxClient

    @property
    def name(self) -> str:
        return self.registered["name"]


@asynccontextmanager
async def listening() -> AsyncGenerator[Agent]:
    agent = Agent()
    app = web.Application()
    app.router.add_post("/api", agent.hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.3)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    agent.port = int(runner.addresses[0][1])
    try:
        yield agent
    finally:
        await runner.cleanup()


@asynccontextmanager
async def stage(config: AgentexConfig | None = None) -> AsyncGenerator[Stage]:
    async with (
        listening() as agent,
        running(config or AgentexConfig()) as sandbox,
        AgentexSandboxClient.from_control_url(sandbox.control_url) as people,
    ):
        registered = (await post(sandbox, "/agents/register", agent.registration))[1]
        async with client(sandbox, registered["agent_api_key"]) as sdk:
            yield Stage(sandbox, agent, registered, sdk, people)


def client(sandbox: AgentexSandbox, key: str) -> AsyncAgentex:
    """The SDK's client, which tries nothing twice."""
    headers = {"x-agent-api-key": key}
    return AsyncAgentex(base_url=sandbox.url, default_headers=headers, max_retries=0)


async def post(sandbox: AgentexSandbox, path: str, body: object) -> tuple[int, Json]:
    """Post what the SDK's client would not."""
    async with ClientSession() as session, session.post(sandbox.url + path, json=body) as answer:
        return answer.status, await answer.json()
