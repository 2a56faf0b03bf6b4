"""The MCP servers of an agent: what they list, one tool of theirs, and their end."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import structlog
from agents import Agent, RunContextWrapper

from countersign.agents.errors import NotKeptError
from countersign.agents.mcp.annotated import annotation_faults
from countersign.agents.mcp.connection import Connection
from countersign.agents.mcp.errors import ServerAwayError
from countersign.agents.mcp.listing import Answer, Listing, answer_of, joined
from countersign.agents.mcp.names import SERVER
from countersign.tools.annotations import annotations_on
from countersign.tools.toolkit import Tool

MOST_NAMED = 20
"""Tools that are left out, in one line of a log."""
NOT_KEPT: Mapping[str, Any] = {
    "max_retry_attempts": "a call could be made twice",
    "tool_input_guardrails": "they would not be asked",
    "tool_output_guardrails": "they would not be asked",
    "custom_data_extractor": "nothing would come of it",
}
"""What a server may have that would not be kept, and why."""

log = structlog.get_logger(__name__)


class Servers:
    """Connections are opened when they are first needed, and shared by all that a worker does."""

    def __init__(self, agents: Iterable[Agent[Any]] = ()) -> None:
        """Takes every server of these agents.

        Raises:
            NotKeptError: a server has no name of its own, or something that would not be kept.
        """
        self._connections: dict[str, Connection] = {}
        self._listed: dict[tuple[str, str], Mapping[str, Tool]] = {}
        """By server and agent, since a filter may show each agent others."""
        self._names: dict[tuple[str, str], frozenset[str]] = {}
        """The same as the servers call them, also what is left out."""
        self._told: dict[str, object] = {}
        self._told_faults: Sequence[str] = ()
        for agent in agents:
            for server in agent.mcp_servers:
                self._add(server)

    def known(self, name: str) -> Tool | None:
        """A tool as it was last listed."""
        return next((it for it in self.all_known() if it.name == name), None)

    @property
    def names(self) -> frozenset[str]:
        """All servers."""
        return frozenset(self._connections)

    @property
    def unlisted(self) -> frozenset[str]:
        """Those that have not listed their tools yet."""
        return self.names - {server for server, _ in self._listed}

    @property
    def listed_tools(self) -> object:
        """What they have listed, to see whether that has changed: then it is another object."""
        return self._listed

    def all_known(self) -> Iterable[Tool]:
        """Every tool that was ever listed and not dropped since."""
        return (tool for tools in self._listed.values() for tool in tools.values())

    def secret_names(self, name: str) -> frozenset[str]:
        """Parameters of a tool that are never shown, as far as that is known of it now."""
        if tool := self.known(name):
            return tool.secret_names
        server, _, own = name.partition(".")
        connection = self._connections.get(server)
        said = annotations_on(connection.server).get(own) if connection else None
        return said.secret if said else frozenset()

    def faults(self) -> Sequence[str]:
        """What was said of tools that their servers do not have, or does not fit; a line each.

        Nothing is said of servers that have not listed their tools yet.
        """
        lines: set[str] = set()
        for name in self.names - self.unlisted:
            server = self._connections[name].server
            listed = frozenset().union(*(it for (of, _), it in self._names.items() if of == name))
            tools = (it for it in self.all_known() if it.server == name)
            lines.update(annotation_faults(server, listed, tools))
        return sorted(lines)

    def refuse_faults(self) -> None:
        """For a start.

        Raises:
            NotKeptError: something is said of a tool that is not there, or does not fit.
        """
        for fault in self.faults():
            raise NotKeptError(f"AGENT: {fault}")

    def known_of(self, agent: Agent[Any]) -> Mapping[str, Tool]:
        """The same for one agent, by name."""
        listed = (tools for (_, of), tools in self._listed.items() if of == agent.name)
        return {name: tool for tools in listed for name, tool in tools.items()}

    async def listed(
        self,
        agent: Agent[Any],
        context: Any = None,
        *,
        seconds: float,
        taken: Mapping[str, Tool] | None = None,
    ) -> Listing:
        """Ask the servers of an agent side by side, each for so many seconds at most.

        One that is busy with a call and cannot list meanwhile counts with what it had before.

        Args:
            agent: whose servers.
            context: the agent's run context, for filters of its owner.
            seconds: how long to wait.
            taken: the agent's other tools, whose names they may not take.
        """
        names = [server.name for server in agent.mcp_servers]
        wrapped = RunContextWrapper(context)
        asked = (self._ask(name, agent, wrapped, seconds, late=True) for name in names)
        answers = dict(zip(names, await asyncio.gather(*asked), strict=True))
        away = {
            name: str(it.why) for name, it in answers.items() if isinstance(it, ServerAwayError)
        }
        left_out: dict[str, str] = {}
        tools: dict[str, Tool] = {}
        for answer in answers.values():
            if not isinstance(answer, ServerAwayError):
                left_out |= answer.left_out
                tools |= answer.tools
        return joined(tools, left_out, taken or {}, away)

    async def find(
        self,
        name: str,
        agent: Agent[Any],
        context: Any = None,
        *,
        seconds: float,
        late: bool = False,
    ) -> Tool | None:
        """One tool as its server has it now; None if there is no such server or tool.

        `late` is for a call that was approved: a server that is away is asked again for so many
        seconds, and as it was before will do where a call keeps it from listing.

        Raises:
            ServerAwayError: it does not say.
        """
        server = name.partition(".")[0]
        if server not in self._connections:
            return None
        wrapped, pause = RunContextWrapper(context), 0.25
        until = asyncio.get_running_loop().time() + seconds
        while True:
            left = until - asyncio.get_running_loop().time()
            answer = await self._ask(server, agent, wrapped, max(left, 0.0), late=late)
            if not isinstance(answer, ServerAwayError):
                return answer.all.get(name)
            if not late or left <= pause:
                raise answer
            await asyncio.sleep(pause)
            pause = min(pause * 2, left)

    def tell(self, agent: str, listing: Listing) -> None:
        """Log a line for each thing that is not offered, when it begins and when it ends."""
        self._tell_faults()
        told = (dict(listing.left_out), dict(listing.away), tuple(listing.clashes))
        if told == self._told.get(agent, ({}, {}, ())):
            return
        self._told[agent] = told
        for name, why in listing.away.items():
            log.warning("an MCP server is away; its tools are left out", server=name, why=why)
        left_out = dict(islice(listing.left_out.items(), MOST_NAMED))
        more = len(listing.left_out) - len(left_out)
        if left_out:
            log.warning("tools of MCP servers are left out", tools=left_out, more=more)
        if not (left_out or listing.away):
            log.info("every MCP server answers", agent=agent)

    def _tell_faults(self) -> None:
        """Log what a server that changed its tools has left without what was said of them."""
        faults = self.faults()
        if faults != self._told_faults:
            self._told_faults = faults
            for fault in faults:
                log.warning("what is said of a tool does not fit any more", why=fault)

    async def close(self) -> None:
        """Leave no connection and no process behind."""
        await asyncio.gather(*(it.close() for it in self._connections.values()))

    def _add(self, server: Any) -> None:
        if not SERVER.fullmatch(server.name):
            raise NotKeptError(
                f"AGENT: the MCP server {server.name!r} needs a short name of letters, digits, _ "
                'and -, such as name="deploys"'
            )
        for what, why in NOT_KEPT.items():
            if getattr(server, what, None):
                raise NotKeptError(f"AGENT: the MCP server {server.name} has {what}; {why}")
        known = self._connections.setdefault(server.name, Connection(server))
        if known.server is not server:
            raise NotKeptError(f"AGENT: two MCP servers are called {server.name}")

    async def _ask(
        self,
        name: str,
        agent: Agent[Any],
        context: RunContextWrapper[Any],
        seconds: float,
        *,
        late: bool,
    ) -> "Answer | ServerAwayError":
        connection = self._connections[name]
        try:
            async with asyncio.timeout(seconds):
                listed = await connection.list_tools(agent, context)
        except TimeoutError:
            before = self._listed.get((name, agent.name))
            if late and connection.is_busy and before is not None:
                return Answer(before, before, {})
            return ServerAwayError(name, "it has not listed its tools in time")
        except ServerAwayError as error:
            return error
        answer = answer_of(connection, listed)
        self._names[name, agent.name] = frozenset(it.name for it in listed)
        self._note((name, agent.name), answer.all)
        return answer

    def _note(self, of: tuple[str, str], tools: Mapping[str, Tool]) -> None:
        """Keep what a server has; the same object for as long as it is the same."""
        before = self._listed.get(of)
        if before is None or _prints(before) != _prints(tools):
            self._listed = {**self._listed, of: tools}


@asynccontextmanager
async def opened_servers(*agents: Agent[Any]) -> AsyncGenerator[Servers]:
    """The servers of agents; at the end all connections are closed.

    Raises:
        NotKeptError: one of them cannot be used.
    """
    servers = Servers(agents)
    try:
        yield servers
    finally:
        await servers.close()


def _prints(tools: Mapping[str, Tool]) -> Sequence[tuple[str, str, str]]:
    return [(name, it.fingerprint, it.title) for name, it in tools.items()]
