"""Delivery by signed HTTP, checked with Slack's own verifier."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.clock import ManualClock
from sandbox.json_types import Json
from sandbox.server import Sandbox, running
from tests.unit.sandbox.blocks import actions, button
from tests.unit.sandbox.slack_app import ALICE, OPS, SIGNING_SECRET, a_config, not_allowed


class SlackClock(Clock):
    """Slack's verifier on the test's time."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock()


@dataclass
class Endpoint:
    """An app behind a request URL; answers with `statuses` in turn, then 200."""

    clock: ManualClock
    url: str = ""
    heard: list[tuple[dict[str, str], str]] = field(
        default_factory=list[tuple[dict[str, str], str]]
    )
    statuses: list[int] = field(default_factory=list[int])
    answer: Json | None = None
    no_retry: bool = False

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        verifier = SignatureVerifier(SIGNING_SECRET, SlackClock(self.clock))
        if not verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        if '"url_verification"' in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        self.heard.append((dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 200
        headers = {"X-Slack-No-Retry": "1"} if self.no_retry else {}
        if self.answer is not None:
            return web.json_response(self.answer, status=status, headers=headers)
        return web.Response(status=status, headers=headers)


@pytest.fixture
async def endpoint(clock: ManualClock) -> AsyncGenerator[Endpoint]:
    endpoint = Endpoint(clock)
    app = web.Application()
    app.router.add_post("/slack/events", endpoint.handle)
    server = TestServer(app)
    await server.start_server()
    endpoint.url = str(server.make_url("/slack/events"))
    yield endpoint
    await server.close()


async def test_an_event_is_signed_json(endpoint: Endpoint, people: SandboxClient) -> None:
    shown = await people.deliver_to(endpoint.url)
    await people.say(ALICE, OPS, "hello")
    await people.wait_quiet()

    ((headers, body),) = endpoint.heard
    assert (shown["delivery"], shown["connected"]) == ("http", True)
    assert headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in headers
    assert json.loads(body)["event"]["text"] == "hello"


async def test_a_failed_event_comes_again_with_slacks_headers(
    endpoint: Endpoint, people: SandboxClient
) -> None:
    await people.deliver_to(endpoint.url)
    endpoint.statuses = [500, 404]
    await people.say(ALICE, OPS, "hello")
    await people.wait_quiet()

    retries = [
        (h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in endpoint.heard
    ]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({json.loads(body)["event_id"] for _, body in endpoint.heard}) == 1


async def test_an_event_is_given_up_after_three_retries_or_when_asked(
    endpoint: Endpoint, people: SandboxClient
) -> None:
    await people.deliver_to(endpoint.url)
    endpoint.statuses = [500] * 9
    await people.say(ALICE, OPS, "hello")
    await people.wait_quiet()
    assert len(endpoint.heard) == 4

    endpoint.no_retry = True
    await people.say(ALICE, OPS, "hello")
    await people.wait_quiet()
    assert len(endpoint.heard) == 5


async def test_a_click_is_a_form_with_a_payload_and_never_repeated(
    endpoint: Endpoint, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await people.deliver_to(endpoint.url)
    await slack.chat_postMessage(channel=OPS, text="x", blocks=[actions(button())])
    message = await people.wait_message(OPS, from_="U0SIGN")
    await people.wait_quiet()
    endpoint.heard.clear()
    endpoint.statuses = [500]
    report = await people.click_button(ALICE, message, "Approve")

    ((headers, body),) = endpoint.heard
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(body)["payload"][0])["type"] == "block_actions"
    assert (report["delivered"], report["status"], report["error"]) == (
        False,
        500,
        "dispatch_failed",
    )


async def test_a_command_is_a_form_of_fields(endpoint: Endpoint, people: SandboxClient) -> None:
    await people.deliver_to(endpoint.url)
    endpoint.answer = {"text": "Nothing waits."}
    await people.command(ALICE, OPS, "/approvals", "mine")

    fields = {key: value[0] for key, value in parse_qs(endpoint.heard[0][1]).items()}
    assert (fields["command"], fields["text"], fields["user_name"]) == (
        "/approvals",
        "mine",
        "alice",
    )
    assert fields["is_enterprise_install"] == "false"
    assert (await people.ephemerals(ALICE, OPS))[0]["text"] == "Nothing waits."


async def test_a_url_that_does_not_return_the_challenge_is_not_used(
    endpoint: Endpoint, people: SandboxClient
) -> None:
    async with not_allowed("url_verification_failed"):
        await people.deliver_to(f"{endpoint.url}/elsewhere")

    assert (await people.state(ALICE))["app"]["delivery"] == "socket"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 200),
        ({"signature": "bad"}, 401),
        ({"signature": "none"}, 401),
        ({"timestamp_offset": -400}, 401),
        ({"raw_body": "{not json"}, 200),
    ],
)
async def test_forged_and_broken_deliveries_can_be_made(
    endpoint: Endpoint, people: SandboxClient, how: Json, status: int
) -> None:
    await people.deliver_to(endpoint.url)

    assert (await people.deliver({"type": "event_callback"}, **how))["status"] == status


async def test_a_sandbox_started_with_a_url_delivers_there(
    endpoint: Endpoint, clock: ManualClock
) -> None:
    config = a_config(clock=clock, events_url=endpoint.url)
    async with (
        running(config) as sandbox,
        SandboxClient.from_page_url(sandbox.page_url) as people,
    ):
        await people.say(ALICE, OPS, "hello")
        await people.wait_quiet()

    assert json.loads(endpoint.heard[0][1])["event"]["text"] == "hello"


async def test_socket_mode_can_be_had_back(
    endpoint: Endpoint, sandbox: Sandbox, people: SandboxClient
) -> None:
    await people.deliver_to(endpoint.url)
    shown = await people.deliver_to(None)

    assert (shown["delivery"], shown["connected"]) == ("socket", False)
