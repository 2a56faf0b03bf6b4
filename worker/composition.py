"""Puts a worker together and runs it: the same for every program that is one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from countersign.runtime.health import build_http
from countersign.runtime.preflight import PreflightError, reach_temporal, why_temporal_is_away
from countersign.runtime.process import listening, unless, until
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import KEEP_SECONDS, Audience
from countersign.slack.listing.home_tab import HomeTab
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
from worker.runtime import Activities, build_plugin, build_worker
from worker.search import register_search_attributes
from worker.settings import WorkerSettings
from worker.shown_calls import ShownEnds, ShownReviews, ShownTools
from worker.surface import Surface, Surfaces
from worker.totals import TemporalTotals
from worker.turns import TurnSteps
from worker.vote_checks import VoteChecks
from workflows.client import Approvals
from workflows.redaction import Secrets


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom a worker speaks to, beside Temporal and what its tools need."""

    slack: AsyncWebClient
    surfaces: Sequence[Surface]
    has_slack: bool = True
    """Whether there is a Slack; otherwise `slack` knows no method."""


Reach = Callable[[Waiting], Awaitable[Surroundings]]
"""Waits until those are there whom a worker speaks to. May raise `PreflightError`."""
Listen = Callable[[web.Application], AbstractAsyncContextManager[None]]
"""Serves a worker's health while it is open."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker needs before it can start."""

    tools: Mapping[str, Tool]
    directory: Directory
    policy: PolicyFile
    temporal: Client
    resources: Sequence[Opened]
    around: Surroundings


async def serve(
    settings: WorkerSettings, reach: Reach, stop: asyncio.Event, *, must_listen: bool = True
) -> None:
    """Check, connect, work, and finish what is under way when told to stop.

    Args:
        settings: the worker's.
        reach: finds those whom it speaks to.
        stop: is set to end it.
        must_listen: whether it ends where its port cannot be used, or goes on without `/readyz`.

    Raises:
        PreflightError: a person has to change something.
    """
    listen = partial(
        listening, host=settings.worker_host, port=settings.worker_port, must=must_listen
    )
    if known := await unless(stop, prepare(settings, reach, listen)):
        await work(settings, known, listen, stop)


async def prepare(settings: WorkerSettings, reach: Reach, listen: Listen) -> Known:
    """Check everything that we need, however long that takes; `/readyz` tells what is missing.

    Raises:
        PreflightError: a person has to change something.
    """
    waiting = Waiting()

    async def why_not_ready() -> str | None:
        return waiting.why

    async with listen(build_http(why_not_ready)):
        around = await reach(waiting)
        tools, directory = found_tools(settings), Directory(around.slack)
        specs = {name: tool.spec for name, tool in tools.items()}
        policy = await open_policy(
            settings.policy_file, specs, directory, waiting, settings.agentex_card_channel
        )
        plugin = build_plugin(settings)
        temporal = await waiting.for_("Temporal", lambda: reach_temporal(plugins=[plugin]))
        totals = TemporalTotals(temporal, settings.task_queue)
        policy.count_by(totals)
        await waiting.for_("Temporal", lambda: totals.check(policy.policy))
        await waiting.for_("Temporal", lambda: register_search_attributes(temporal))
        await waiting.for_("Temporal", lambda: keep_sweeping(temporal, settings.task_queue))
        resources = await open_resources(settings, waiting)
        return Known(tools, directory, policy, temporal, resources, around)


async def work(settings: WorkerSettings, known: Known, listen: Listen, stop: asyncio.Event) -> None:
    """Run workflows and activities until told to stop."""
    temporal, slack = known.temporal, known.around.slack
    homes = build_homes(settings, slack, temporal) if known.around.has_slack else None
    activities = build_activities(settings, known, homes)
    worker = build_worker(temporal, settings.task_queue, activities)

    async def why_not_ready() -> str | None:
        if not worker.is_running:
            return "Temporal: not polling"
        return await why_temporal_is_away(temporal)

    try:
        async with listen(build_http(why_not_ready)):
            publishing = [asyncio.create_task(homes.run())] if homes else []
            await until(stop, asyncio.create_task(worker.run()), *publishing)
    finally:
        for resource in known.resources:
            await resource.close()


def build_activities(
    settings: WorkerSettings, known: Known, homes: HomePublisher | None
) -> Sequence[Activities]:
    """Everything that workflows may ask of this worker."""
    directory, policy = known.directory, known.policy
    surfaces = Surfaces(known.around.surfaces)
    runner = build_runner(settings, known.tools, known.resources, policy)
    people = SlackDirectory(directory)
    lifecycle = ShownEnds(TemporalLifecycle(known.temporal), surfaces)
    changed = homes.changed if homes else ignore
    cards = SlackCards(
        known.around.slack,
        directory,
        surfaces,
        settings.deployment,
        changed,
        settings.agentex_card_channel,
    )
    earlier = EarlierConversations(known.temporal, surfaces)
    steps = TurnSteps(runner.describe, runner, policy, surfaces, earlier)
    return [
        ShownTools(runner, surfaces, runner.masked),
        cards,
        surfaces,
        people,
        lifecycle,
        ShownReviews(steps, surfaces, runner.masked),
        policy,
        VoteChecks(runner, policy, people, lifecycle),
        Conclusion(cards, lifecycle),
    ]


def ignore(_: object) -> None:
    """Where nobody has to know of changes."""


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
        settings.agent_title,
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
