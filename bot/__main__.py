"""`python -m bot`: the Slack edge. Stateless; run as many as you like."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from bot.app import Services, build_app
from bot.background import Background
from bot.http import add_slack
from bot.settings import BotSettings, SlackMode
from bot.socket_mode import AppTokenError, SocketMode
from countersign.runtime.health import build_http
from countersign.runtime.logs import set_up
from countersign.runtime.preflight import (
    Identity,
    PreflightError,
    reach_temporal,
    who_am_i,
    why_temporal_is_away,
)
from countersign.runtime.process import leave, listening, run, stop_signal, unless, until
from countersign.runtime.waiting import Waiting
from countersign.slack.web_client import build_client
from workflows.agent_queues import AgentQueues
from workflows.client import Approvals, Conversations


async def main() -> None:
    """Check, connect, serve, and drain when told to stop."""
    settings = BotSettings.read()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        if known := await unless(stop, prepare(settings, slack)):
            await serve(settings, slack, session, known, stop)


@dataclass(frozen=True, slots=True)
class Known:
    """What a bot needs before it can start."""

    agents: AgentQueues
    identity: Identity
    temporal: Client


async def prepare(settings: BotSettings, slack: AsyncWebClient) -> Known:
    """Find out who we are, and Temporal, however long that takes; `/readyz` tells what is missing.

    Raises:
        SettingsError: `AGENTS` cannot be used.
        PreflightError: a person has to change something.
    """
    agents, waiting = settings.agent_queues(), Waiting()

    async def why_not_ready() -> str | None:
        return waiting.why

    async with listening(build_http(why_not_ready), settings.bot_host, settings.bot_port):
        identity = await waiting.for_("Slack", lambda: who_am_i(slack))
        return Known(agents, identity, await waiting.for_("Temporal", reach_temporal))


async def serve(
    settings: BotSettings,
    slack: AsyncWebClient,
    session: aiohttp.ClientSession,
    known: Known,
    stop: asyncio.Event,
) -> None:
    """Take what Slack delivers until told to stop.

    Raises:
        PreflightError: Slack does not take the app-level token, at the start or later.
    """
    temporal = known.temporal
    over_http = settings.mode is SlackMode.HTTP
    secret = settings.slack_signing_secret.get_secret_value() if over_http else ""

    async def why_not_ready() -> str | None:
        if not over_http and not socket.connected.is_set():
            return "Slack: socket not connected"
        return await why_temporal_is_away(temporal)

    background = Background()
    services = Services(
        Conversations(temporal, known.agents),
        Approvals(temporal),
        lambda: datetime.now(UTC),
        settings.deployment,
        background,
    )
    app = build_app(slack, secret, known.identity, services)
    socket = SocketMode(app, slack, settings.slack_app_token.get_secret_value(), session)
    http = build_http(why_not_ready)
    if over_http:
        add_slack(http, app, secret)
    async with background, listening(http, settings.bot_host, settings.bot_port):
        tasks = [] if over_http else [asyncio.create_task(socket.run())]
        try:
            await until(stop, *tasks)
        except AppTokenError as error:
            raise PreflightError(f"Slack refuses SLACK_APP_TOKEN ({error}).") from error


if __name__ == "__main__":
    leave(run(main))
