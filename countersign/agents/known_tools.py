"""Every tool of an agent as a policy needs to know it, while MCP servers change theirs."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from agents import Agent

from countersign.agents.hosted.servers import HostedServers
from countersign.agents.mcp.listing import Listing
from countersign.agents.mcp.servers import Servers
from countersign.policy.clauses import Tools
from countersign.tools.toolkit import Tool
from workflows.contracts.core import ToolSpec


async def all_listed(
    servers: Servers, agents: Iterable[Agent[Any]], own: Mapping[str, Tool], seconds: float
) -> Mapping[str, Listing]:
    """What the servers of each agent have now, by the agent's name; all are asked side by side.

    Args:
        servers: the connections.
        agents: whose servers.
        own: the agents' other tools, whose names they may not take.
        seconds: how long each is waited for.
    """
    each = tuple(agents)
    asked = (servers.listed(it, seconds=seconds, taken=own) for it in each)
    listings = await asyncio.gather(*asked)
    return {it.name: listing for it, listing in zip(each, listings, strict=True)}


class KnownTools:
    """The agent's own tools and those that its servers have listed so far."""

    def __init__(
        self, own: Mapping[str, Tool], servers: Servers, hosted: HostedServers | None = None
    ) -> None:
        self._own = own
        self._servers = servers
        self._hosted = hosted or HostedServers()
        self._seen: tuple[object, object] = (None, None)
        self._now = Tools({})

    def now(self) -> Tools:
        """All by name; the same object for as long as nothing has changed."""
        servers, hosted = self._servers, self._hosted
        listed, called = self._seen
        if listed is not servers.listed_tools or called is not hosted.known:
            self._seen = servers.listed_tools, hosted.known
            known = (*self._own.values(), *servers.all_known(), *hosted.known.values())
            specs: dict[str, ToolSpec] = {it.name: it.spec for it in known}
            unlisted = servers.unlisted | hosted.unlisted
            self._now = Tools(specs, servers.names | hosted.names, unlisted)
        return self._now
