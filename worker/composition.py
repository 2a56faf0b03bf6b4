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
from temporalio.worker import Worker

from countersign.agents.catalogue import tools_of
from countersign.agents.errors import AgentError
from countersign.agents.hosted.servers import HostedServers
from countersign.agents.known_tools import KnownTools, all_listed
from countersign.agents.loading import OpenAgent, found_agent, opened
from countersign.agents.mcp.listing import Listing, refuse_clashes
from countersign.agents.mcp.servers import Servers, opened_servers
from countersign.agents.report import report_of, tree_of, with_servers
from countersign.agents.tree import agents_of
from countersign.runtime.agents_file import NamedAgent, queues_of
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
from worker.orphans import tell_of_orphans
from worker.policy import PolicyFile, open_policy
from worker.runtime import Activities, build_plugin, build_worker, use_model
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
class KnownAgent:
    """One agent, and what it needs before its conversations can go on."""

    task_queue: str
    agent: OpenAgent
    servers: Servers
    hosted: HostedServers
    policy: PolicyFile
    temporal: Client


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker needs before it can start."""

    agents: Sequence[KnownAgent]
    directory: Directory
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
    with _refused():  # the end of a stranger's agent may fail, too
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
    use_model(settings)
    set_trace_processors([])  # what people say is not sent anywhere, unless the agent's author does

    async def why_not_ready() -> str | None:
        return waiting.why

    async with listen(build_http(why_not_ready)):
        around = await reach(waiting)
        directory = Directory(around.slack)
        named = settings.named_agents()
        known = [await _prepare_agent(settings, it, directory, waiting, stack) for it in named]
        temporal = known[0].temporal
        await waiting.for_("Temporal", lambda: register_search_attributes(temporal))
        tell = partial(tell_of_orphans, temporal, settings.task_queue, queues_of(named))
        await waiting.for_("Temporal", tell)
        return Known(known, directory, around)


async def _prepare_agent(
    settings: WorkerSettings,
    named: NamedAgent,
    directory: Directory,
    waiting: Waiting,
    stack: AsyncExitStack,
) -> KnownAgent:
    """One agent under its policy, with what its tools need.

    Raises:
        PreflightError: a person has to change something.
    """
    task_queue = named.queue.task_queue
    with _told_of(named.name):
        found = await find_agent(named.agent, waiting, stack)
        servers = await open_servers(found, stack)
        hosted = find_hosted(found)
        tools = KnownTools(tools_of(found), servers, hosted)
        policy = await open_policy(
            str(named.policy), tools.now(), directory, waiting, settings.agentex_card_channel
        )
        policy.follow(tools.now)
        _tell(found, servers, policy)
        plugin = build_plugin(settings, hosted.by_ref)
        temporal = await waiting.for_("Temporal", lambda: reach_temporal(plugins=[plugin]))
        totals = TemporalTotals(temporal, task_queue)
        policy.count_by(totals)
        await waiting.for_("Temporal", lambda: totals.check(policy.policy))
        await waiting.for_("Temporal", lambda: keep_sweeping(temporal, task_queue))
        agent = await open_agent(found, waiting, stack)
        return KnownAgent(task_queue, agent, servers, hosted, policy, temporal)


async def work(settings: WorkerSettings, known: Known, listen: Listen, stop: asyncio.Event) -> None:
    """Run workflows and activities until told to stop."""
    temporal, slack = known.agents[0].temporal, known.around.slack
    homes = build_homes(settings, slack, temporal) if known.around.has_slack else None
    workers = [
        build_worker(it.temporal, it.task_queue, build_activities(settings, it, known, homes))
        for it in known.agents
    ]

    async def why_not_ready() -> str | None:
        if not all(worker.is_running for worker in workers):
            return "Temporal: not polling"
        return await why_temporal_is_away(temporal)

    async with listen(build_http(why_not_ready)):
        working = asyncio.create_task(_run_all(workers))
        publishing = [asyncio.create_task(homes.run())] if homes else []
        await until(stop, working, *publishing)


async def _run_all(workers: Sequence[Worker]) -> None:
    """Until one of them fails; told to stop, all of them finish at once what they are at."""
    await asyncio.gather(*(worker.run() for worker in workers))


def build_activities(
    settings: WorkerSettings, it: KnownAgent, known: Known, homes: HomePublisher | None
) -> Sequence[Activities]:
    """Everything that workflows of one agent may ask of this worker."""
    directory, policy = known.directory, it.policy
    surfaces = Surfaces(known.around.surfaces)
    runner = build_runner(settings, it.agent, policy, it.servers, it.hosted)
    people = SlackDirectory(directory)
    lifecycle = ShownEnds(TemporalLifecycle(it.temporal), surfaces)
    changed = homes.changed if homes else ignore
    cards = SlackCards(
        known.around.slack,
        directory,
        surfaces,
        settings.deployment,
        changed,
        settings.agentex_card_channel,
    )
    earlier = EarlierConversations(it.temporal, surfaces)
    steps = TurnSteps(runner.describe, runner, policy, surfaces, earlier)
    return [
        ShownTools(runner, surfaces, runner.masked),
        AgentCode(it.agent),
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
        limits=settings.turn_limits,
        output_limit=settings.tool_output_characters,
    )


async def find_agent(where: str, waiting: Waiting, stack: AsyncExitStack) -> Agent[Any]:
    """The agent at a place, with tools that can be kept.

    Raises:
        PreflightError: there is none, or it has something that would not be kept.
    """
    with _refused():
        agent = await waiting.for_(
            "the agent", lambda: stack.enter_async_context(found_agent(where))
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
        servers.refuse_faults()
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


@contextmanager
def _told_of(name: str) -> Generator[None]:
    """Of several agents, the one is named that ends the start."""
    try:
        yield
    except PreflightError as error:
        raise PreflightError(f"{name}: {error}" if name else str(error)) from error
