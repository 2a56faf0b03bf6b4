"""The HTTP edge: nothing of a request is read before it is known to be Slack's."""

import gzip
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from time import time
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.http import EVENTS_PATH, MAX_AGE_SECONDS, MOST_FIELDS, add_slack
from countersign.runtime.door import serving
from countersign.runtime.health import LARGEST_BODY, build_http
from countersign.slack.actions import APPROVE
from tests.support.fake_clients import FakeApprovals, FakeConversations, an_app
from tests.support.slack_payloads import a_command, a_press, an_event

SECRET = "signing-secret"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Edge:
    """A bot that is reached by HTTP."""

    http: aiohttp.ClientSession
    conversations: FakeConversations
    approvals: FakeApprovals
    reasons: list[str | None]

    async def post(
        self, body: bytes, headers: Mapping[str, str], content_type: str = "application/json"
    ) -> int:
        given = {"Content-Type": content_type, **headers}
        async with self.http.post(EVENTS_PATH, data=body, headers=given) as answer:
            await answer.read()
            return answer.status

    @property
    def is_untouched(self) -> bool:
        return not self.conversations.started and not self.approvals.decided


@pytest_asyncio.fixture
async def edge(client: AsyncWebClient) -> AsyncGenerator[Edge]:
    conversations, approvals = FakeConversations(), FakeApprovals()
    reasons: list[str | None] = [None]

    async def readiness() -> str | None:
        return reasons[-1]

    http = build_http(readiness)
    add_slack(http, an_app(client, conversations, approvals, SECRET), SECRET)
    async with (
        serving(http, "127.0.0.1", 0) as server,
        aiohttp.ClientSession(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as reached,
    ):
        yield Edge(reached, conversations, approvals, reasons)


def _signed(body: bytes, age: float = 0, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(time() - age))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signature)}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


async def test_a_signed_event_is_taken(edge: Edge) -> None:
    body = _json(an_event(text="größer €5"))
    assert await edge.post(body, _signed(body)) == 200
    assert edge.conversations.started[0][1].text == "größer €5"


async def test_a_signed_press_and_command_are_taken(edge: Edge) -> None:
    press = b"payload=" + quote(json.dumps(a_press(APPROVE))).encode()
    assert await edge.post(press, _signed(press), FORM) == 200
    assert len(edge.approvals.decided) == 1
    command = "&".join(f"{key}={quote(value)}" for key, value in a_command().items()).encode()
    given = {"Content-Type": FORM, **_signed(command)}
    async with edge.http.post(EVENTS_PATH, data=command, headers=given) as answer:
        assert answer.content_type == "application/json"
        assert "Nothing is waiting" in (await answer.json())["text"]


async def test_slacks_question_whether_we_are_there_is_answered(edge: Edge) -> None:
    body = _json({"type": "url_verification", "challenge": "abc", "token": "x"})
    given = {"Content-Type": "application/json", **_signed(body)}
    async with edge.http.post(EVENTS_PATH, data=body, headers=given) as answer:
        assert answer.status == 200
        assert "abc" in await answer.text()


BODIES = [_json(an_event()), b"{", b"\xff\xfe", b"", b"ssl_check=1", b"[" * 10_000]
SIGNED = _signed(BODIES[0])
FORGED: dict[str, dict[str, str]] = {
    "no headers": {},
    "no timestamp": {"X-Slack-Signature": SIGNED["X-Slack-Signature"]},
    "no signature": {"X-Slack-Request-Timestamp": SIGNED["X-Slack-Request-Timestamp"]},
    "a word for a time": {**SIGNED, "X-Slack-Request-Timestamp": "abc"},
    "a negative time": {**SIGNED, "X-Slack-Request-Timestamp": "-5"},
    "foreign digits": {**SIGNED, "X-Slack-Request-Timestamp": "١٢٣"},
    "endless digits": {**SIGNED, "X-Slack-Request-Timestamp": "9" * 5_000},
    "another secret": _signed(BODIES[0], secret="other"),
    "too old": _signed(BODIES[0], age=MAX_AGE_SECONDS + 30),
    "too new": _signed(BODIES[0], age=-86_400),  # collected long before it is sent
    "another version": {**SIGNED, "X-Slack-Signature": "v1=00"},
    "a signature beyond ASCII": {**SIGNED, "X-Slack-Signature": "v0=ü"},
}


@pytest.mark.parametrize("body", BODIES, ids=lambda it: repr(it[:12]))
@pytest.mark.parametrize("how", FORGED)
async def test_what_is_not_signed_by_slack_is_refused_unread(
    edge: Edge, body: bytes, how: str
) -> None:
    assert await edge.post(body, FORGED[how]) == 401
    assert edge.is_untouched


@pytest.mark.parametrize("how", ["too old", "too new"])
async def test_the_log_tells_a_wrong_clock_from_a_wrong_secret(edge: Edge, how: str) -> None:
    with capture_logs() as logs:
        await edge.post(BODIES[0], FORGED[how])
    assert [it["why"] for it in logs] == ["old timestamp"]


async def test_a_signature_fits_one_body_only(edge: Edge) -> None:
    signed = _signed(_json(an_event()))
    assert await edge.post(_json(an_event(text="order 1,000 desks")), signed) == 401
    assert edge.is_untouched


async def test_nothing_is_promised_to_a_check_of_certificates_without_a_signature(
    edge: Edge,
) -> None:
    assert await edge.post(b"ssl_check=1&token=x", {}, FORM) == 401


async def test_a_body_that_is_too_large_is_refused(edge: Edge) -> None:
    body = b"x" * (LARGEST_BODY + 1)
    assert await edge.post(body, _signed(body)) == 413
    assert edge.is_untouched


DEEP = 100_000
LONG_NUMBER = b'{"event": {"type": "message", "ts": ' + b"9" * 10_000 + b"}}"


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[]", b"5", b'"text"', b"null", b'{"event": []}', b"NaN", b"1e400", LONG_NUMBER),
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"event": ' * 40_000 + b"1" + b"}" * 40_000,
        b'{"event": {"type": "message", "blocks": ' + b"[" * 900 + b"]" * 900 + b"}}",
    ],
    ids=lambda it: f"{it[:16]!r} {len(it)}",
)
async def test_a_signed_body_that_is_no_payload_is_not_a_crash(edge: Edge, body: bytes) -> None:
    assert 400 <= await edge.post(body, _signed(body)) < 500
    assert edge.is_untouched


@pytest.mark.parametrize("inner", [b"{", b"[]", b"[" * DEEP, b"%7B%22a%22:" * 9_000, b"", b"%ff"])
async def test_a_signed_form_whose_payload_is_none_is_not_a_crash(edge: Edge, inner: bytes) -> None:
    body = b"payload=" + inner
    assert 400 <= await edge.post(body, _signed(body), FORM) < 500
    assert edge.is_untouched


async def test_a_form_of_a_great_many_fields_is_not_read(edge: Edge) -> None:
    body = b"payload={}&" + b"a=1&" * MOST_FIELDS
    assert await edge.post(body, _signed(body), FORM) == 400
    assert edge.is_untouched


async def test_a_message_of_a_great_many_ampersands_is_read(edge: Edge) -> None:
    body = _json(an_event(text="&amp;" * 2 * MOST_FIELDS))
    assert await edge.post(body, _signed(body)) == 200
    assert edge.conversations.started[0][1].text == "&" * 2 * MOST_FIELDS


async def test_of_a_name_that_comes_twice_the_last_counts_as_everywhere_in_json(edge: Edge) -> None:
    first = _json(an_event(text="order 1"))[:-1] + b', "event": '
    body = first + _json(an_event(text="order 2")["event"]) + b"}"
    assert await edge.post(body, _signed(body)) == 200
    assert [message.text for _, message in edge.conversations.started] == ["order 2"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x"])
async def test_a_packed_body_is_never_unpacked(edge: Edge, coding: str) -> None:
    """A signature is of what was sent; what is small in a packet may be large outside."""
    plain = _json(an_event())
    bomb = gzip.compress(b" " * 50_000_000)
    for body in (gzip.compress(plain), bomb):
        assert await edge.post(body, {"Content-Encoding": coding, **_signed(plain)}) == 401
    assert edge.is_untouched


async def test_an_event_that_could_not_be_stored_is_refused_so_that_it_comes_again(
    edge: Edge,
) -> None:
    edge.conversations.error = RuntimeError("bug")
    body = _json(an_event())
    assert await edge.post(body, _signed(body)) == 500


async def test_only_deliveries_are_posted_there(edge: Edge) -> None:
    async with edge.http.get(EVENTS_PATH) as answer:
        assert answer.status == 405
    async with edge.http.get("/other") as answer:
        assert answer.status == 404


async def test_health_is_life_and_readiness_is_what_the_process_says(edge: Edge) -> None:
    edge.reasons.append("Temporal: UNAVAILABLE")
    async with edge.http.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})
    async with edge.http.get("/readyz") as answer:
        told = await answer.json()
        assert (answer.status, told) == (503, {"ok": False, "reason": "Temporal: UNAVAILABLE"})
    edge.reasons.append(None)
    async with edge.http.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})
