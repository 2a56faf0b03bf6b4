"""The tools of the agent at a place, for who only wants to know what they are."""

from countersign.agents.catalogue import Catalogue
from countersign.agents.errors import AgentError
from countersign.agents.hosted.servers import HostedServers
from countersign.agents.known_tools import KnownTools, all_listed
from countersign.agents.loading import found_agent
from countersign.agents.mcp.listing import refuse_clashes
from countersign.agents.mcp.servers import opened_servers
from countersign.policy.clauses import Tools
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError

REFUSALS = (AgentError, AwayError, PreflightError)
"""What a place may be refused with; each text is one line."""
LISTING_SECONDS = 30.0
"""How long MCP servers are waited for, which are started for this."""


async def specs_at(where: str) -> Tools:
    """The tools by name, without the context that they run in.

    The agent's MCP servers are asked for theirs. Those that do not answer are `unlisted`.

    Raises:
        AgentError: there is no agent, or it cannot be kept.
        AwayError: its own code says that a later try may work.
        PreflightError: its own code says what has to be changed.
    """
    async with found_agent(where) as agent:
        catalogue = Catalogue.of(agent)
        own, agents = catalogue.tools, tuple(catalogue.agents.values())
        async with opened_servers(*agents) as servers:
            listings = await all_listed(servers, agents, own, LISTING_SECONDS)
            for listing in listings.values():
                refuse_clashes(listing)
            return KnownTools(own, servers, HostedServers(agents)).now()
