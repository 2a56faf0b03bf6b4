"""What is checked before the bot starts: that Slack and Temporal know us."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from temporalio.client import Client
from temporalio.service import RPCError

from bot.app import Identity
from bot.slack import code_of
from workflows.client import connect

log = structlog.get_logger(__name__)

SLACK_TRIES = 5
SLACK_PAUSE_SECONDS = 0.5
TEMPORAL_TRIES = 30
TEMPORAL_PAUSE_SECONDS = 0.5
HEALTH_TIMEOUT = timedelta(seconds=1)


class PreflightError(Exception):
    """The process cannot start. The text is one line that says what to change."""


async def who_am_i(slack: AsyncWebClient) -> Identity:
    """Ask Slack whose token this is.

    Raises:
        PreflightError: Slack refuses the token or cannot be reached.
    """
    try:
        reply = await _patiently(slack)
    except SlackApiError as error:
        raise PreflightError(
            f"Slack refuses SLACK_BOT_TOKEN ({code_of(error)}). Copy the bot token from "
            '"OAuth & Permissions" of your app and install the app again if needed.'
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PreflightError(
            f"Slack cannot be reached at {slack.base_url} ({type(error).__name__})."
        ) from error
    return Identity(
        team=str(reply["team_id"]),
        bot_id=str(reply.get("bot_id") or ""),
        bot_user=str(reply["user_id"]),
    )


async def _patiently(slack: AsyncWebClient) -> AsyncSlackResponse:
    """`auth.test`, again while nobody listens there: a sandbox may be starting too."""
    for _ in range(SLACK_TRIES - 1):
        try:
            return await slack.auth_test()
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(SLACK_PAUSE_SECONDS)
    return await slack.auth_test()


async def reach_temporal(**overrides: Any) -> Client:
    """Connect to Temporal, which may be starting too: it has a quarter of a minute.

    Raises:
        PreflightError: it does not answer, or what `TEMPORAL_*` say cannot be used.
    """
    last = ""
    for _ in range(TEMPORAL_TRIES):
        try:
            return await connect(**overrides)
        except RuntimeError as error:
            last = str(error)
            log.debug("Temporal does not answer yet", cause=last)
            await asyncio.sleep(TEMPORAL_PAUSE_SECONDS)
    raise PreflightError(f"Temporal cannot be reached; check TEMPORAL_ADDRESS ({last}).")


async def why_temporal_is_away(temporal: Client) -> str | None:
    """Why Temporal cannot be used just now, or None if it can."""
    try:
        healthy = await temporal.service_client.check_health(timeout=HEALTH_TIMEOUT)
    except RPCError as error:
        return f"Temporal: {error.status.name}"
    return None if healthy else "Temporal: not serving"
