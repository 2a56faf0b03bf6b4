"""The HTTP edge: signed deliveries from Slack."""

import asyncio
from time import time

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.dispatch import dispatch

log = structlog.get_logger(__name__)

EVENTS_PATH = "/slack/events"
BODY_SECONDS = 10.0
"""How long a body may take to come."""
MAX_AGE_SECONDS = 300
"""How old a signature may be (docs.slack.dev/authentication/verifying-requests-from-slack)."""

LONGEST_TIMESTAMP = 20
MOST_FIELDS = 1_000
"""Fields of a form. A command has some fifteen; Bolt would take seconds over a hundred thousand."""


def add_slack(
    http: web.Application,
    app: AsyncApp,
    signing_secret: str,
    body_seconds: float = BODY_SECONDS,
) -> None:
    """Take Slack's deliveries. Nothing of a request is read as JSON before it is verified.

    Bolt parses first, and answers 500 to what cannot be parsed.
    """
    verifier = SignatureVerifier(signing_secret)

    async def events(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(body_seconds):
                body = await request.read()
        except (TimeoutError, web.RequestPayloadError) as error:
            log.warning("delivery refused", why="no body", cause=type(error).__name__)
            raise web.HTTPRequestTimeout from error
        if fault := _fault(verifier, body, request):
            log.warning("delivery refused", why=fault, bytes=len(body))
            return web.Response(status=401, text="invalid request")
        if not body.startswith(b"{") and body.count(b"&") > MOST_FIELDS:
            log.warning("delivery refused", why="too many fields", bytes=len(body))
            return web.Response(status=400, text="invalid request")
        answer = await dispatch(app, body.decode(), dict(request.headers), "http")
        return web.Response(
            status=answer.status,
            text=answer.body,
            content_type=(answer.first_headers().get("content-type") or "text/plain").split(";")[0],
            charset="utf-8",
        )

    http.router.add_post(EVENTS_PATH, events)


def _fault(verifier: SignatureVerifier, body: bytes, request: web.Request) -> str | None:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > LONGEST_TIMESTAMP:
        return "no timestamp"
    if abs(time() - int(timestamp)) > MAX_AGE_SECONDS:
        return "old timestamp"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "not text"
    if not signature.isascii() or not verifier.is_valid(
        body=text, timestamp=timestamp, signature=signature
    ):
        return "wrong signature"
    return None
