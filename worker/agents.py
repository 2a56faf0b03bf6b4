"""Finds the agents of a worker, each with its MCP servers and its policy, and opens them."""

from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from temporalio.client import Client

from countersign.agents.catalogue import Catalogue
from countersign.agents.errors import AgentError
from countersign.agents.hosted.servers import HostedServers
from countersign.agents.known_tools import KnownTools, all_listed
from countersign.agents.loading import found_agent, opened_context
from countersign.agents.mcp.listing import Listing, refuse_clashes
from countersign.agents.mcp.servers import Servers, opened_servers
from countersign.agents.report import report_of, tree_of_kept, with_servers
from countersign.runtime.agents_file import NamedAgent
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from worker.lifecycle import keep_sweeping
from worker.policy import PolicyFile, open_policy
from worker.totals import TemporalTotals

log = structlog.get_logger(__name__)

MOST_TOLD = 100
"""Tools of one agent that a start tells in the log."""
LISTING_SECONDS = 20.0
"""How long a start waits for MCP servers, whose tools the policy may name."""


@dataclass(frozen=True, slots=True)
class FoundAgent:
    """One agent under its policy, known without Temporal."""

    name: str
    """Empty for the one that `AGENT` names."""
    task_queue: str
    catalogue: Catalogue
    servers: Servers
    hosted: HostedServers
    policy: PolicyFile


@dataclass(frozen=True, slots=True)
class OpenAgent:
    """The same, ready to work."""

    found: FoundAgent
    context: Any
    """What its tools are given as their run context; None if it has no lifespan."""


async def find_agent(
    named: NamedAgent, room: str, directory: Directory, waiting: Waiting, stack: AsyncExitStack
) -> FoundAgent:
    """An agent with tools that can be kept, its MCP servers, and its policy.

    Args:
        named: where it is.
        room: the channel for the cards of what is asked outside Slack.
        directory: who there is in Slack, to check the policy.
        waiting: waits for what is away.
        stack: closes the agent and its servers.

    Raises:
        PreflightError: it cannot be used, or its policy cannot be honoured.
    """
    with _told_of(named.name), refused():
        agent = await waiting.for_(
            "the agent", lambda: stack.enter_async_context(found_agent(named.agent))
        )
        catalogue = Catalogue.of(agent)
        servers = await open_servers(catalogue, stack)
        hosted = HostedServers(catalogue.agents.values())
        tools = KnownTools(catalogue.tools, servers, hosted)
        policy = await open_policy(named.policy, tools.now(), directory, waiting, room)
        policy.follow(tools.now)
        _tell(catalogue, servers, policy)
        return FoundAgent(named.name, named.queue.task_queue, catalogue, servers, hosted, policy)


async def open_servers(catalogue: Catalogue, stack: AsyncExitStack) -> Servers:
    """The agent's MCP servers, asked for their tools once; one that is away is left out for now.

    Raises:
        AgentError: one of them cannot be used.
    """
    agents = catalogue.agents.values()
    servers = await stack.enter_async_context(opened_servers(*agents))
    listings = await all_listed(servers, agents, catalogue.tools, LISTING_SECONDS)
    servers.refuse_faults()
    for name, listing in listings.items():
        servers.tell(name, listing)
        refuse_clashes(listing)
    return servers


async def open_agent(
    found: FoundAgent, temporal: Client, waiting: Waiting, stack: AsyncExitStack
) -> OpenAgent:
    """The same with what its policy counts, and what its tools need, however long that takes.

    Raises:
        PreflightError: it cannot be used.
    """
    with _told_of(found.name), refused():
        totals = TemporalTotals(temporal, found.task_queue)
        found.policy.count_by(totals)
        await waiting.for_("Temporal", lambda: totals.check(found.policy.policy))
        await waiting.for_("Temporal", lambda: keep_sweeping(temporal, found.task_queue))
        context = await waiting.for_(
            "what the agent's tools need",
            lambda: stack.enter_async_context(opened_context(found.catalogue.agent)),
        )
        return OpenAgent(found, context)


@contextmanager
def refused() -> Generator[None]:
    """An agent that cannot be used ends the start in one line.

    Raises:
        PreflightError: in place of an `AgentError`.
    """
    try:
        yield
    except AgentError as error:
        raise PreflightError(f"{error}.") from error


@contextmanager
def _told_of(name: str) -> Generator[None]:
    """Of several agents, the one is named that ends the start.

    Raises:
        PreflightError: with the name before it.
    """
    try:
        yield
    except PreflightError as error:
        raise PreflightError(f"{name}: {error}" if name else str(error)) from error


def _tell(catalogue: Catalogue, servers: Servers, policy: PolicyFile) -> None:
    """Say in the log what `countersign agent check` says."""
    tree = tree_of_kept(catalogue)
    known = {it.agent.name: Listing(servers.known_of(it.agent)) for it in tree.all()}
    for branch in with_servers(tree, known).all():
        told = report_of(branch, policy.policy)
        for tool in told.tools[:MOST_TOLD]:
            log.info("tool", agent=told.name, name=tool.name, place=tool.place, rules=tool.why)
        if (more := len(told.tools) - MOST_TOLD) > 0:
            log.info("tools that are not told", agent=told.name, count=more)
