"""The Socket Mode edge against a Slack that behaves as badly as the real one may."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from bot.socket_mode import LARGEST_FRAME, AppTokenError, SocketMode
from countersign.slack.web_client import build_client
from tests.support.fake_clients import FakeApprovals, FakeConversations, an_app
from tests.support.fake_slack import TOKEN
from tests.support.fakes import Watched
from tests.support.slack_payloads import a_command, an_event

APP_TOKEN = "xapp-1-A0SIGN-test"
HELLO = {"type": "hello", "num_connections": 1}
Json = dict[str, Any]


class Sockets(Watched):
    """Slack's side: hands out addresses and sockets, and keeps what is acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals: list[Json] = []
        self.odd_answers: list[str] = []
        self.tokens: list[str] = []
        self.opened: list[web.WebSocketResponse] = []
        self.acks: list[Json] = []
        self.closes_at_once = False
        self.url = ""

    async def open(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        await self.changed()
        if self.odd_answers:
            return web.Response(text=self.odd_answers.pop(0), content_type="application/json")
        if self.refusals:
            return web.json_response({"ok": False, **self.refusals.pop(0)})
        return web.json_response({"ok": True, "url": f"{self.url}link?ticket=t"})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if not self.closes_at_once:
            await socket.send_json(HELLO)
            self.opened.append(socket)
            await self.changed()
            async for frame in socket:
                self.acks.append(json.loads(frame.data))
                await self.changed()
            await self.changed()
        return socket

    async def send(self, frame: Json | str | bytes) -> None:
        match frame:
            case bytes():
                await self.opened[-1].send_bytes(frame)
            case str():
                await self.opened[-1].send_str(frame)
            case _:
                await self.opened[-1].send_json(frame)

    async def connected(self, count: int = 1) -> None:
        await self.until(lambda: len(self.opened) == count)

    async def acknowledged(self, count: int = 1) -> None:
        await self.until(lambda: len(self.acks) >= count)


@dataclass
class Line:
    """A bot on a socket."""

    slack: Sockets
    mode: SocketMode
    conversations: FakeConversations = field(default_factory=FakeConversations)
    approvals: FakeApprovals = field(default_factory=FakeApprovals)
    running: asyncio.Task[None] | None = None

    async def up(self) -> None:
        self.running = asyncio.create_task(self.mode.run())
        await self.slack.connected()
        await self.mode.connected.wait()

    async def down(self) -> None:
        if self.running:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running


@pytest_asyncio.fixture
async def line() -> AsyncGenerator[Line]:
    slack, conversations, approvals = Sockets(), FakeConversations(), FakeApprovals()
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", slack.open)
    app.router.add_get("/link", slack.serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        slack.url = str(server.make_url("/"))
        client = build_client(TOKEN, f"{slack.url}api/", session)
        mode = SocketMode(an_app(client, conversations, approvals), client, APP_TOKEN, session)
        made = Line(slack, mode, conversations, approvals)
        yield made
        made.conversations.gate.set()
        await made.down()


def _envelope(number: int, payload: Any = None, **changes: Any) -> Json:
    given = an_event(ts=f"{number}.0") if payload is None else payload
    kind = {"type": "events_api", "accepts_response_payload": False}
    return {"envelope_id": f"e{number}", "payload": given, **kind, **changes}


async def test_an_event_is_acknowledged_once_it_is_stored_and_not_before(line: Line) -> None:
    await line.up()
    line.conversations.gate.clear()
    await line.slack.send(_envelope(1))
    await line.conversations.entered.wait()
    assert line.slack.acks == []

    line.conversations.gate.set()
    await line.slack.acknowledged()

    assert line.slack.acks == [{"envelope_id": "e1"}]
    assert len(line.conversations.started) == 1
    assert line.slack.tokens == [f"Bearer {APP_TOKEN}"]


async def test_an_event_that_could_not_be_stored_is_not_acknowledged(line: Line) -> None:
    await line.up()
    line.conversations.error = RuntimeError("Temporal is away")
    await line.slack.send(_envelope(1))
    await line.conversations.entered.wait()
    line.conversations.error = None
    await line.slack.send(_envelope(2))
    await line.slack.acknowledged()
    assert [ack["envelope_id"] for ack in line.slack.acks] == ["e2"]


async def test_a_slow_delivery_does_not_hold_up_the_next(line: Line) -> None:
    await line.up()
    line.conversations.gate.clear()
    await line.slack.send(_envelope(1))
    await line.conversations.entered.wait()
    await line.slack.send(_envelope(2, a_command(), type="slash_commands"))
    await line.slack.acknowledged()
    assert line.slack.acks[0]["envelope_id"] == "e2"
    line.conversations.gate.set()
    await line.slack.acknowledged(2)


async def test_a_command_is_answered_in_its_acknowledgement(line: Line) -> None:
    await line.up()
    await line.slack.send(_envelope(1, a_command(), type="slash_commands"))
    await line.slack.acknowledged()
    assert "Nothing is waiting" in line.slack.acks[0]["payload"]["text"]


async def test_bad_frames_do_no_harm(line: Line) -> None:
    await line.up()
    for bad in ("{", "[]", "5", "null", '"text"', "{}", b"\x00", {"type": "new"}, {"type": []}):
        await line.slack.send(bad)
    for payload in ("text", 5, [1], "{", {}, {"type": "block_actions", "actions": []}):
        await line.slack.send(_envelope(7, payload))
    await line.slack.send(_envelope(8, envelope_id="good"))
    await line.slack.until(lambda: {"envelope_id": "good"} in line.slack.acks)
    assert len(line.slack.opened) == 1
    assert len(line.conversations.started) == 1


async def test_what_is_nested_too_deep_does_no_harm(line: Line) -> None:
    await line.up()
    for levels in (61, 900, 100_000):
        deep = "[" * levels + "]" * levels
        await line.slack.send(deep)
        await line.slack.send(f'{{"envelope_id": "deep", "payload": {deep}}}')
        await line.slack.send(f'{{"envelope_id": "deep", "payload": {{"event": {deep}}}}}')
        await line.slack.send(f'{{"envelope_id": {deep}, "type": "events_api"}}')
    await line.slack.send(_envelope(8, envelope_id="good"))
    await line.slack.until(lambda: {"envelope_id": "good"} in line.slack.acks)
    assert len(line.slack.opened) == 1
    assert len(line.conversations.started) == 1
    assert [it for it in line.slack.acks if it["envelope_id"] == "deep"] == []


@pytest.mark.parametrize("frame", [b'"' + b"x" * LARGEST_FRAME + b'"', b"\xff\xfe"], ids=len)
async def test_a_frame_that_is_none_costs_a_connection_and_not_the_bot(
    line: Line, frame: bytes
) -> None:
    """Too large, or no text."""
    await line.up()
    with suppress(ConnectionError):
        await line.slack.opened[-1].send_frame(frame, WSMsgType.TEXT)
    await line.slack.connected(2)
    await line.slack.send(_envelope(1))
    await line.slack.acknowledged()


@pytest.mark.parametrize(
    "odd", ["{", "[]", "[" * 100_000, '{"ok": true}', '{"ok": true, "url": 5}']
)
async def test_an_address_that_is_none_is_asked_for_again(line: Line, odd: str) -> None:
    line.slack.odd_answers.append(odd)
    await line.up()
    assert len(line.slack.tokens) == 2


async def test_a_warning_keeps_the_socket_and_a_refresh_opens_another(line: Line) -> None:
    await line.up()
    await line.slack.send({"type": "disconnect", "reason": "warning"})
    await line.slack.send(_envelope(1))
    await line.slack.acknowledged()
    assert len(line.slack.opened) == 1

    await line.slack.send({"type": "disconnect", "reason": "refresh_requested"})
    await line.slack.connected(2)
    await line.slack.send(_envelope(2))
    await line.slack.acknowledged(2)
    assert len(line.slack.tokens) == 2


async def test_what_is_under_way_is_acknowledged_before_the_socket_is_left(line: Line) -> None:
    await line.up()
    line.conversations.gate.clear()
    await line.slack.send(_envelope(1))
    await line.conversations.entered.wait()
    await line.slack.send({"type": "disconnect", "reason": "refresh_requested"})
    await line.mode.connected.wait()
    line.conversations.gate.set()
    await line.slack.acknowledged()
    await line.slack.connected(2)
    assert line.slack.acks == [{"envelope_id": "e1"}]


async def test_being_told_to_stop_acknowledges_what_is_under_way_and_closes(line: Line) -> None:
    await line.up()
    line.conversations.gate.clear()
    await line.slack.send(_envelope(1))
    await line.conversations.entered.wait()
    stopping = asyncio.create_task(line.down())
    line.conversations.gate.set()
    await stopping
    await line.slack.acknowledged()
    assert line.slack.acks == [{"envelope_id": "e1"}]
    assert not line.mode.connected.is_set()
    await line.slack.until(lambda: line.slack.opened[0].closed)


async def test_a_socket_that_slack_drops_is_opened_again(line: Line) -> None:
    await line.up()
    await line.slack.opened[0].close()
    await line.slack.connected(2)
    await line.slack.send(_envelope(1))
    await line.slack.acknowledged()


async def test_a_delivery_whose_socket_is_gone_is_not_acknowledged_on_the_next(line: Line) -> None:
    await line.up()
    line.conversations.gate.clear()
    await line.slack.send(_envelope(1))
    await line.conversations.entered.wait()
    await line.slack.opened[0].close()
    line.conversations.gate.set()
    await line.slack.connected(2)
    await line.slack.send(_envelope(2))
    await line.slack.acknowledged()
    assert [ack["envelope_id"] for ack in line.slack.acks] == ["e2"]


@pytest.mark.parametrize("code", ["invalid_auth", "not_allowed_token_type", "token_revoked"])
async def test_a_wrong_token_ends_the_bot_with_slacks_word_for_it(line: Line, code: str) -> None:
    line.slack.refusals.append({"error": code})
    with pytest.raises(AppTokenError, match=code):
        await line.mode.run()
    assert len(line.slack.tokens) == 1


async def test_a_slack_that_is_not_well_is_asked_again(line: Line) -> None:
    line.slack.refusals += [{"error": "internal_error"}, {"error": "ratelimited"}]
    await line.up()
    assert len(line.slack.tokens) == 3


async def test_a_slack_that_closes_every_socket_at_once_is_not_asked_without_pause(
    line: Line,
) -> None:
    line.slack.closes_at_once = True
    began = asyncio.get_running_loop().time()
    line.running = asyncio.create_task(line.mode.run())
    await line.slack.until(lambda: len(line.slack.tokens) == 3)
    assert asyncio.get_running_loop().time() - began > 0.5
    assert not line.mode.connected.is_set()


async def test_a_repeated_delivery_is_handled_like_the_first(line: Line) -> None:
    await line.up()
    await line.slack.send(_envelope(1, retry_attempt=1, retry_reason="timeout"))
    await line.slack.acknowledged()
    assert len(line.conversations.started) == 1
