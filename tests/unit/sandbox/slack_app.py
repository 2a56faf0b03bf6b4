"""A sandbox's settings and people, and an app that conversations to it with Slack's own clients."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from sandbox.config import SandboxConfig
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.server import Sandbox

MANIFEST = Path(__file__).parent / "slack_app_manifest.yml"
ALICE, BOB, CAROL, DAVE, BOT = "U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0SIGN"
ERIN, ZOE = "U0ERIN", "U0ZOE"
"""Erin left the company; Zoe is at another one."""
OPS, GENERAL, FINANCE, RANDOM = "C0OPS", "C0GENERAL", "C0FINANCE", "C0RANDOM"
DEPLOYS = "C0DEPLOYS"
SHARED, TRIO = "C0SHARED", "G0TRIO"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, PAGE_TOKEN = "xoxb-test", "xapp-test", "shhh", "letmein"

Reply = Callable[[Json], Json | None]


def a_config(**changes: Any) -> SandboxConfig:
    """Settings with short deadlines and tokens that every test knows."""
    settings: Json = {
        "manifest": MANIFEST,
        "bot_token": BOT_TOKEN,
        "app_token": APP_TOKEN,
        "signing_secret": SIGNING_SECRET,
        "page_token": PAGE_TOKEN,
        "ack_seconds": 2.0,
        "quiet_seconds": 0.08,
        "retry_seconds": (0.01, 0.01, 0.01),
    }
    return SandboxConfig(**{**settings, **changes})


def a_manifest(folder: Path, *, without: str = "", **replaced: str) -> Path:
    """Write the manifest again, without the lines that contain a word, or with others."""
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not without or without not in line)
    for old, new in replaced.items():
        text = text.replace(f"{old}: true", f"{old}: {new}")
    path = folder / "slack_app_manifest.yml"
    path.write_text(text, encoding="utf-8")
    return path


def a_web_client(sandbox: Sandbox, token: str = BOT_TOKEN) -> AsyncWebClient:
    """Slack's own client; a proxy in the environment must not see loopback."""
    client = AsyncWebClient(token=token, base_url=sandbox.api_url, retry_handlers=[])
    client.proxy = None
    return client


@dataclass
class App:
    """A listening app over real Socket Mode; `reply` makes the payload of its acks."""

    web: AsyncWebClient
    heard: list[SocketModeRequest] = field(default_factory=list[SocketModeRequest])
    reply: Reply = lambda _payload: None
    silent: bool = False
    one_more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def on_request(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        self.heard.append(request)
        async with self.one_more:
            self.one_more.notify_all()
        if self.silent:
            return
        response = SocketModeResponse(request.envelope_id, self.reply(request.payload))
        await client.send_socket_mode_response(response)

    async def until(self, count: int) -> list[SocketModeRequest]:
        """Wait until so many requests were heard."""
        async with self.one_more:
            await self.one_more.wait_for(lambda: len(self.heard) >= count)
        return self.heard

    async def first(self) -> Json:
        """Wait for the first payload."""
        return (await self.until(1))[0].payload

    def events(self) -> list[Json]:
        """The inner events heard so far."""
        return [request.payload["event"] for request in self.heard if request.type == "events_api"]


@asynccontextmanager
async def a_connected_app(sandbox: Sandbox) -> AsyncGenerator[App]:
    """Connect an app with slack_sdk's own socket client."""
    app = App(a_web_client(sandbox))
    client = SocketModeClient(app_token=APP_TOKEN, web_client=app.web, ping_interval=0.2)
    client.proxy = None
    client.socket_mode_request_listeners.append(app.on_request)
    await client.connect()
    try:
        yield app
    finally:
        await client.close()
        await asyncio.gather(client.message_processor, return_exceptions=True)


@asynccontextmanager
async def a_plain_socket(
    sandbox: Sandbox,
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    """Connect to Socket Mode by hand; the hello has been read."""
    opened = await a_web_client(sandbox).apps_connections_open(app_token=APP_TOKEN)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(str(opened["url"]), autoping=False) as socket,
    ):
        assert (await socket.receive_json())["type"] == "hello"
        yield socket


@asynccontextmanager
async def refused(code: str) -> AsyncGenerator[Json]:
    """Expect Slack's error `code`; its answer is in the dictionary afterwards."""
    answer: Json = {}
    with pytest.raises(SlackApiError) as caught:
        yield answer
    data: Any = caught.value.response.data
    answer.update(data)
    assert answer["error"] == code


@asynccontextmanager
async def not_allowed(code: str) -> AsyncGenerator[None]:
    """Expect the control API to refuse with `code`."""
    with pytest.raises(ControlError) as caught:
        yield
    assert caught.value.code == code


async def said(call: Awaitable[AsyncSlackResponse]) -> Json:
    """Return the body of an answer; slack_sdk allows for none."""
    data: Any = (await call).data
    return data
