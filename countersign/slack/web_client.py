"""Slack's Web API client: how it is built, and what its errors are called."""

from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

TIMEOUT_SECONDS = 20
UNKNOWN = frozenset({"unknown_method", "http_404", "http_405", "http_501"})
"""A workspace, or a stand-in for one, that lacks a method says so in one of these ways."""

BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""Slack takes the message with fewer blocks, or without any."""
LONGEST_CODE = 100
"""Characters. What stands in the place of a code may be anything."""
LONGEST_PAUSE = 3_600.0

CONFIGURATION = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
"""An administrator has to mend the app."""
UNREADABLE = "unreadable_answer"
"""Our word for an answer that is no JSON object, which comes from something before Slack."""


class Client(AsyncWebClient):
    """The SDK's client, which takes any JSON for an object and any text for JSON."""

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """See `AsyncWebClient`; whatever cannot be read is an error like any other."""
        try:
            return await super().api_call(api_method, **given)
        except aiohttp.InvalidURL:
            raise
        except (AttributeError, RecursionError, ValueError) as error:
            raise SlackApiError(str(error), {"ok": False, "error": UNREADABLE}) from error


def build_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never repeats a call by itself: Temporal does, and knows what may be repeated.

    The SDK's default handler posts a message twice when a connection drops.
    Proxies of the environment are not used for other hosts than Slack's, since the SDK
    ignores `NO_PROXY`.
    """
    client = Client(
        token=token,
        base_url=api_url,
        session=session,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
    )
    if not is_slack(api_url):
        client.proxy = None
    return client


def is_slack(api_url: str) -> bool:
    """Whether this is Slack itself and not a stand-in."""
    host = urlsplit(api_url).hostname or ""
    return host == "slack.com" or host.endswith((".slack.com", ".slack-gov.com"))


def code_of(error: SlackApiError) -> str:
    """Slack's word for an error; `http_404` and the like where the answer was not Slack's."""
    reply: Any = error.response
    data: Any = getattr(reply, "data", reply)
    code = data.get("error") if isinstance(data, dict) else None
    if code and isinstance(code, str):
        return code[:LONGEST_CODE]
    status = getattr(reply, "status_code", None) or getattr(reply, "status", 0)
    return "ratelimited" if status == 429 else f"http_{status}"


def retry_after(error: SlackApiError) -> float | None:
    """Seconds to wait, where Slack said so; never more than an hour."""
    headers: Any = getattr(error.response, "headers", {})
    value = str(headers.get("Retry-After", ""))
    if not value.isascii() or not value.isdigit():
        return None
    return min(float(value), LONGEST_PAUSE)
