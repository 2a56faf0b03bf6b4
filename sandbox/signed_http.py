"""Signed HTTP: deliveries to a request URL, with Slack's v0 signature."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from sandbox.clock import Clock
from sandbox.delivery import LOST, TIMED_OUT, Answer, Outgoing
from sandbox.inspector import Inspector
from sandbox.json_types import Json

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of `X-Slack-Signature`."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def encode(outgoing: Outgoing) -> tuple[str, bytes]:
    """Return the content type and body that Slack uses for this kind of delivery."""
    if outgoing.type == "events_api":
        return JSON_TYPE, json.dumps(outgoing.payload).encode()
    if outgoing.type == "interactive":
        return FORM_TYPE, urlencode({"payload": json.dumps(outgoing.payload)}).encode()
    fields = {key: _form_value(value) for key, value in outgoing.payload.items()}
    return FORM_TYPE, urlencode(fields).encode()


def _form_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class SignedHttp:
    """Posts deliveries to the app's request URL."""

    def __init__(
        self, url: str, secret: str, inspector: Inspector, clock: Clock, ack_seconds: float
    ) -> None:
        self._url = url
        self._secret = secret
        self._inspector = inspector
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=ack_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._verified = False

    @property
    def connected(self) -> bool:
        """Whether the URL has answered the challenge."""
        return self._verified

    async def verify(self) -> bool:
        """Send `url_verification` and check that the challenge comes back."""
        challenge = secrets.token_hex(16)
        payload = {"type": "url_verification", "token": "sandbox", "challenge": challenge}
        answer = await self.send(Outgoing("events_api", payload))
        body = answer.body or {}
        said = str(body.get("challenge") or body.get("text", "")).strip()
        self._verified = answer.delivered and said == challenge
        return self._verified

    async def send(self, outgoing: Outgoing) -> Answer:
        """Post a delivery, signed."""
        content_type, body = encode(outgoing)
        headers = {**self.signed(body), "Content-Type": content_type}
        if outgoing.attempt:
            headers["X-Slack-Retry-Num"] = str(outgoing.attempt)
            headers["X-Slack-Retry-Reason"] = outgoing.reason
        answer = await self.post(body, headers)
        detail: Json = {
            "payload": outgoing.payload,
            "attempt": outgoing.attempt,
            "status": answer.status,
            "body": answer.body,
        }
        self._inspector.note("http", outgoing.title, detail, ms=answer.ack_ms, ok=answer.delivered)
        return answer

    def signed(self, body: bytes, *, offset: float = 0) -> dict[str, str]:
        """Return the two headers that prove where a body comes from."""
        timestamp = str(int(self._clock() + offset))
        signature = sign(self._secret, timestamp, body)
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post as it is; the answer says how it was taken."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        started = time.perf_counter()
        try:
            async with self._session.post(
                self._url, data=body, headers={"User-Agent": USER_AGENT, **headers}
            ) as response:
                text = await response.text()
                ms = (time.perf_counter() - started) * 1000
                return _read(response, text, ms)
        except TimeoutError:
            return TIMED_OUT
        except aiohttp.ClientError:
            return LOST

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()


def _read(response: aiohttp.ClientResponse, text: str, ms: float) -> Answer:
    body: Json = {"text": text} if text else {}
    if response.content_type == JSON_TYPE and text:
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = None
        body = parsed if isinstance(parsed, dict) else body
    if response.ok:
        return Answer(delivered=True, ack_ms=ms, status=response.status, body=body)
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    return Answer(
        delivered=False,
        ack_ms=ms,
        status=response.status,
        body=body,
        error="dispatch_failed",
        reason="no_retry" if no_retry else "http_error",
    )
