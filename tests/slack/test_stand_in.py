"""Another Slack than the sandbox: it knows three methods and sends the bare minimum."""

import json
from collections.abc import AsyncGenerator
from time import time
from typing import Any

import aiohttp
import pytest_asyncio
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from temporalio.client import Client

from dev.ports import free_port
from dev.processes import Stack, StackOptions
from tests.fakes import Watched

SECRET = "a-signing-secret"
Json = dict[str, Any]


class BareSlack(Watched):
    """Answers `unknown_method` to all but the oldest methods."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, Json] = {}
        self.asked_for: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked_for.add(method)
        given = {**await request.post()}
        if request.content_type == "application/json":
            given = await request.json()
        return web.json_response(await self._done(method, given))

    def cards(self) -> list[Json]:
        """Messages with buttons."""
        return [it for it in self.messages.values() if "approval_approve" in str(it["blocks"])]

    async def _done(self, method: str, given: Json) -> Json:
        if method == "auth.test":
            return {"ok": True, "team_id": "T1", "user_id": "U1BOT", "user": "bot", "team": "x"}
        if method not in ("chat.postMessage", "chat.update"):
            return {"ok": False, "error": "unknown_method"}
        ts = given.get("ts") or f"{len(self.messages) + 100}.000100"
        self.messages[ts] = {**given, "ts": ts, "blocks": given.get("blocks", "[]")}
        await self.changed()
        return {"ok": True, "ts": ts, "channel": given["channel"], "message": {"ts": ts}}


@pytest_asyncio.fixture
async def bare() -> AsyncGenerator[tuple[BareSlack, str]]:
    slack = BareSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield slack, f"http://127.0.0.1:{port}/api"
    await runner.cleanup()


async def test_the_main_job_works_on_a_slack_that_knows_little(
    bare: tuple[BareSlack, str], temporal_address: str, temporal: Client
) -> None:
    slack, url = bare
    env = {"SLACK_API_URL": url, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": SECRET}
    options = StackOptions(
        temporal_address=temporal_address, task_queue="bare", slack_is_sandbox=False, env=env
    )
    async with Stack(options) as stack:
        event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "50.000100"}
        text = "<@U1BOT> order 3 desks"
        status = await _send(
            stack, "application/json", _event({**event, "text": text, "team": "T1"})
        )
        assert status == 200
        await slack.until(lambda: len(slack.cards()) == 1)
        (card,) = slack.cards()
        assert card["thread_ts"] == "50.000100"

        press = {
            "type": "block_actions",
            "user": {"id": "U2", "name": "bob"},
            "team": {"id": "T1"},
            "channel": {"id": "C1"},
            "message": {"ts": card["ts"]},
            "actions": [_button(card)],
        }
        form = aiohttp.FormData({"payload": json.dumps(press)})()
        assert await _send(stack, "application/x-www-form-urlencoded", form.decode()) == 200

        await slack.until(lambda: any("is placed" in it["text"] for it in slack.messages.values()))
        await slack.until(lambda: slack.cards() == [])
    assert {"assistant.threads.setStatus", "chat.getPermalink"} <= slack.asked_for


def _event(event: Json) -> str:
    return json.dumps({"type": "event_callback", "team_id": "T1", "event": event})


def _button(card: Json) -> Json:
    blocks = card["blocks"]
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    return next(block for block in blocks if block["type"] == "actions")["elements"][0]


async def _send(stack: Stack, content_type: str, body: str) -> int:
    """A delivery, signed as Slack signs it."""
    now = str(int(time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": str(signature),
    }
    url = f"{stack.bot_url}/slack/events"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status
