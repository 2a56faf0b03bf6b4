"""Everything that would be refused of an agent and its policy, at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from countersign.agents.errors import AgentError
from countersign.agents.hosted.servers import HostedServers
from countersign.agents.known_tools import KnownTools, all_listed
from countersign.agents.loading import found_agent
from countersign.agents.mcp.listing import Listing
from countersign.agents.mcp.servers import Servers, opened_servers
from countersign.agents.report import (
    PLAINLY_SECRET,
    AgentReport,
    Branch,
    report_of,
    tree_of,
    with_servers,
)
from countersign.agents.tools_at import LISTING_SECONDS, REFUSALS
from countersign.policy.clauses import Tools
from countersign.policy.faults import PolicyError
from countersign.policy.loading import load_file
from workflows.redaction import Secrets

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


async def check(
    where: str,
    policy_file: Path,
    *,
    secrets: Secrets = PLAINLY_SECRET,
    ask_servers: bool = False,
) -> Check:
    """Look at an agent, by its module and name, and at the policy for it.

    Args:
        where: the agent's module and name.
        policy_file: its policy.
        secrets: the arguments that the settings call secret.
        ask_servers: without it there is no network, and the tools of MCP servers are not known.
    """
    try:
        async with found_agent(where) as agent, opened_servers() as none:
            tree = tree_of(agent)
            try:
                agents = tuple(it.agent for it in tree.all())
                hosted = HostedServers(agents)
                async with opened_servers(*agents) as servers:
                    asked = await _listings(tree, servers) if ask_servers else _not_asked(tree)
                    shown = with_servers(tree, asked)
                    return _checked(shown, policy_file, servers, hosted, secrets)
            except AgentError as error:  # a server that cannot be used
                refused = _refused(tree, error)
                return _checked(refused, policy_file, none, HostedServers(), secrets)
    except REFUSALS as error:
        return Check(None, "", (str(error),))


async def _listings(tree: Branch, servers: Servers) -> Mapping[str, Listing]:
    taken = {tool.name: tool for branch in tree.all() for tool in branch.tools}
    agents = (branch.agent for branch in tree.all())
    return await all_listed(servers, agents, taken, LISTING_SECONDS)


def _not_asked(tree: Branch) -> Mapping[str, Listing]:
    agents = (branch.agent for branch in tree.all())
    return {
        it.name: Listing(away={server.name: NOT_ASKED for server in it.mcp_servers})
        for it in agents
    }


def _refused(tree: Branch, error: AgentError) -> Branch:
    return replace(tree, refusals=(*tree.refusals, error))


def _checked(
    tree: Branch, file: Path, servers: Servers, hosted: HostedServers, secrets: Secrets
) -> Check:
    refusals = [str(error) for branch in tree.all() for error in branch.refusals]
    refusals += [f"AGENT: {fault}" for fault in servers.faults()]
    policy = None
    try:
        policy = load_file(file, _tools(tree, servers, hosted))
    except PolicyError as error:
        refusals += map(str, error.faults)
    except OSError as error:
        refusals.append(f"the policy {file} cannot be read ({error.strerror})")
    version = policy.version if policy else ""
    return Check(report_of(tree, policy, secrets), version, tuple(dict.fromkeys(refusals)))


def _tools(tree: Branch, servers: Servers, hosted: HostedServers) -> Tools:
    own = {tool.name: tool for branch in tree.all() for tool in branch.tools if not tool.server}
    known = KnownTools(own, servers, hosted).now()
    refused = (error.tool for branch in tree.all() for error in branch.refusals)
    return Tools(known, known.servers, known.unlisted, frozenset(filter(None, refused)))
