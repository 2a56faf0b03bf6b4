"""`python -m worker`: runs the workflows and everything they do. Run as many as you like."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from countersign.runtime.health import build_http
from countersign.runtime.logs import set_up
from countersign.runtime.preflight import (
    PreflightError,
    reach_temporal,
    who_am_i,
    why_temporal_is_away,
)
from countersign.runtime.process import leave, listening, run, stop_signal, unless, until
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import KEEP_SECONDS, Audience
from countersign.slack.listing.home_tab import HomeTab
from countersign.slack.web_client import build_client
from countersign.tools.catalogue import ToolsError, load_resources, load_tools
from countersign.tools.resources import Opened
from countersign.tools.toolkit import Tool
from worker.agent import AgentRunner
from worker.cards.activities import SlackCards
from worker.conclusion import Conclusion
from worker.directory import SlackDirectory
from worker.earlier import EarlierConversations
from worker.home_publisher import HomePublisher
from worker.lifecycle import TemporalLifecycle, keep_sweeping
from worker.policy import PolicyFile, open_policy
from worker.runtime import build_plugin, build_worker
from worker.search import register_search_attributes
from worker.settings import WorkerSettings
from worker.surface import Surfaces
from worker.threads import SlackThreads
from worker.turns import TurnSteps
from worker.vote_checks import VoteChecks
from workflows.client import Approvals
from workflows.redaction import Secrets


async def main() -> None:
    """Check, connect, work, and finish what is under way when told to stop."""
    settings = WorkerSettings.read()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        if known := await unless(stop, prepare(settings, slack)):
            await work(settings, slack, known, stop)


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker needs before it can start."""

    tools: Mapping[str, Tool]
    directory: Directory
    policy: PolicyFile
    temporal: Client
    resources: Sequence[Opened]


async def prepare(settings: WorkerSettings, slack: AsyncWebClient) -> Known:
    """Check everything that we need, however long that takes; `/readyz` tells what is missing.

    Raises:
        PreflightError: a person has to change something.
    """
    waiting = Waiting()

    async def why_not_ready() -> str | None:
        return waiting.why

    async with listening(build_http(why_not_ready), settings.worker_host, settings.worker_port):
        await waiting.for_("Slack", lambda: who_am_i(slack))
        tools, directory = found_tools(settings), Directory(slack)
        specs = {name: tool.spec for name, tool in tools.items()}
        policy = await open_policy(
            settings.policy_file, specs, directory, waiting, settings.agentex_card_channel
        )
        plugin = build_plugin(settings)
        temporal = await waiting.for_("Temporal", lambda: reach_temporal(plugins=[plugin]))
        await waiting.for_("Temporal", lambda: register_search_attributes(temporal))
        await waiting.for_("Temporal", lambda: keep_sweeping(temporal, settings.task_queue))
        resources = await open_resources(settings, waiting)
        return Known(tools, directory, policy, temporal, resources)


async def work(
    settings: WorkerSettings, slack: AsyncWebClient, known: Known, stop: asyncio.Event
) -> None:
    """Run workflows and activities until told to stop."""
    temporal, directory = known.temporal, known.directory
    runner = build_runner(settings, known.tools, known.resources, known.policy)
    surfaces = Surfaces([SlackThreads(slack, settings.deployment)])
    people, lifecycle = SlackDirectory(directory), TemporalLifecycle(temporal)
    homes = build_homes(settings, slack, temporal)
    earlier = EarlierConversations(temporal, surfaces)
    cards = SlackCards(
        slack,
        directory,
        surfaces,
        settings.deployment,
        homes.changed,
        settings.agentex_card_channel,
    )
    activities = [
        runner,
        cards,
        surfaces,
        people,
        lifecycle,
        TurnSteps(runner.describe, runner, known.policy, surfaces, earlier),
        known.policy,
        VoteChecks(runner, known.policy, people, lifecycle),
        Conclusion(cards, lifecycle),
    ]
    worker = build_worker(temporal, settings.task_queue, activities)

    async def why_not_ready() -> str | None:
        if not worker.is_running:
            return "Temporal: not polling"
        return await why_temporal_is_away(temporal)

    try:
        http = build_http(why_not_ready)
        async with listening(http, settings.worker_host, settings.worker_port):
            await until(stop, asyncio.create_task(worker.run()), asyncio.create_task(homes.run()))
    finally:
        for resource in known.resources:
            await resource.close()


def build_homes(settings: WorkerSettings, slack: AsyncWebClient, temporal: Client) -> HomePublisher:
    """The publisher of Homes. Unlike cards, it remembers for a minute who people are."""
    directory = Directory(slack, keep_seconds=KEEP_SECONDS)
    tab = HomeTab(
        slack=slack,
        approvals=Approvals(temporal),
        audience=Audience(directory),
        now=lambda: datetime.now(UTC),
        deployment=settings.deployment,
    )
    return HomePublisher(tab, directory)


def build_runner(
    settings: WorkerSettings,
    tools: Mapping[str, Tool],
    resources: Sequence[Opened],
    policy: PolicyFile,
) -> AgentRunner:
    """The agent of the settings. Tools that the policy has rules for are guarded too."""
    return AgentRunner(
        settings.agent_name,
        settings.agent_instructions,
        settings.openai_model,
        tools,
        resources,
        gated=policy.mentions,
        secrets=Secrets(settings.secret_names),
    )


def found_tools(settings: WorkerSettings) -> Mapping[str, Tool]:
    """The tools of the packages that the settings name.

    Raises:
        PreflightError: one of them is not there, or two tools have one name.
    """
    try:
        return load_tools(settings.tool_packages)
    except ToolsError as error:
        raise PreflightError(f"{error}.") from error


async def open_resources(settings: WorkerSettings, waiting: Waiting) -> Sequence[Opened]:
    """Open what the tools need, however long that takes.

    Raises:
        PreflightError: it cannot be used.
    """
    return [
        await waiting.for_(it.name, partial(it.open, settings.database_url))
        for it in load_resources(settings.tool_packages)
    ]


if __name__ == "__main__":
    leave(run(main))
