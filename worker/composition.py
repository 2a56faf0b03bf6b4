"""Puts a worker together and runs it: the same for every program that is one."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from agents import Agent, set_trace_processors
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from countersign.agents.catalogue import tools_of
from countersign.agents.errors import AgentError
from countersign.agents.hosted.servers import HostedServers
from countersign.agents.known_tools import KnownTools, all_listed
from countersign.agents.loading import OpenAgent, found_agent, opened
from countersign.agents.mcp.listing import Listing, refuse_clashes
from countersign.agents.mcp.servers import Servers, opened_servers
from countersign.agents.report import report_of, tree_of, with_servers
from countersign.agents.tree import agents_of
from countersign.runtime.health import build_http
from countersign.runtime.preflight import PreflightError, reach_temporal, why_temporal_is_away
from countersign.runtime.process import listening, unless, until
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import KEEP_SECONDS, Audience
from countersign.slack.listing.home_tab import HomeTab
from worker.agent import AgentRunner
from worker.agent_code import AgentCode
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

log = structlog.get_logger(__name__)

MOST_TOLD = 100
"""Tools of one agent that a start tells in the log."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom a worker speaks to, beside Temporal and what its tools need."""

    slack: AsyncWebClient
    surfaces: Sequence[Surface]
    has_slack: bool = True
    """Whether there is a Slack; otherwise `slack` knows no method."""


LISTING_SECONDS = 20.0
"""How long a start waits for MCP servers, whose tools the policy may name."""
Reach = Callable[[Waiting], Awaitable[Surroundings]]
"""Waits until those are there whom a worker speaks to. May raise `PreflightError`."""
Listen = Callable[[web.Application], AbstractAsyncContextManager[None]]
"""Serves a worker's health while it is open."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker needs before it can start."""

    agent: OpenAgent
    servers: Servers
    hosted: HostedServers
    directory: Directory
    policy: PolicyFile
    temporal: Client
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
    async with AsyncExitStack() as stack:
        if known := await unless(stop, prepare(settings, reach, listen, stack)):
            await work(settings, known, listen, stop)


async def prepare(
    settings: WorkerSettings, reach: Reach, listen: Listen, stack: AsyncExitStack
) -> Known:
    """Check everything that we need, however long that takes; `/readyz` tells what is missing.

    `stack` closes the agent, and what its tools need, when the worker ends.

    Raises:
        PreflightError: a person has to change something.
    """
    waiting = Waiting()
    set_trace_processors([])  # what people say is not sent anywhere, unless the agent's author does

    async def why_not_ready() -> str | None:
        return waiting.why

    async with listen(build_http(why_not_ready)):
        around = await reach(waiting)
        found, directory = await find_agent(settings, waiting, stack), Directory(around.slack)
        servers = await open_servers(found, stack)
        hosted = find_hosted(found)
        tools = KnownTools(tools_of(found), servers, hosted)
        policy = await open_policy(
            settings.policy_file, tools.now(), directory, waiting, settings.agentex_card_channel
        )
        policy.follow(tools.now)
        _tell(found, servers, policy)
        plugin = build_plugin(settings, hosted.by_ref)
        temporal = await waiting.for_("Temporal", lambda: reach_temporal(plugins=[plugin]))
        totals = TemporalTotals(temporal, settings.task_queue)
        policy.count_by(totals)
        await waiting.for_("Temporal", lambda: totals.check(policy.policy))
        await waiting.for_("Temporal", lambda: register_search_attributes(temporal))
        await waiting.for_("Temporal", lambda: keep_sweeping(temporal, settings.task_queue))
        agent = await open_agent(found, waiting, stack)
        return Known(agent, servers, hosted, directory, policy, temporal, around)


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

    async with listen(build_http(why_not_ready)):
        publishing = [asyncio.create_task(homes.run())] if homes else []
        await until(stop, asyncio.create_task(worker.run()), *publishing)


def build_activities(
    settings: WorkerSettings, known: Known, homes: HomePublisher | None
) -> Sequence[Activities]:
    """Everything that workflows may ask of this worker."""
    directory, policy = known.directory, known.policy
    surfaces = Surfaces(known.around.surfaces)
    runner = build_runner(settings, known.agent, policy, known.servers, known.hosted)
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
        AgentCode(known.agent),
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
    agent: OpenAgent,
    policy: PolicyFile,
    servers: Servers,
    hosted: HostedServers,
) -> AgentRunner:
    """The agent, of which the tools that the policy has rules for are guarded too."""
    return AgentRunner(
        agent,
        settings.openai_model,
        gated=policy.mentions,
        secrets=Secrets(settings.secret_names),
        servers=servers,
        hosted=hosted,
    )


async def find_agent(
    settings: WorkerSettings, waiting: Waiting, stack: AsyncExitStack
) -> Agent[Any]:
    """The agent that the settings name, with tools that can be kept.

    Raises:
        PreflightError: there is none, or it has something that would not be kept.
    """
    with _refused():
        agent = await waiting.for_(
            "the agent", lambda: stack.enter_async_context(found_agent(settings.agent))
        )
        tools_of(agent)
        return agent


async def open_servers(agent: Agent[Any], stack: AsyncExitStack) -> Servers:
    """The agent's MCP servers, asked for their tools once; one that is away is left out for now.

    Raises:
        PreflightError: one of them cannot be used.
    """
    with _refused():
        own, agents = tools_of(agent), tuple(agents_of(agent).values())
        servers = await stack.enter_async_context(opened_servers(*agents))
        listings = await all_listed(servers, agents, own, LISTING_SECONDS)
        for name, listing in listings.items():
            servers.tell(name, listing)
            refuse_clashes(listing)
        return servers


def find_hosted(agent: Agent[Any]) -> HostedServers:
    """The MCP servers that the model's provider calls.

    Raises:
        PreflightError: two of them could not be told apart.
    """
    with _refused():
        return HostedServers(agents_of(agent).values())


def _tell(agent: Agent[Any], servers: Servers, policy: PolicyFile) -> None:
    """Say in the log what `countersign agent check` says."""
    tree = tree_of(agent)
    known = {it.agent.name: Listing(servers.known_of(it.agent)) for it in tree.all()}
    for branch in with_servers(tree, known).all():
        told = report_of(branch, policy.policy)
        for tool in told.tools[:MOST_TOLD]:
            log.info("tool", agent=told.name, name=tool.name, place=tool.place, rules=tool.why)
        if (more := len(told.tools) - MOST_TOLD) > 0:
            log.info("tools that are not told", agent=told.name, count=more)


async def open_agent(agent: Agent[Any], waiting: Waiting, stack: AsyncExitStack) -> OpenAgent:
    """The same with what its tools need to be open, however long that takes.

    Raises:
        PreflightError: it cannot be used.
    """
    with _refused():
        return await waiting.for_(
            "what the agent's tools need", lambda: stack.enter_async_context(opened(agent))
        )


@contextmanager
def _refused() -> Generator[None]:
    """An agent that cannot be used ends the start in one line."""
    try:
        yield
    except AgentError as error:
        raise PreflightError(f"{error}.") from error
