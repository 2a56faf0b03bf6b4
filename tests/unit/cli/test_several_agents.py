"""The commands about agents and policies where the file `AGENTS` names several agents."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from countersign.cli.agent import app as agent
from countersign.cli.app import app as everything
from countersign.cli.errors import MISUSED, REFUSED, UNREACHABLE
from countersign.cli.policy import app as policy
from dev.paths import ROOT

AGENTS = ROOT / "examples/agents.yaml"
BUYERS = str(ROOT / "dev/policy.yaml")


@pytest.fixture(autouse=True)
def _two_agents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("AGENTS", str(AGENTS))


def _run(app: Any, *command: str, code: int = 0) -> str:
    ended = CliRunner().invoke(app, list(command))
    assert ended.exit_code == code, ended.output
    return ended.output


def test_every_agent_is_checked_under_its_own_policy() -> None:
    said = _run(agent, "check")
    for part in ("buyer:", "deployer:", "examples.deploys:agent", "place_order"):
        assert part in said
    assert said.count("Nothing is refused.") == 2
    found = json.loads(_run(agent, "check", "--json"))["agents"]
    assert [(it["name"], it["task_queue"]) for it in found] == [
        ("buyer", "countersign-buyer"),
        ("deployer", "countersign-deployer"),
    ]


def test_one_agent_is_checked_by_its_place() -> None:
    said = _run(agent, "check", "--agent", "examples.purchasing:agent", "--policy", BUYERS)
    assert "deployer" not in said


@pytest.mark.parametrize("named", ["deployer", "examples.deploys:agent"])
def test_one_of_them_is_checked_under_the_policy_that_the_file_names(named: str) -> None:
    said = _run(agent, "check", "--agent", named)
    assert "buyer" not in said
    assert "deploys/policy.yaml" in said


def test_one_that_would_be_refused_ends_the_check_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = AGENTS.read_text(encoding="utf-8").replace("examples.deploys:agent", "acme.none:agent")
    Path("agents.yaml").write_text(text.replace("../dev/policy.yaml", BUYERS), encoding="utf-8")
    monkeypatch.setenv("AGENTS", "agents.yaml")
    said = _run(agent, "check", code=REFUSED)
    assert said.index("Nothing is refused") < said.index("there is no module acme.none")


def test_every_policy_is_checked_with_the_tools_of_its_agent() -> None:
    found = json.loads(_run(policy, "check", "--json"))["policies"]
    assert [it["faults"] for it in found] == [[], []]
    assert BUYERS in _run(policy, "check", BUYERS)
    assert "No agent in" in _run(policy, "check", "other.yaml", code=REFUSED)


def test_a_ruling_is_explained_for_the_agent_that_is_named() -> None:
    call = ("explain", "--tool", "place_order", "--requester", "U0ALICE", "--amount", "1")
    assert "Deny `over-20000`" in _run(policy, *call, "--agent", "buyer")
    assert "There is no tool 'place_order'" in _run(
        policy, *call, "--agent", "deployer", code=REFUSED
    )
    assert "Give --agent too: one of buyer, deployer." in _run(policy, *call, code=MISUSED)
    told = _run(policy, *call, "--agent", "nobody", code=REFUSED)
    assert "There is no agent 'nobody'; the agents are buyer, deployer." in told


def test_a_policy_is_checked_and_explained_for_any_agent_by_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deployers = str(ROOT / "examples/deploys/policy.yaml")
    assert ", for examples.deploys:agent." in _run(policy, "check", "--agent", "deployer")
    by_place = ("--agent", "examples.deploys:agent")
    assert "no faults, for examples.deploys:agent." in _run(policy, "check", deployers, *by_place)
    said = _run(policy, "check", BUYERS, *by_place, code=REFUSED)
    assert "for examples.deploys:agent: " in said
    monkeypatch.setenv("POLICY_FILE", deployers)
    call = ("explain", "--tool", "deploys.deploy", "--requester", "U0ALICE", *by_place)
    assert "Rule `production` asks for `environment`" in _run(policy, *call)


def test_a_list_of_an_agent_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = _run(everything, "pending", "--agent", "nobody", code=REFUSED)
    assert "the agents are buyer, deployer" in told
    monkeypatch.delenv("AGENTS")
    assert "AGENTS is not set" in _run(everything, "pending", "--agent", "buyer", code=REFUSED)


def test_a_file_that_cannot_be_used_is_told_in_a_line_for_each_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("agents.yaml").write_text("agents: [{name: A, agent: b, policy: p}]", encoding="utf-8")
    monkeypatch.setenv("AGENTS", "agents.yaml")
    said = _run(agent, "check", code=UNREACHABLE)
    assert len(said.splitlines()) == 2
    assert "AGENTS: agents.yaml:1: agents[0].name: has to be" in said
