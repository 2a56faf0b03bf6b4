"""What is said of an MCP server's tools: read on cards, and held against what the server lists."""

import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from agents import Agent
from agents.mcp import MCPServer
from mcp.types import TextContent
from structlog.testing import capture_logs

from countersign.agents.catalogue import Catalogue
from countersign.agents.errors import AgentError
from countersign.agents.mcp.errors import ServerAwayError
from countersign.tools import ArgumentField, Preview, annotate, preview
from tests.unit.agents.conftest import Workshop, calling
from worker.agents import open_servers
from workflows.redaction import MASK

pytestmark = pytest.mark.system

CALL = calling("deploys.roll_back", service="shop", steps=2)


def _told(server: MCPServer, **more: Any) -> MCPServer:
    """The server, with a preview of `roll_back` that asks it what runs."""

    @preview(server, "roll_back")
    async def preview_roll_back(service: str, steps: int = 1) -> Preview:
        answer = await server.call_tool("list_services", None)
        (running,) = (it.text for it in answer.content if isinstance(it, TextContent))
        fields = (ArgumentField(name="running now", value=running),)
        return Preview(summary=f"Roll {service} back by {steps}", fields=fields)

    annotate(server, "roll_back", **more)
    return server


async def test_a_card_has_what_was_said_and_the_preview_may_ask_the_server(
    workshop: Workshop,
) -> None:
    server = _told(workshop.server(), title="Roll back a service", status="is rolling back…")
    runner = workshop.runner(server)
    spec = (await runner.describe()).tool("deploys__roll_back")
    assert spec is not None
    assert (spec.title, spec.status) == ("Roll back a service", "is rolling back…")

    prepared = await runner.prepare_call(CALL)
    assert (prepared.title, prepared.summary) == ("Roll back a service", "Roll shop back by 2")
    assert [(it.name, it.value) for it in prepared.fields] == [("running now", "shop, billing")]
    assert [it["name"] for it in workshop.folder().calls] == ["list_services"]
    assert (await runner.run_tool(CALL)).text == "rolled shop back"


async def test_what_is_secret_is_masked_even_before_the_server_was_asked(
    workshop: Workshop,
) -> None:
    server = workshop.server()
    annotate(server, "roll_back", secret=["service"])
    runner = workshop.runner(server)
    assert json.loads(runner.masked(CALL)) == {"service": MASK, "steps": 2}
    prepared = await runner.prepare_call(CALL)
    assert {it.name: it.value for it in prepared.fields} == {"service": MASK, "steps": "2"}
    assert "shop" not in prepared.model_dump_json()
    assert (await runner.run_tool(CALL)).text == f"rolled {MASK} back"


async def test_what_does_not_fit_ends_the_start(workshop: Workshop) -> None:
    server = workshop.server()
    annotate(server, "rol_back", title="Roll back a service")
    async with AsyncExitStack() as stack:
        with pytest.raises(AgentError, match="AGENT: annotate names the tool rol_back, which"):
            await open_servers(Catalogue.of(Agent(name="A", mcp_servers=[server])), stack)


async def test_a_tool_that_only_another_agent_is_shown_is_there(workshop: Workshop) -> None:
    def is_shown(asked: Any, tool: Any) -> bool:
        return asked.agent.name == "B"

    server = workshop.server(tool_filter=is_shown)
    annotate(server, "roll_back", title="Roll back a service")
    inner = Agent[Any](name="B", mcp_servers=[server])
    async with AsyncExitStack() as stack:
        agent = Agent[Any](name="A", mcp_servers=[server], handoffs=[inner])
        servers = await open_servers(Catalogue.of(agent), stack)
        assert [it.title for it in servers.all_known()].count("Roll back a service") == 1


async def test_a_tool_that_is_gone_or_changed_later_is_told_in_the_log_once(
    workshop: Workshop,
) -> None:
    runner = workshop.runner(_told(workshop.server()))
    file = workshop.folder().path / "tools.json"
    with capture_logs() as logs:
        await runner.describe()
        _list(file, "other")
        await runner.describe()
        await runner.describe()
    (line,) = (it for it in logs if it["event"].startswith("what is said of a tool"))
    assert line["why"] == (
        "annotate names the tool roll_back, which the MCP server deploys does not have; "
        "it has other"
    )
    _list(file, "roll_back")
    prepared = await runner.prepare_call(calling("deploys.roll_back", steps=2))
    assert prepared.problem.startswith("The preview of deploys.roll_back cannot be made. Service")


async def test_a_server_that_is_away_may_be_annotated(workshop: Workshop) -> None:
    server = _told(workshop.server(), secret=["service"])
    (workshop.folder().path / "mute").touch()
    runner = workshop.runner(server)
    runner.servers.refuse_faults()
    with pytest.raises(ServerAwayError):
        await runner.servers.find("deploys.roll_back", runner.agent, seconds=0.1)


def _list(file: Any, name: str) -> None:
    """The server has one tool, which takes what it likes."""
    file.write_text(json.dumps([{"name": name, "inputSchema": {"type": "object"}}]))
