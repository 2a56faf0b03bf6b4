"""The door of the Web API: how arguments come, whose token it is, what it may do."""

import json
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.json_types import Json
from sandbox.server import Sandbox, running
from sandbox.web_api.dispatch import METHODS
from tests.unit.sandbox.blocks import section
from tests.unit.sandbox.slack_app import (
    APP_TOKEN,
    BOT_TOKEN,
    OPS,
    a_config,
    a_manifest,
    a_web_client,
    refused,
    said,
)

BEARER = {"Authorization": f"Bearer {BOT_TOKEN}"}


async def test_auth_test_names_the_bot_and_its_scopes(slack: AsyncWebClient) -> None:
    answer = await slack.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        "U0SIGN",
        "B0SIGN",
        "T0ACME",
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    assert "usergroups:read" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
async def test_arguments_come_in_four_ways(sandbox: Sandbox, way: str) -> None:
    args = {"channel": OPS, "blocks": json.dumps([section("hi")])}
    form = aiohttp.FormData(args, default_to_multipart=way == "multipart")
    sent: Json = {
        "query": {"params": args},
        "form": {"data": form},
        "multipart": {"data": form},
        "json": {"json": {"channel": OPS, "blocks": [section("hi")]}},
    }[way]
    async with (
        aiohttp.ClientSession(headers=BEARER) as session,
        session.post(f"{sandbox.api_url}chat.postMessage", **sent) as response,
    ):
        body = await response.json()

    assert response.status == 200
    assert body["ok"], body
    assert body["message"]["blocks"][0]["text"]["text"] == "hi"


async def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox) -> None:
    headers = {**BEARER, "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.api_url}auth.test", data="{", headers=headers) as response,
    ):
        assert (await response.json())["error"] == "invalid_json"


async def test_unknown_methods_say_so(slack: AsyncWebClient) -> None:
    async with refused("unknown_method"):
        await slack.api_call("chat.postPoem")


async def test_a_call_without_token_is_not_authed(sandbox: Sandbox) -> None:
    async with refused("not_authed"):
        await a_web_client(sandbox, token="").auth_test()


async def test_a_strangers_token_is_invalid(sandbox: Sandbox) -> None:
    async with refused("invalid_auth"):
        await a_web_client(sandbox, token="xoxb-other").auth_test()


async def test_the_app_token_opens_connections_and_nothing_else(sandbox: Sandbox) -> None:
    async with refused("not_allowed_token_type"):
        await a_web_client(sandbox, token=APP_TOKEN).auth_test()
    async with refused("not_allowed_token_type"):
        await a_web_client(sandbox).apps_connections_open(app_token=BOT_TOKEN)


async def test_api_test_needs_no_token_and_returns_what_was_sent(sandbox: Sandbox) -> None:
    answer = await said(a_web_client(sandbox, token="").api_test(foo="bar"))

    assert answer["args"]["foo"] == "bar"


async def test_a_scope_that_the_manifest_lacks_is_missing(tmp_path: Path) -> None:
    manifest = a_manifest(tmp_path, without="- chat:write")
    async with (
        running(a_config(manifest=manifest)) as sandbox,
        refused("missing_scope") as answer,
    ):
        await a_web_client(sandbox).chat_postMessage(channel=OPS, text="hi")

    assert answer["needed"] == "chat:write"
    assert "users:read" in answer["provided"]


async def test_lenient_asks_for_no_scope(tmp_path: Path) -> None:
    manifest = a_manifest(tmp_path, without="- chat:write")
    async with running(a_config(manifest=manifest, strict=False)) as sandbox:
        posted = await said(a_web_client(sandbox).chat_postMessage(channel=OPS, text="hi"))

    assert posted["ok"]


@pytest.mark.parametrize("junk", [7, "x", [], [7], {"a": [1]}, None, True])
async def test_no_argument_makes_a_method_crash(sandbox: Sandbox, junk: object) -> None:
    names = "channel users user ts thread_ts oldest limit blocks view chunks prompts files metadata"
    args = dict.fromkeys([*names.split(), "channel_id", "text", "trigger_id", "attachments"], junk)
    async with aiohttp.ClientSession(headers=BEARER) as session:
        for method in METHODS:
            for place in ({}, {"channel": OPS, "channel_id": OPS}):
                async with session.post(
                    f"{sandbox.api_url}{method}", json={**args, **place}
                ) as answer:
                    assert answer.status == 200, method
