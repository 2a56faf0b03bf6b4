"""Who is let in."""

import json
from io import BytesIO

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import Sandbox
from tests.unit.sandbox.slack_app import (
    ALICE,
    APP_TOKEN,
    BOT_TOKEN,
    OPS,
    PAGE_TOKEN,
    SIGNING_SECRET,
    App,
)

TOKEN = {"X-Sandbox-Token": PAGE_TOKEN}
STATE = "/control/state?as=U0ALICE"


async def status(sandbox: Sandbox, path: str, headers: Json, method: str = "GET") -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"{sandbox.url}{path}", headers=headers, allow_redirects=False
        ) as response,
    ):
        return response.status


@pytest.mark.parametrize("path", ["/", STATE, "/ws?as=U0ALICE", "/archives/C0OPS/p1", "/static/x"])
async def test_the_page_and_its_doors_need_the_token(sandbox: Sandbox, path: str) -> None:
    assert await status(sandbox, path, {}) == 403
    assert await status(sandbox, path, {"X-Sandbox-Token": "guess"}) == 403


async def test_the_token_is_taken_from_header_query_or_cookie(sandbox: Sandbox) -> None:
    assert await status(sandbox, STATE, TOKEN) == 200
    assert await status(sandbox, f"{STATE}&token={PAGE_TOKEN}", {}) == 200
    assert await status(sandbox, STATE, {"Cookie": f"sandbox_token={PAGE_TOKEN}"}) == 200


async def test_the_token_moves_from_the_address_to_a_cookie(sandbox: Sandbox) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.page_url}&as={ALICE}", allow_redirects=False) as response,
    ):
        cookie = response.headers["Set-Cookie"]

    assert (response.status, response.headers["Location"]) == (303, f"/?as={ALICE}")
    assert f"sandbox_token={PAGE_TOKEN}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize("path", [STATE, "/healthz", "/api/auth.test", "/v1/models"])
async def test_other_host_names_are_refused(sandbox: Sandbox, path: str) -> None:
    assert await status(sandbox, path, {**TOKEN, "Host": "evil.example"}) == 403


async def test_other_sites_cannot_post_or_connect(sandbox: Sandbox) -> None:
    foreign = {**TOKEN, "Origin": "https://evil.example"}
    own = {**TOKEN, "Origin": sandbox.url}
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}

    assert await status(sandbox, "/control/reset", foreign, "POST") == 403
    assert await status(sandbox, "/api/auth.test", foreign, "POST") == 403
    assert await status(sandbox, "/ws?as=U0ALICE", {**foreign, **upgrade}) == 403
    assert await status(sandbox, "/control/reset", own, "POST") == 200


async def test_bodies_have_a_limit(sandbox: Sandbox) -> None:
    async with (
        aiohttp.ClientSession(headers=TOKEN) as session,
        session.post(f"{sandbox.url}/control/say", data=BytesIO(bytes(2**20 + 1))) as response,
    ):
        assert response.status == 413


async def test_no_secret_is_shown(app: App, people: SandboxClient, sandbox: Sandbox) -> None:
    await app.web.api_call("auth.test", params={"token": BOT_TOKEN})
    await people.say(ALICE, OPS, f"my token is {BOT_TOKEN} and xoxb-123-abc")
    await people.wait_quiet()

    shown = json.dumps(await people.inspect())
    for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, PAGE_TOKEN, "xoxb-123-abc"):
        assert secret not in shown


async def test_health_says_whether_the_app_is_there(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.url}/healthz") as response,
    ):
        assert await response.json() == {"ok": True, "app_connected": False}
