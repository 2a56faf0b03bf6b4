"""Every tool of an agent as a policy needs to know it, while MCP servers change theirs."""

from collections.abc import Mapping

from countersign.agents.mcp.servers import Servers
from countersign.policy.clauses import Tools
from countersign.tools.toolkit import Tool
from workflows.contracts.core import ToolSpec


class KnownTools:
    """The agent's own tools and those that its servers have listed so far."""

    def __init__(self, own: Mapping[str, Tool], servers: Servers) -> None:
        self._own = own
        self._servers = servers
        self._seen: object = None
        self._now = Tools({})

    def now(self) -> Tools:
        """All by name; the same object for as long as nothing has changed."""
        if self._seen is not self._servers.listed_tools:
            self._seen = self._servers.listed_tools
            known = (*self._own.values(), *self._servers.all_known())
            specs: dict[str, ToolSpec] = {it.name: it.spec for it in known}
            self._now = Tools(specs, self._servers.names, self._servers.unlisted)
        return self._now
