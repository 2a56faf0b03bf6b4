"""`python -m worker.agentex`: a worker for AgentEx's tasks, and for Slack if there are tokens."""

from functools import partial

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from countersign.agentex.client import build_client as build_agentex
from countersign.agentex.client import register
from countersign.agentex.messages import TaskMessages
from countersign.agentex.settings import AgentexSettings
from countersign.runtime.logs import set_up
from countersign.runtime.preflight import who_am_i
from countersign.runtime.process import leave, run, stop_signal
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from countersign.slack.web_client import build_client
from worker.agentex.no_slack import NoSlack
from worker.agentex.settings import AgentexWorkerSettings, read_settings
from worker.agentex.tasks import AgentexTasks
from worker.composition import serve
from worker.known import Surroundings
from worker.surface import Surface
from worker.threads import SlackThreads

log = structlog.get_logger(__name__)


async def main() -> None:
    """Run a worker until told to stop; it goes on without a port of its own, as AgentEx's do."""
    settings, agentex = read_settings()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        reach = partial(surroundings, settings, agentex, session)
        await serve(settings, reach, stop, must_listen=False)


async def surroundings(
    settings: AgentexWorkerSettings,
    agentex: AgentexSettings,
    session: aiohttp.ClientSession,
    waiting: Waiting,
) -> Surroundings:
    """AgentEx's backend, and Slack if there are tokens; waits until they are there.

    Raises:
        PreflightError: Slack refuses the token.
    """
    slack: AsyncWebClient = NoSlack()
    surfaces = list[Surface]()
    if settings.has_slack:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        await waiting.for_("Slack", lambda: who_am_i(slack))
        surfaces.append(SlackThreads(slack, settings.deployment))
    else:
        log.info("no SLACK_BOT_TOKEN: approvals are decided on the command line or by signal")
    client = build_agentex(agentex, await register(agentex, waiting))
    surfaces.append(AgentexTasks(TaskMessages(client), Directory(slack), agentex.agentex_ui_url))
    return Surroundings(slack, surfaces, has_slack=settings.has_slack)


if __name__ == "__main__":
    leave(run(main))
