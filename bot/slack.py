"""Slack's Web API client: how it is built, and what its errors are called."""

from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT_SECONDS = 20
UNKNOWN = frozenset({"unknown_method", "http_404", "http_405", "http_501"})
"""A workspace, or a stand-in for one, that lacks a method says so in one of these ways."""


def build_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never repeats a call by itself: Temporal does, and knows what may be repeated.

    The SDK's default handler posts a message twice when a connection drops.
    Proxies of the environment are not used for other hosts than Slack's, since the SDK
    ignores `NO_PROXY`.
    """
    client = AsyncWebClient(
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
    if isinstance(data, dict) and isinstance(data.get("error"), str):
        return str(data["error"])
    status = getattr(reply, "status_code", None) or getattr(reply, "status", 0)
    return "ratelimited" if status == 429 else f"http_{status}"


def retry_after(error: SlackApiError) -> float | None:
    """Seconds to wait, where Slack said so."""
    headers: Any = getattr(error.response, "headers", {})
    value = str(headers.get("Retry-After", ""))
    return float(value) if value.isdigit() else None
