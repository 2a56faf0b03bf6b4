"""Slack's Web API, as far as one test needs it: keeps what it is asked, answers what it is told."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.web_client import build_client

Json = dict[str, Any]
TOKEN = "xoxb-1-test"


@dataclass
class FakeSlack:
    """A workspace that takes everything unless told otherwise."""

    asked: list[tuple[str, Json]] = field(default_factory=list)
    answers: dict[str, list[web.Response]] = field(default_factory=dict)
    """Answers by method, given once each and in order."""
    always: dict[str, str] = field(default_factory=dict)
    """Refusals by method, given whenever no answer is left."""
    broken: dict[str, str] = field(default_factory=dict)
    """Methods that do not answer: "drop" cuts the connection, "hang" waits for `patience`."""
    patience: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something was asked."""

    def will_answer(self, method: str, **reply: Any) -> None:
        self.answers.setdefault(method, []).append(web.json_response(reply))

    def refuses(self, method: str, code: str) -> None:
        self.will_answer(method, ok=False, error=code)

    def given(self, method: str) -> list[Json]:
        """What each call of a method brought."""
        return [given for name, given in self.asked if name == method]

    @property
    def methods(self) -> list[str]:
        return [name for name, _ in self.asked]

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given: Json = {**request.query, **await request.post()}
        if request.content_type == "application/json":
            given |= await request.json()
        self.asked.append((method, given))
        self.heard.set()
        if how := self.broken.get(method):
            await self._break(how, request)
        if answers := self.answers.get(method):
            return answers.pop(0)
        if code := self.always.get(method):
            return web.json_response({"ok": False, "error": code})
        return web.json_response({"ok": True, "ts": f"{len(self.asked)}.0", "channel": "C0OPS"})

    async def _break(self, how: str, request: web.Request) -> None:
        if how == "hang":
            await self.patience.wait()
        elif request.transport is not None:
            request.transport.abort()


@asynccontextmanager
async def a_slack() -> AsyncGenerator[tuple[FakeSlack, AsyncWebClient]]:
    """A workspace and the bot's own client for it."""
    slack = FakeSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        slack.url = str(server.make_url("/api/"))
        yield slack, build_client(TOKEN, slack.url, session)
        slack.patience.set()


def parsed(value: Any) -> Any:
    """Nested JSON arrives as text in some calls of the SDK and as JSON in others."""
    return json.loads(value) if isinstance(value, str) else value
