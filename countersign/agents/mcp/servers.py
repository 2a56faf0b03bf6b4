"""The MCP servers of an agent: what they list, one tool of theirs, and their end."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import structlog
from agents import Agent, RunContextWrapper
from mcp.types import Tool as ListedTool

from countersign.agents.errors import DuplicateToolError, NotKeptError
from countersign.agents.mcp.acceptance import why_not
from countersign.agents.mcp.connection import Connection
from countersign.agents.mcp.errors import ServerAwayError
from countersign.agents.mcp.names import SERVER, full_name
from countersign.agents.mcp.offered import offered
from countersign.tools.toolkit import Tool

MOST_TOOLS = 100
"""Of one server. Providers take 128 in all."""
LISTED_LIMIT = 300_000
"""Characters of all tools' schemas and descriptions together: each turn's history has them."""
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


@dataclass(frozen=True, slots=True)
class Listing:
    """What the servers of an agent have now."""

    tools: Mapping[str, Tool] = field(default_factory=dict[str, Tool])
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    """By a tool's name, why it is not offered."""
    clashes: Sequence[str] = ()
    """Tools that a model could not tell apart, a line for each name, with where they come from."""
    away: Mapping[str, str] = field(default_factory=dict[str, str])
    """By a server's name, why it cannot be asked."""


class Servers:
    """Connections are opened when they are first needed, and shared by all that a worker does."""

    def __init__(self, agents: Iterable[Agent[Any]] = ()) -> None:
        """Takes every server of these agents.

        Raises:
            NotKeptError: a server has no name of its own, or something that would not be kept.
        """
        self._connections: dict[str, Connection] = {}
        self._listed: dict[str, Mapping[str, Tool]] = {}
        self._told: dict[str, object] = {}
        for agent in agents:
            for server in agent.mcp_servers:
                self._add(server)

    def known(self, name: str) -> Tool | None:
        """A tool as it was last listed."""
        return self._listed.get(name.partition(".")[0], {}).get(name)

    @property
    def names(self) -> frozenset[str]:
        """All servers."""
        return frozenset(self._connections)

    @property
    def unlisted(self) -> frozenset[str]:
        """Those that have not listed their tools yet."""
        return self.names - self._listed.keys()

    @property
    def listed_tools(self) -> object:
        """What they have listed, to see whether that has changed: then it is another object."""
        return self._listed

    def all_known(self) -> Iterable[Tool]:
        """Every tool that was ever listed and not dropped since."""
        return (tool for tools in self._listed.values() for tool in tools.values())

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
        return _without_clashes(tools, left_out, taken or {}, away)

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

        A server that is away is asked again for so many seconds. `late` says that as it was
        before will do, where a call keeps the server from listing.

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
            if left <= pause:
                raise answer
            await asyncio.sleep(pause)
            pause = min(pause * 2, left)

    def tell(self, agent: str, listing: Listing) -> None:
        """Log a line for each thing that is not offered, when it begins and when it ends."""
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
    ) -> "_Answer | ServerAwayError":
        connection = self._connections[name]
        try:
            async with asyncio.timeout(seconds):
                listed = await connection.list_tools(agent, context)
        except TimeoutError:
            if late and connection.is_busy and name in self._listed:
                return _Answer(self._listed[name], self._listed[name], {})
            return ServerAwayError(name, "it has not answered yet")
        except ServerAwayError as error:
            return error
        answer = _read(connection, listed)
        self._note(name, answer.all)
        return answer

    def _note(self, name: str, tools: Mapping[str, Tool]) -> None:
        """Keep what a server has; the same object for as long as it is the same."""
        before = self._listed.get(name)
        if before is None or _prints(before) != _prints(tools):
            self._listed = {**self._listed, name: tools}


@dataclass(frozen=True, slots=True)
class _Answer:
    tools: Mapping[str, Tool]
    all: Mapping[str, Tool]
    """Also those that are too many to offer: what waits for one may still run."""
    left_out: Mapping[str, str]


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


def refuse_clashes(listing: Listing) -> None:
    """For a start: two tools that a model could not tell apart are the owner's to rename.

    Raises:
        DuplicateToolError: there are such.
    """
    for clash in listing.clashes:
        raise DuplicateToolError(f"AGENT: {clash}")


def note_for_model(listing: Listing) -> str:
    """What the model is told of servers that are away; empty if all are there."""
    if not listing.away:
        return ""
    names = " and ".join(listing.away)
    return (
        f"The tools of {names} cannot be reached at the moment, so they are not in your list. If "
        "they are needed, say so, and that it can be tried again in a few minutes."
    )


def _read(connection: Connection, listed: Sequence[ListedTool]) -> _Answer:
    """Those of a server's tools that can be offered, and why the others cannot."""
    tools: dict[str, Tool] = {}
    left_out: dict[str, str] = {}
    for it in listed:
        name = full_name(connection.name, it.name)
        if why := "it is listed twice" if name in tools else why_not(it):
            left_out[name] = why
        else:
            tools[name] = offered(connection, it)
    for name in islice(tools, MOST_TOOLS, None):
        left_out[name] = f"a server may have {MOST_TOOLS} tools"
    return _Answer(dict(islice(tools.items(), MOST_TOOLS)), tools, left_out)


def _without_clashes(
    tools: Mapping[str, Tool],
    left_out: Mapping[str, str],
    taken: Mapping[str, Tool],
    away: Mapping[str, str],
) -> Listing:
    """Leave out all that a model could not tell apart, and what is too much in all."""
    by_name: defaultdict[str, list[Tool]] = defaultdict(list)
    for tool in tools.values():
        by_name[tool.called].append(tool)
    lost, clashes, kept, room = dict(left_out), list[str](), dict[str, Tool](), LISTED_LIMIT
    for called, alike in by_name.items():
        other = taken.get(called) or taken.get(alike[0].name)
        if len(alike) > 1 or other:
            clash = _clash(called, [*alike, *([other] if other else [])])
            clashes.append(clash)
            lost |= dict.fromkeys((it.name for it in alike), clash)
            continue
        (tool,) = alike
        room -= len(json.dumps(tool.parameters)) + len(tool.function.description)
        if room < 0:
            lost[tool.name] = f"all tools together have more than {LISTED_LIMIT:,} characters"
        else:
            kept[tool.name] = tool
    return Listing(kept, lost, tuple(clashes), away)


def _clash(called: str, alike: Sequence[Tool]) -> str:
    places = " and ".join(f"{it.name} of {it.place}" for it in alike)
    return f"two tools would be called {called} by the model: {places}"


def _prints(tools: Mapping[str, Tool]) -> Sequence[tuple[str, str, str]]:
    return [(name, it.fingerprint, it.title) for name, it in tools.items()]
