"""Hosted MCP servers of an agent: their settings, which stay in the worker, and their tools.

The model's provider lists their tools and runs their calls, so a tool of theirs is known once it
is called, or if the agent's author allows only some by name.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from typing import Any

from agents import Agent, HostedMCPTool

from countersign.agents.errors import NotKeptError
from countersign.agents.hosted.acceptance import SECRETS, host_of, why_not
from countersign.agents.hosted.tool import HostedTool, hosted_tool
from countersign.agents.mcp.names import TOOL
from workflows.contracts.core import HostedSpec

MOST_TOOLS = 200
"""Of one server. The names are the model's, and each is kept for as long as the worker runs."""
REF_LENGTH = 32
UNKNOWN_TOOLS = (
    "the model's provider lists and runs them; each waits for approval as {label}.its_name, until "
    "a rule frees it"
)


@dataclass(frozen=True, slots=True)
class HostedServer:
    """One server, as the agent's author describes it to the provider."""

    label: str
    config: Mapping[str, Any] = field(repr=False)
    """All of its settings, with its secrets."""

    @property
    def ref(self) -> str:
        """Names the settings without telling them; another one if they change.

        Secrets are left out, so that a token may be a new one each day.
        """
        told = {name: it for name, it in self.config.items() if name not in SECRETS}
        text = json.dumps(told, sort_keys=True, default=list)
        return f"hosted:{sha256(text.encode()).hexdigest()[:REF_LENGTH]}"

    @property
    def place(self) -> str:
        """Where it is, in words: its host only, since an address may have a secret in it."""
        if url := self.config.get("server_url"):
            return host_of(url)
        return str(self.config.get("connector_id") or "a tunnel")

    @property
    def allowed(self) -> tuple[str, ...] | None:
        """Names of its tools, where the author gave a list of them."""
        given = self.config.get("allowed_tools")
        return tuple(given) if isinstance(given, list | tuple) else None

    def secrets(self) -> Iterator[str]:
        """What nobody may read."""
        headers: Mapping[str, str] = self.config.get("headers") or {}
        given = (self.config.get("authorization"), *headers.values())
        yield from (it for it in given if it)


class HostedServers:
    """Those of an agent and of all that it reaches."""

    def __init__(self, agents: Iterable[Agent[Any]] = ()) -> None:
        """Takes every hosted MCP tool of these agents.

        Raises:
            NotKeptError: two servers have one name, so that nobody could tell their tools apart.
        """
        given = tuple(agents)
        self._servers: dict[str, HostedServer] = {}
        for server in chain.from_iterable(map(hosted_of, given)):
            if self._servers.setdefault(server.label, server) != server:
                raise NotKeptError(
                    f"AGENT: two hosted MCP servers are called {server.label} and have different "
                    "settings; give one of them another server_label"
                )
        for own in chain.from_iterable(it.mcp_servers for it in given):
            if own.name in self._servers:
                raise NotKeptError(
                    f"AGENT: an MCP server and a hosted one are both called {own.name}"
                )
        self._known: Mapping[str, HostedTool] = {
            tool.name: tool
            for server in self._servers.values()
            for tool in (hosted_tool(server, name) for name in server.allowed or ())
        }

    @property
    def names(self) -> frozenset[str]:
        """All servers."""
        return frozenset(self._servers)

    @property
    def unlisted(self) -> frozenset[str]:
        """Those of which any tool may be there."""
        return frozenset(it.label for it in self._servers.values() if it.allowed is None)

    @property
    def known(self) -> Mapping[str, HostedTool]:
        """The tools by name that were called, or that are allowed by name; see `find`.

        Another object once there are more.
        """
        return self._known

    @property
    def by_ref(self) -> Mapping[str, HostedServer]:
        """The servers by what the descriptions of agents call them."""
        return {it.ref: it for it in self._servers.values()}

    def find(self, name: str) -> HostedTool | None:
        """A tool by its full name; None if there is none, or none may be called so."""
        if known := self._known.get(name):
            return known
        label, _, own = name.partition(".")
        server = self._servers.get(label)
        if server is None or server.allowed is not None or not TOOL.fullmatch(own):
            return None
        if sum(it.server == label for it in self._known.values()) >= MOST_TOOLS:
            return None
        tool = hosted_tool(server, own)
        self._known = {**self._known, name: tool}
        return tool


def hosted_of(agent: Agent[Any]) -> Iterator[HostedServer]:
    """The servers of one agent that can be had."""
    for given in agent.tools:
        if isinstance(given, HostedMCPTool) and not why_not(given):
            yield HostedServer(given.tool_config["server_label"], dict(given.tool_config))


def described_hosted(agent: Agent[Any]) -> tuple[HostedSpec, ...]:
    """What a workflow knows of an agent's hosted servers."""
    return tuple(HostedSpec(label=it.label, ref=it.ref) for it in hosted_of(agent))
