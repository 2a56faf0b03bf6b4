"""Hands one delivery of Slack's to Bolt, and answers in time whatever happens."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.payloads.fields import PayloadError, mapping, text
from bot.payloads.sanitizing import sanitized

log = structlog.get_logger(__name__)

DEADLINE_SECONDS = 2.7
"""Slack waits three seconds. Bolt has no limit of its own when it answers after the listener."""


async def dispatch(
    app: AsyncApp,
    body: str | Mapping[str, Any],
    headers: Mapping[str, str],
    mode: str,
) -> BoltResponse:
    """Run the listener; 503 if it takes too long, so that Slack delivers an event again.

    What the listener asks of Temporal has an id, so that asking twice is harmless.
    """
    try:
        request = AsyncBoltRequest(
            body=body if isinstance(body, str) else dict(body),
            headers={name: value for name, value in headers.items() if not _is_bolts_own(name)},
            mode=mode,
        )
        request.body = _readable(request.body)
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await app.async_dispatch(request)
    except TimeoutError:
        log.warning("no answer in time", seconds=DEADLINE_SECONDS)
        return BoltResponse(status=503)
    except (PayloadError, RecursionError, ValueError, TypeError, AttributeError, LookupError) as e:
        # Bolt reads deep into the payload, and trusts its shape. What a listener raises does
        # not come here: the app answers that itself.
        log.warning("payload refused", cause=type(e).__name__)
        return BoltResponse(status=400, body="invalid payload")


def _readable(body: Any) -> dict[str, Any]:
    """The payload, in a shape that Bolt can route.

    Raises:
        PayloadError: it is not.
    """
    found = dict(mapping(sanitized(body), "payload"))
    if "event" in found:
        text(mapping(found["event"], "event"), "type")
    return found


def _is_bolts_own(name: str) -> bool:
    """Headers that Bolt uses internally; sent from outside, they would control it."""
    return name.lower().startswith("x-slack-bolt-")
