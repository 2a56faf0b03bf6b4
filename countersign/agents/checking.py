"""Everything that would be refused of an agent and its policy, at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agents import Agent

from countersign.agents.errors import AgentError
from countersign.agents.known_tools import KnownTools
from countersign.agents.loading import found_agent
from countersign.agents.mcp.servers import Listing, Servers, opened_servers
from countersign.agents.report import AgentReport, Branch, report_of, tree_of
from countersign.agents.tools_at import LISTING_SECONDS, REFUSALS
from countersign.policy.clauses import Tools
from countersign.policy.faults import PolicyError
from countersign.policy.loading import load_file

NOT_ASKED = "it was not asked; --servers starts it and asks"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found. A worker starts if there are no refusals."""

    agent: AgentReport | None
    """None if it could not be made."""
    version: str
    """The policy's; empty if it cannot be used."""
    refusals: tuple[str, ...]
    """A line each."""


async def check(where: str, policy_file: Path, *, ask_servers: bool = False) -> Check:
    """Look at an agent, by its module and name, and at the policy for it.

    Without `ask_servers` there is no network, and the tools of MCP servers are not known.
    """
    try:
        async with found_agent(where) as agent, opened_servers() as none:
            tree = tree_of(agent)
            try:
                async with opened_servers(agent) as servers:
                    listing = await _listing(agent, tree, servers, ask_servers=ask_servers)
                    return _checked(_with(tree, listing), policy_file, servers, listing.clashes)
            except AgentError as error:  # a server that cannot be used
                return _checked(tree, policy_file, none, (str(error).removeprefix("AGENT: "),))
    except REFUSALS as error:
        return Check(None, "", (str(error),))


async def _listing(
    agent: Agent[Any], tree: Branch, servers: Servers, *, ask_servers: bool
) -> Listing:
    if not ask_servers:
        return Listing(away=dict.fromkeys(sorted(servers.names), NOT_ASKED))
    taken = {tool.name: tool for tool in tree.tools}
    return await servers.listed(agent, seconds=LISTING_SECONDS, taken=taken)


def _with(tree: Branch, listing: Listing) -> Branch:
    """The tree with the tools of its servers."""
    tools = (*tree.tools, *listing.tools.values())
    return replace(tree, tools=tools, servers=tuple(listing.away.items()))


def _checked(tree: Branch, file: Path, servers: Servers, more: Iterable[str]) -> Check:
    refusals = [str(error) for branch in tree.all() for error in branch.refusals]
    refusals += [f"AGENT: {line}" for line in more]
    policy = None
    try:
        policy = load_file(file, _tools(tree, servers))
    except PolicyError as error:
        refusals += map(str, error.faults)
    except OSError as error:
        refusals.append(f"the policy {file} cannot be read ({error.strerror})")
    version = policy.version if policy else ""
    return Check(report_of(tree, policy), version, tuple(dict.fromkeys(refusals)))


def _tools(tree: Branch, servers: Servers) -> Tools:
    own = {tool.name: tool for branch in tree.all() for tool in branch.tools if not tool.server}
    return KnownTools(own, servers).now()
