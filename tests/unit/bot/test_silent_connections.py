"""Who comes in by HTTP and says nothing, or nothing that makes sense, does not stay."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.http import EVENTS_PATH, add_slack
from countersign.runtime.door import serving
from countersign.runtime.health import build_http
from tests.support.fake_clients import FakeApprovals, FakeConversations, an_app

SHORT = 0.2
"""Seconds that a silent connection may stay."""
LONG = 30.0
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
BEGUN = f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n".encode()
SMUGGLED = (
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"
)


@dataclass
class Caller:
    """One connection to the bot."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> bytes:
        """The head of the next answer."""
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), LONG)

    async def left(self) -> bytes:
        """All that comes until the bot closes."""
        return await asyncio.wait_for(self.reader.read(), LONG)


@asynccontextmanager
async def a_bot(
    client: AsyncWebClient, first: float = SHORT, keep: float = SHORT, body: float = SHORT
) -> AsyncGenerator[int]:
    """A bot that listens with little patience; its port."""

    async def ready() -> str | None:
        return None

    http = build_http(ready)
    add_slack(
        http,
        an_app(client, FakeConversations(), FakeApprovals(), "secret"),
        "secret",
        body_seconds=body,
    )
    async with serving(http, "127.0.0.1", 0, first, keep) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def calling(port: int) -> AsyncGenerator[Caller]:
    caller = Caller(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield caller
    finally:
        caller.writer.close()


@pytest_asyncio.fixture
async def port(client: AsyncWebClient) -> AsyncGenerator[int]:
    async with a_bot(client) as port:
        yield port


@pytest.mark.parametrize("begun", [b"", b"GET", BEGUN, b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\n"])
async def test_a_request_that_does_not_come_is_not_waited_for(port: int, begun: bytes) -> None:
    async with calling(port) as caller:
        await caller.send(begun)
        assert await caller.left() == b""


async def test_headers_that_come_drop_by_drop_do_not_keep_a_connection_open(
    client: AsyncWebClient,
) -> None:
    async with a_bot(client, keep=LONG) as port, calling(port) as caller:
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(_drip(caller), LONG)


async def test_a_crowd_that_says_nothing_leaves_and_others_are_served(
    client: AsyncWebClient,
) -> None:
    async with a_bot(client, first=1.0, keep=LONG) as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        async with calling(port) as caller:
            await caller.send(HEALTH)
            assert b"200 OK" in await caller.head()
        assert await asyncio.gather(*(reader.read() for reader, _ in crowd)) == [b""] * 300
        for _, writer in crowd:
            writer.close()


async def test_a_body_that_does_not_come_is_not_waited_for(client: AsyncWebClient) -> None:
    async with a_bot(client, first=LONG, keep=LONG) as port, calling(port) as caller:
        await caller.send(BEGUN + b"\r\nx")
        assert b"408 Request Timeout" in await caller.head()


async def test_a_connection_that_is_used_again_stays_longer_than_a_silent_one(
    client: AsyncWebClient,
) -> None:
    async with a_bot(client, keep=LONG) as port, calling(port) as caller:
        for _ in range(2):
            await caller.send(HEALTH)
            assert b"200 OK" in await caller.head()
            await caller.reader.readexactly(len(b'{"ok": true}'))
            async with calling(port) as silent:
                assert await silent.left() == b""


async def test_one_that_was_answered_and_says_nothing_more_leaves_too(port: int) -> None:
    async with calling(port) as caller:
        await caller.send(HEALTH)
        assert (await caller.left()).endswith(b'{"ok": true}')


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEALTH, 200),
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (f"PUT {EVENTS_PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 405),
        (f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 401),
        (BEGUN + SMUGGLED, 400),
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nx: " + b"y" * 20_000 + b"\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n" + b"x: y\r\n" * 500 + b"\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (b"GET /healthz HTTP/9.9\r\n\r\n", 400),
        (BEGUN + b"Content-Length: 600\r\n\r\n", 400),
    ],
    ids=lambda it: str(it)[:40],
)
async def test_no_answer_says_what_the_bot_is_made_of(
    port: int, request_: bytes, status: int
) -> None:
    async with calling(port) as caller:
        await caller.send(request_)
        answer = (await caller.left()).lower()
    assert answer.startswith((f"http/1.1 {status} ".encode(), f"http/1.0 {status} ".encode()))
    assert answer.count(b"http/1.") == 1
    assert b"server: countersign\r\n" in answer
    for word in (b"aiohttp", b"python"):
        assert word not in answer


async def _drip(caller: Caller) -> None:
    """Send a header now and then, until the connection is gone."""
    await caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
    while await _quiet(caller.reader, SHORT / 20):
        await caller.send(b"x: y\r\n")
    raise ConnectionResetError


async def _quiet(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Whether nothing came meanwhile, not even an end."""
    try:
        await asyncio.wait_for(reader.read(1), seconds)
    except TimeoutError:
        return True
    return False
