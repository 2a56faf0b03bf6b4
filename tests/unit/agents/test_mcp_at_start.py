"""What a worker's start and `countersign policy check` make of MCP servers."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from agents import Agent
from agents.mcp import MCPServerStdio
from typer.testing import CliRunner

from countersign.agents.catalogue import Catalogue
from countersign.agents.errors import AgentError
from countersign.cli.policy import app
from tests.support import mcp_server
from tests.unit.agents.conftest import Workshop
from worker.agents import open_servers

pytestmark = pytest.mark.system

AGENT = f"""
import sys
from agents import Agent
from agents.mcp import MCPServerStdio

home = {{"command": sys.executable, "args": [{mcp_server.__file__!r}, "."]}}
agent = Agent(name="Deployer", mcp_servers=[MCPServerStdio(home, name="deploys")])
"""
POLICY = """version: 1
rules:
  - {name: list, tool: deploys.list_services, auto_approve: true}
  - {name: back, tool: deploys.roll_back, when: steps > 1, approvers: {users: [U0BOB]}}
"""


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Callable[..., tuple[int, str]]]:
    """Runs the command beside an agent and a policy, which a test may give."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("AGENT", "deployer:agent")

    def run(*arguments: str, agent: str = AGENT, policy: str = POLICY) -> tuple[int, str]:
        (tmp_path / "deployer.py").write_text(agent)
        (tmp_path / "policy.yaml").write_text(policy)
        result = CliRunner().invoke(app, list(arguments))
        return result.exit_code, result.output

    yield run
    sys.modules.pop("deployer", None)


Check = Callable[..., tuple[int, str]]


def test_a_policy_is_checked_against_what_the_servers_list(check: Check) -> None:
    assert check("check")[0] == 0
    code, said = check("check", policy=POLICY.replace("roll_back", "rol_back"))
    assert code == 1
    assert "did you mean `deploys.roll_back`?" in said


def test_a_ruling_on_a_tool_of_a_server_is_explained(check: Check) -> None:
    call = ("--tool", "deploys.roll_back", "--args", '{"service": "shop", "steps": 2}')
    code, said = check("explain", *call, "--requester", "U0ALICE", "--channel", "C0OPS")
    assert code == 0, said
    assert "back" in said


def test_a_server_that_is_away_is_said_to_be_and_its_names_are_let_pass(check: Check) -> None:
    away = AGENT.replace("sys.executable", "'/nowhere/at/all'")
    code, said = check("check", "--json", agent=away)
    document = json.loads(said)
    assert (code, document["faults"], document["servers_away"]) == (0, [], ["deploys"])
    assert "names of tools of deploys were not checked" in check("check", agent=away)[1]


def test_a_server_without_a_name_is_refused_in_one_line(check: Check) -> None:
    code, said = check("check", agent=AGENT.replace(', name="deploys"', ""))
    assert code == 2
    assert "needs a short name" in said


async def test_a_start_goes_on_without_a_server_that_is_away() -> None:
    missing = MCPServerStdio({"command": "/nowhere/at/all"}, name="gone")
    async with AsyncExitStack() as stack:
        servers = await open_servers(Catalogue.of(Agent(name="A", mcp_servers=[missing])), stack)
        assert servers.unlisted == {"gone"}


async def test_a_start_ends_where_names_meet(workshop: Workshop) -> None:
    for server, tool in (("a", "b__c"), ("a__b", "c")):
        listed = [{"name": tool, "inputSchema": {"type": "object"}}]
        (workshop.folder(server).path / "tools.json").write_text(json.dumps(listed))
    agent = Agent(name="A", mcp_servers=[workshop.server("a"), workshop.server("a__b")])
    async with AsyncExitStack() as stack:
        with pytest.raises(AgentError, match=r"a\.b__c of the MCP server a and a__b\.c of"):
            await open_servers(Catalogue.of(agent), stack)
