"""Slack's Web API client: what errors are called, and what never happens by itself."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.web_client import build_client, code_of, is_slack, retry_after
from tests.support.fake_slack import TOKEN, FakeSlack

PROXY = "http://proxy.test:3128"


@pytest_asyncio.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def _failure(client: AsyncWebClient) -> SlackApiError:
    with pytest.raises(SlackApiError) as failed:
        await client.auth_test()
    return failed.value


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda: web.json_response({"ok": False, "error": "invalid_auth"}), "invalid_auth"),
        (lambda: web.json_response({"ok": False}), "http_200"),
        (lambda: web.json_response({"ok": False, "error": {"a": 1}}), "http_200"),
        (lambda: web.Response(status=404, text="<p>no", content_type="text/html"), "http_404"),
        (lambda: web.Response(status=404, text="404: Not Found"), "http_404"),
        (lambda: web.Response(status=502, text="<p>bad", content_type="text/html"), "http_502"),
        (lambda: web.Response(status=503, text="{", content_type="application/json"), "http_503"),
        (lambda: web.Response(status=429, headers={"Retry-After": "7"}), "ratelimited"),
        (
            lambda: web.json_response({"ok": False, "error": "ratelimited"}, status=429),
            "ratelimited",
        ),
        (lambda: web.json_response({"error": "fatal_error"}, status=500), "fatal_error"),
    ],
)
async def test_every_failure_has_a_code(
    slack: FakeSlack, client: AsyncWebClient, answer: Callable[[], web.Response], code: str
) -> None:
    slack.answers["auth.test"] = [answer()]
    assert code_of(await _failure(client)) == code
    assert slack.methods == ["auth.test"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": "1"}, 1),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({}, None),
    ],
    ids=str,
)
async def test_how_long_to_wait_is_known_where_slack_said_so(
    slack: FakeSlack, client: AsyncWebClient, headers: dict[str, str], seconds: float | None
) -> None:
    reply = web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    slack.answers["auth.test"] = [reply]
    assert retry_after(await _failure(client)) == seconds


@pytest.mark.parametrize(
    ("response", "code"),
    [({"error": "x"}, "x"), ({}, "http_0"), (None, "http_0"), ("text", "http_0")],
    ids=str,
)
def test_an_error_that_the_sdk_made_up_has_a_code_too(response: Any, code: str) -> None:
    assert code_of(SlackApiError("made up", response)) == code


async def test_a_dropped_connection_is_not_tried_again_by_itself(
    session: aiohttp.ClientSession,
) -> None:
    tries = 0

    async def drop(request: web.Request) -> web.Response:
        nonlocal tries
        tries += 1
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/chat.postMessage", drop)
    async with TestServer(app) as server:
        client = build_client(TOKEN, str(server.make_url("/api/")), session)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="C1", text="hi")
    assert tries == 1


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://slack.com/api/", True),
        ("https://slack-gov.com.evil.test/api/", False),
        ("https://api.slack-gov.com/api/", True),
        ("https://a.enterprise.slack.com/api/", True),
        ("https://notslack.com/api/", False),
        ("https://slack.com.evil.test/api/", False),
        ("http://127.0.0.1:8000/api/", False),
        ("nonsense", False),
    ],
)
async def test_a_proxy_is_used_for_slack_and_not_for_a_stand_in(
    monkeypatch: pytest.MonkeyPatch, session: aiohttp.ClientSession, url: str, ours: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    assert is_slack(url) is ours
    assert build_client(TOKEN, url, session).proxy == (PROXY if ours else None)


async def test_the_token_goes_in_the_header_and_only_there(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C1", text="hi")
    assert TOKEN not in str(slack.asked)
