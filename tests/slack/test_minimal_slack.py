"""Another Slack than the sandbox: it knows three methods and sends the bare minimum."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from time import time
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from temporalio.client import Client

from dev.ports import free_port
from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.product import Product
from tests.support.fakes import Watched

pytestmark = pytest.mark.system

SECRET = "a-signing-secret"
POLICY = """\
version: 1
rules:
  - name: orders
    tool: place_order
    may_request: {guests: true, outsiders: true}
    approvers: {channels: [here]}
"""
"""Asks nothing of who wants something, since such a Slack does not say. It does not say who presses
a button either, so that nobody's press counts; an operator decides."""
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


@pytest_asyncio.fixture
async def stack(
    bare: tuple[BareSlack, str], temporal_address: str, temporal: Client, tmp_path: Path
) -> AsyncGenerator[Stack]:
    _, url = bare
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    options = StackOptions(
        temporal_address=temporal_address,
        task_queue="bare",
        slack_is_sandbox=False,
        env={
            "SLACK_API_URL": url,
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": SECRET,
            "POLICY_FILE": str(policy),
        },
    )
    async with Stack(options) as stack:
        yield stack


async def test_the_main_job_works_on_a_slack_that_knows_little(
    bare: tuple[BareSlack, str], stack: Stack, temporal: Client
) -> None:
    slack, _ = bare
    operator = Product(stack, SandboxClient(stack.sandbox_url, stack.page_token), temporal)
    card = await _ordered(slack, stack, "50.000100")
    assert card["thread_ts"] == "50.000100"
    assert await _press(stack, card) == 200
    await slack.until(lambda: _says(slack, "couldn't check"))
    assert slack.cards() == [card], "nobody vouches for who pressed, so nothing is decided"
    assert _says(slack, "<@U2>: I couldn't check")

    assert await operator.signal(_button(card)["value"], "true") == 0
    await slack.until(lambda: _says(slack, "placed"))
    await slack.until(lambda: slack.cards() == [])

    other = await _ordered(slack, stack, "60.000100")
    assert await operator.signal(_button(other)["value"], "false") == 0
    await slack.until(lambda: _says(slack, "Rejected"))
    await slack.until(lambda: slack.cards() == [])
    assert {"users.info", "chat.postEphemeral", "chat.getPermalink"} <= slack.asked_for


async def _ordered(slack: BareSlack, stack: Stack, ts: str) -> Json:
    """Somebody asks for desks; the card that comes."""
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": ts, "team": "T1"}
    body = _event({**event, "text": "<@U1BOT> order 3 desks"})
    assert await _send(stack, "application/json", body) == 200
    await slack.until(lambda: len(slack.cards()) == 1)
    (card,) = slack.cards()
    return card


async def _press(stack: Stack, card: Json) -> int:
    press = {
        "type": "block_actions",
        "user": {"id": "U2", "name": "bob"},
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "message": {"ts": card["ts"]},
        "actions": [_button(card)],
    }
    form = aiohttp.FormData({"payload": json.dumps(press)})()
    return await _send(stack, "application/x-www-form-urlencoded", form.decode())


def _says(slack: BareSlack, text: str) -> bool:
    return any(text in it["text"] for it in slack.messages.values())


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
