"""Servers that die, hang, are away, change their tools, or share names."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, function_tool
from agents.mcp import MCPServerStdio
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.agents.errors import DuplicateToolError, NotKeptError
from countersign.agents.mcp import listing as listing_module
from countersign.agents.mcp.errors import ServerAwayError
from countersign.agents.mcp.listing import refuse_clashes
from countersign.agents.mcp.servers import Servers
from tests.support import rogue_mcp_server
from tests.support.mcp_server import Folder
from tests.support.mcp_servers import over_http, over_pipes
from tests.unit.agents.conftest import Workshop, calling
from workflows.digest import TAKEN, differences

pytestmark = pytest.mark.system

ROLL_BACK = calling("deploys.roll_back", service="shop")


def _pid(folder: Folder) -> int:
    return int((folder.path / "pid").read_text())


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_server_is_started_when_needed_kept_and_ended_with_the_worker(
    workshop: Workshop,
) -> None:
    runner, folder = workshop.runner(), workshop.folder()
    assert not (folder.path / "pid").exists()
    await runner.describe()
    pid = _pid(folder)
    await asyncio.gather(*(runner.run_tool(ROLL_BACK) for _ in range(3)))
    assert _pid(folder) == pid
    await runner.servers.close()
    assert not _is_alive(pid)


async def test_a_server_that_is_connected_already_is_used_as_it_is(workshop: Workshop) -> None:
    async with over_pipes(workshop.folder()) as server:
        pid = _pid(workshop.folder())
        runner = workshop.runner(server)
        assert (await runner.run_tool(ROLL_BACK)).ok
        assert _pid(workshop.folder()) == pid
        os.kill(pid, signal.SIGKILL)
        assert (await runner.run_tool(ROLL_BACK)).ok
        await runner.servers.close()
    assert not _is_alive(_pid(workshop.folder()))


async def test_a_server_that_was_killed_is_started_again(workshop: Workshop) -> None:
    runner, folder = workshop.runner(), workshop.folder()
    assert (await runner.run_tool(ROLL_BACK)).ok
    before = _pid(folder)
    os.kill(before, signal.SIGKILL)
    assert (await runner.run_tool(ROLL_BACK)).ok
    assert _pid(folder) != before
    assert len(folder.calls) == 2


@pytest.mark.parametrize("tool", ["die", "hang"])
async def test_a_call_without_an_answer_is_sent_once_and_may_have_been_done(
    workshop: Workshop, tool: str
) -> None:
    runner = workshop.runner(workshop.server(client_session_timeout_seconds=3))
    with pytest.raises(ApplicationError, match=f"deploys.{tool} did not answer") as raised:
        await runner.run_tool(calling(f"deploys.{tool}"))
    assert raised.value.non_retryable
    assert [it["name"] for it in workshop.folder().calls] == [tool]
    assert (await runner.run_tool(ROLL_BACK)).ok


async def test_what_an_earlier_try_may_have_sent_is_not_sent_again(workshop: Workshop) -> None:
    runner, environment = workshop.runner(), ActivityEnvironment()
    environment.info = replace(environment.info, attempt=2)
    with pytest.raises(ApplicationError, match="tried before") as raised:
        await environment.run(runner.run_tool, ROLL_BACK)
    assert raised.value.non_retryable
    assert workshop.folder().calls == []


async def test_a_server_that_is_away_takes_nothing_else_down(workshop: Workshop) -> None:
    missing = MCPServerStdio({"command": "/nowhere/at/all"}, name="gone")
    runner = workshop.runner(workshop.server(), missing)
    with capture_logs() as logs:
        spec = await runner.describe()
        await runner.describe()
    assert "deploys.roll_back" in {it.name for it in spec.tools}
    assert "The tools of gone cannot be reached at the moment" in spec.instructions
    assert runner.servers.unlisted == {"gone"}
    (line,) = (it for it in logs if it["event"].startswith("an MCP server is away"))
    assert line["server"] == "gone"


async def test_a_mute_server_is_waited_for_so_long_and_no_longer(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.agent.LISTING_SECONDS", 3.0)
    monkeypatch.setattr("worker.agent.REACHING_SECONDS", 1.0)
    runner, folder = workshop.runner(), workshop.folder()
    (folder.path / "mute").touch()
    spec = await runner.describe()
    assert spec.tools == ()
    result = await runner.run_tool(ROLL_BACK)
    assert not result.ok
    assert result.text.startswith("The MCP server deploys cannot be reached")
    assert result.text.endswith("Nothing was done.")
    with pytest.raises(ServerAwayError):
        await runner.prepare_call(ROLL_BACK)
    (folder.path / "mute").unlink()
    assert "cannot be reached" not in (await runner.describe()).instructions
    assert (await runner.run_tool(ROLL_BACK)).ok


def _rogue(how: str) -> MCPServerStdio:
    given: Any = {"command": sys.executable, "args": [rogue_mcp_server.__file__, how]}
    return MCPServerStdio(given, name="rogue", client_session_timeout_seconds=20)


@pytest.mark.parametrize("how", ["notices", "nonsense", "errors"])
async def test_a_server_that_floods_beside_its_answers_is_used(
    workshop: Workshop, how: str
) -> None:
    runner = workshop.runner(_rogue(how))
    listing = await runner.servers.listed(runner.agent, seconds=20)
    assert list(listing.tools) == ["rogue.wait"]


@pytest.mark.parametrize("how", ["pages", "line"])
async def test_a_server_that_lists_without_an_end_is_ended_and_started_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("countersign.agents.mcp.connection.MUTE_SECONDS", 1.0)
    server = _rogue(how)
    runner = workshop.runner(server, workshop.server())
    with capture_logs() as logs:
        listing = await runner.servers.listed(runner.agent, seconds=6)
    assert listing.away == {"rogue": "it has not listed its tools in time"}
    assert "deploys.roll_back" in listing.tools
    assert [it["server"] for it in logs if "is ended" in it["event"]] == ["rogue"]

    server.params.args[-1] = "notices"
    listing = await runner.servers.listed(runner.agent, seconds=20)
    assert "rogue.wait" in listing.tools


async def test_a_changed_schema_changes_what_was_approved_and_other_changes_do_not(
    workshop: Workshop,
) -> None:
    runner, file = workshop.runner(), workshop.folder().path / "tools.json"
    before = await runner.prepare_call(ROLL_BACK)
    listed = [{"name": "roll_back", "inputSchema": _takes("service", "steps")}]
    file.write_text(json.dumps(listed))
    changed = await runner.prepare_call(ROLL_BACK)
    listed += [{"name": "other", "inputSchema": _takes()}]
    file.write_text(json.dumps(listed))
    with_other = await runner.prepare_call(ROLL_BACK)
    listed[0]["inputSchema"] = _takes("service", "force")
    file.write_text(json.dumps(listed))
    last = await runner.prepare_call(ROLL_BACK)

    assert before.digest != changed.digest == with_other.digest != last.digest
    (difference,) = differences(changed, last)
    assert difference.name == TAKEN
    assert (difference.before, difference.after) == ("service, steps", "service, force")
    (difference,) = differences(before, changed)
    assert difference.after == "service, steps (changed)"
    file.write_text("[]")
    gone = await runner.prepare_call(ROLL_BACK)
    assert gone.problem == "There is no tool deploys.roll_back any more."


async def test_a_server_over_http_is_used_in_the_same_way(workshop: Workshop) -> None:
    async with over_http(workshop.folder("remote")) as server:
        runner = workshop.runner(server)
        assert "remote.roll_back" in {it.name for it in (await runner.describe()).tools}
        assert (await runner.run_tool(calling("remote.roll_back", service="shop"))).ok
        await runner.servers.close()


async def test_a_server_that_is_busy_with_a_call_keeps_its_tools(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with over_http(workshop.folder("remote")) as server:  # it does one thing at a time
        runner = workshop.runner(server)
        before = await runner.describe()
        hanging = asyncio.create_task(runner.run_tool(calling("remote.hang")))
        while not workshop.folder("remote").calls:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.05)
        monkeypatch.setattr("worker.agent.LISTING_SECONDS", 0.5)
        assert (await runner.describe()).tools == before.tools
        with pytest.raises(ServerAwayError):  # what people approve is not taken from memory
            await runner.prepare_call(calling("remote.roll_back", service="shop"))
        hanging.cancel()
        await asyncio.wait({hanging})
        await runner.servers.close()


async def test_names_that_a_model_could_not_tell_apart_are_refused_with_both_places(
    workshop: Workshop,
) -> None:
    (workshop.folder("a").path / "tools.json").write_text(_listed("b__c", "fine"))
    (workshop.folder("a__b").path / "tools.json").write_text(_listed("c"))
    runner = workshop.runner(workshop.server("a"), workshop.server("a__b"))
    listing = await runner.servers.listed(runner.agent, seconds=20)
    both = r"a\.b__c of the MCP server a and a__b\.c of the MCP server a__b"
    with pytest.raises(DuplicateToolError, match=both):
        refuse_clashes(listing)
    assert [it.name for it in (await runner.describe()).tools] == ["a.fine"]


async def test_a_tool_of_the_agents_own_keeps_its_name(workshop: Workshop) -> None:
    @function_tool(name_override="deploys__roll_back")
    def own() -> str:
        return "mine"

    runner = workshop.runner(tools=[own])
    spec = await runner.describe()
    assert "deploys.roll_back" not in {it.name for it in spec.tools}
    listing = await runner.servers.listed(runner.agent, seconds=20, taken=runner.catalogue.tools)
    with pytest.raises(DuplicateToolError, match=r"deploys\.roll_back of the MCP server deploys"):
        refuse_clashes(listing)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "stdio: python server.py"}, "needs a short name"),
        ({"name": "a.b"}, "needs a short name"),
        ({"name": None}, "needs a short name"),
        ({"max_retry_attempts": 3}, "max_retry_attempts; a call could be made twice"),
        ({"custom_data_extractor": print}, "custom_data_extractor"),
    ],
    ids=str,
)
def test_a_server_that_could_not_be_kept_is_refused(options: Any, told: str) -> None:
    given: Any = {"name": "deploys", **options}
    server = MCPServerStdio({"command": sys.executable}, **given)
    with pytest.raises(NotKeptError, match=told):
        Servers([Agent(name="A", mcp_servers=[server])])


def test_two_servers_of_one_name_are_refused_and_one_of_two_agents_is_shared() -> None:
    one, two = (MCPServerStdio({"command": "true"}, name="deploys") for _ in range(2))
    with pytest.raises(NotKeptError, match="two MCP servers are called deploys"):
        Servers([Agent(name="A", mcp_servers=[one, two])])
    shared = Servers([Agent(name="A", mcp_servers=[one]), Agent(name="B", mcp_servers=[one])])
    assert shared.names == {"deploys"}


async def test_what_is_too_much_in_all_is_left_out(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_module, "LISTED_LIMIT", 60)
    (workshop.folder().path / "tools.json").write_text(_listed("one", "two", "three"))
    assert [it.name for it in (await workshop.runner().describe()).tools] == ["deploys.one"]


def _takes(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


def _listed(*names: str) -> str:
    return json.dumps([{"name": name, "inputSchema": _takes()} for name in names])
