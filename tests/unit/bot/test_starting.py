"""What a start waits for, and what ends it because a person has to change something."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from countersign.runtime.preflight import PreflightError, reach_temporal, who_am_i
from countersign.runtime.process import run, unless
from countersign.runtime.waiting import STARTING, AwayError, Waiting
from countersign.slack.web_client import CONFIGURATION, build_client
from dev.ports import free_port
from tests.support.fake_slack import FakeSlack

ME = {"team_id": "T0ACME", "user_id": "U0SIGN", "bot_id": "B0SIGN"}
HTML = "<html>Please log in</html>"
AWAY: list[tuple[Callable[[], web.Response], str]] = [
    (lambda: web.Response(status=429, headers={"Retry-After": "0"}), "ratelimited"),
    (lambda: web.Response(status=500, text=HTML, content_type="text/html"), "http_500"),
    (lambda: web.Response(status=404, text=HTML, content_type="text/html"), "http_404"),
    (lambda: web.Response(text=HTML, content_type="text/html"), "http_200"),
    (lambda: web.Response(text="fine"), "unreadable_answer"),
    (lambda: web.json_response([1]), "unreadable_answer"),
    (lambda: web.json_response({"ok": True}), "unreadable_answer"),
    (lambda: web.Response(body=b"\xff{", content_type="application/json"), "unreadable_answer"),
    (lambda: web.Response(text="[" * 10**5, content_type="application/json"), "unreadable_answer"),
    (lambda: web.json_response({"ok": False, "error": "internal_error"}), "internal_error"),
    (lambda: web.json_response({"ok": False, "error": "of_next_year"}), "of_next_year"),
]


def test_code_that_never_comes_back_holds_up_neither_others_nor_the_end() -> None:
    free, heard = threading.Event(), list[str]()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(50):
            loop.run_in_executor(None, free.wait)
        heard.append(await asyncio.to_thread(str, "others run"))

    try:
        assert run(main) == 0
    finally:
        free.set()
    assert heard == ["others run"]


@pytest.mark.parametrize(("answer", "cause"), AWAY, ids=[cause for _, cause in AWAY])
async def test_a_slack_that_does_not_say_who_we_are_is_waited_for_in_one_line(
    slack: FakeSlack, client: AsyncWebClient, answer: Callable[[], web.Response], cause: str
) -> None:
    slack.answers["auth.test"] = [
        answer(),
        answer(),
        answer(),
        web.json_response({"ok": True, **ME}),
    ]
    waiting = Waiting(pause=0)
    with capture_logs() as logs:
        me = await waiting.for_("Slack", lambda: who_am_i(client))
    assert (me.team, me.bot_user, waiting.why) == ("T0ACME", "U0SIGN", STARTING)
    assert [it["event"] for it in logs] == [
        f"waiting for Slack: {cause}; trying again",
        "Slack answers; going on",
    ]


@pytest.mark.parametrize("code", sorted(CONFIGURATION))
async def test_a_token_that_slack_refuses_is_not_waited_for(
    slack: FakeSlack, client: AsyncWebClient, code: str
) -> None:
    slack.refuses("auth.test", code)
    with pytest.raises(PreflightError, match=code):
        await Waiting(pause=0).for_("Slack", lambda: who_am_i(client))


async def test_where_nobody_listens_it_is_waited_and_an_address_of_no_kind_is_refused(
    client: AsyncWebClient,
) -> None:
    session: Any = client.session
    nobody = build_client("xoxb-1", f"http://127.0.0.1:{free_port()}/api/", session)
    with pytest.raises(AwayError, match="ClientConnectorError"):
        await who_am_i(nobody)
    with pytest.raises(PreflightError, match="SLACK_API_URL"):
        await who_am_i(build_client("xoxb-1", "http://:0:1/api/", session))


async def test_why_it_waits_can_be_read_meanwhile_and_changes() -> None:
    waiting, causes, seen = Waiting(pause=0), ["http_500", "ratelimited"], list[str]()

    async def ask() -> str:
        seen.append(waiting.why)
        if causes:
            raise AwayError(causes.pop(0))
        return "there"

    assert await waiting.for_("Slack", ask) == "there"
    assert seen == [STARTING, "Slack: http_500", "Slack: ratelimited"]


async def test_it_waits_as_long_as_it_is_told() -> None:
    waiting, clock, told = Waiting(pause=0), asyncio.get_running_loop(), [0.3]
    began = clock.time()

    async def ask() -> None:
        if told:
            raise AwayError("ratelimited", told.pop())

    await waiting.for_("Slack", ask)
    assert clock.time() - began >= 0.3


async def test_who_is_told_to_stop_while_it_waits_stops_at_once() -> None:
    stop = asyncio.Event()
    ended = asyncio.Event()

    async def ask() -> None:
        stop.set()
        raise AwayError("ratelimited", 3_600)

    async def waits() -> None:
        try:
            await Waiting().for_("Slack", ask)
        finally:
            ended.set()

    async with asyncio.timeout(2):
        assert await unless(stop, waits()) is None
    assert ended.is_set()


async def test_what_has_to_be_mended_comes_through() -> None:
    async def refused() -> None:
        raise PreflightError("change it")

    with pytest.raises(PreflightError, match="change it"):
        await unless(asyncio.Event(), refused())


Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


async def _hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest_asyncio.fixture(params=[_web, _hangs_up, None], ids=["web", "hangs up", "nobody"])
async def not_temporal(request: pytest.FixtureRequest) -> AsyncGenerator[str]:
    if request.param is None:
        yield f"127.0.0.1:{free_port()}"
        return
    server = await asyncio.start_server(request.param, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_temporal_that_does_not_answer_is_waited_for(not_temporal: str) -> None:
    with pytest.raises(AwayError) as away:
        await reach_temporal(target_host=not_temporal)
    assert not_temporal in str(away.value)
    assert "TEMPORAL_ADDRESS" in str(away.value)
    assert "Error" not in str(away.value)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"target_host": "not a host"}, "TEMPORAL_ADDRESS"),
        ({"namespace": "nope"}, "no namespace 'nope'"),
        ({"target_host": "http://127.0.0.1:7233"}, "is no address; write host:port"),
        ({"tls": True}, "does not speak TLS; unset TEMPORAL_TLS"),
    ],
    ids=str,
)
async def test_a_temporal_that_cannot_be_used_as_set_is_not_waited_for(
    temporal_address: str, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(PreflightError, match=told):
        await reach_temporal(**{"target_host": temporal_address, **settings})
