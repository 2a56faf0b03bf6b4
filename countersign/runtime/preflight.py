"""What is checked before the bot starts: that Slack and Temporal know us."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from countersign.runtime.temporal_faults import no_namespace, temporal_fault
from countersign.runtime.waiting import AwayError
from countersign.slack.web_client import CONFIGURATION, UNREADABLE, code_of, retry_after
from workflows.client import connect

T = TypeVar("T")
HEALTH_TIMEOUT = timedelta(seconds=1)
CALL_TIMEOUT = timedelta(seconds=5)
CONNECT_SECONDS = 10
REFUSED = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.INVALID_ARGUMENT,
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.PERMISSION_DENIED,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.UNIMPLEMENTED,
    }
)
"""Answers of a Temporal that works. All others pass by themselves."""


class PreflightError(Exception):
    """The process cannot start. The text is one line that says what to change."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace, from `auth.test`."""

    team: str
    bot_id: str
    bot_user: str
    app: str = ""


async def who_am_i(slack: AsyncWebClient) -> Identity:
    """Ask Slack whose token this is.

    Raises:
        PreflightError: Slack refuses the token.
        AwayError: Slack does not say.
    """
    try:
        reply: Any = (await slack.auth_test()).data
    except SlackApiError as error:
        code = code_of(error)
        if code not in CONFIGURATION:
            raise AwayError(code, retry_after(error)) from error
        raise PreflightError(
            f"Slack refuses SLACK_BOT_TOKEN ({code}). Copy the bot token from "
            '"OAuth & Permissions" of your app and install the app again if needed.'
        ) from error
    except aiohttp.InvalidURL as error:
        raise PreflightError(f"SLACK_API_URL is no address: {slack.base_url}.") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise PreflightError(
            f"the certificate of {slack.base_url} is not trusted ({error.certificate_error})."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise AwayError(f"{type(error).__name__} at {slack.base_url}") from error
    return _identity(reply)


def _identity(reply: Any) -> Identity:
    if not isinstance(reply, dict) or not reply.get("team_id") or not reply.get("user_id"):
        raise AwayError(UNREADABLE)
    return Identity(
        team=str(reply["team_id"]),
        bot_id=str(reply.get("bot_id") or ""),
        bot_user=str(reply["user_id"]),
    )


async def reach_temporal(**overrides: Any) -> Client:
    """Connect to Temporal, and see whether it has our namespace.

    Raises:
        PreflightError: what `TEMPORAL_*` say cannot be used.
        AwayError: it does not answer.
    """
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            temporal = await connect(**overrides)
    except (RuntimeError, ValueError, OSError, TimeoutError) as error:
        fault = temporal_fault(error, overrides.get("target_host"))
        if fault.passes:
            raise AwayError(fault.text) from error
        raise PreflightError(f"Temporal cannot be used: {fault.text}.") from error
    await _find_namespace(temporal)
    return temporal


async def _find_namespace(temporal: Client) -> None:
    request = DescribeNamespaceRequest(namespace=temporal.namespace)
    try:
        await answered(
            lambda: temporal.workflow_service.describe_namespace(request, timeout=CALL_TIMEOUT)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise PreflightError(f"{no_namespace(temporal.namespace)}.") from error
        # Who may work in a namespace need not be allowed to read about it.


async def answered(ask: Callable[[], Awaitable[T]]) -> T:
    """What Temporal answers.

    Raises:
        RPCError: it is there, and refuses.
        AwayError: it does not work just now.
    """
    try:
        return await ask()
    except RPCError as error:
        if error.status in REFUSED:
            raise
        raise AwayError(error.status.name) from error


async def why_temporal_is_away(temporal: Client) -> str | None:
    """Why Temporal cannot be used just now, or None if it can."""
    try:
        healthy = await temporal.service_client.check_health(timeout=HEALTH_TIMEOUT)
    except RPCError as error:
        return f"Temporal: {error.status.name}"
    return None if healthy else "Temporal: not serving"
