"""An agent with an MCP server of its own, as a worker has it."""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, Tool
from agents.mcp import MCPServer

from countersign.agents.catalogue import Catalogue
from countersign.agents.mcp.servers import Servers
from tests.support.builders import a_call
from tests.support.mcp_server import Folder
from tests.support.mcp_servers import over_pipes
from worker.agent import AgentRunner
from workflows.contracts.core import Call


@dataclass
class Workshop:
    """A worker's agent, and the folders by which its servers are told what to do."""

    home: Path
    opened: list[Servers] = field(default_factory=list[Servers])

    def folder(self, name: str = "deploys") -> Folder:
        """Where the server of this name is told what to do."""
        path = self.home / name
        path.mkdir(exist_ok=True)
        return Folder(path)

    def server(self, name: str = "deploys", **options: Any) -> MCPServer:
        """A server that is started when it is first asked."""
        return over_pipes(self.folder(name), name, **options)

    def runner(self, *servers: MCPServer, tools: Sequence[Tool] = ()) -> AgentRunner:
        """A worker's agent; with the server `deploys` if none is given."""
        given = list(servers) or [self.server()]
        agent = Agent[Any](name="A", instructions="I", mcp_servers=given, tools=list(tools))
        self.opened.append(Servers([agent]))
        return AgentRunner(Catalogue.of(agent), model="m", servers=self.opened[-1])


@pytest.fixture
async def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Workshop]:
    """Servers that were opened in it are closed at its end."""
    monkeypatch.setattr("worker.agent.LISTING_SECONDS", 20.0)  # a busy machine starts them slowly
    made = Workshop(tmp_path)
    yield made
    for servers in made.opened:
        await servers.close()


def calling(tool: str, **arguments: Any) -> Call:
    """A call of a tool."""
    return a_call().model_copy(update={"tool": tool, "arguments": json.dumps(arguments)})
