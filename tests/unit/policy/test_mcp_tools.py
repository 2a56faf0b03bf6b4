"""A policy and the tools of MCP servers, which come, go and are away."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from countersign.policy.clauses import Tools
from countersign.policy.faults import PolicyError
from countersign.policy.loading import load
from countersign.runtime.waiting import Waiting
from tests.support.builders import a_call, a_prepared
from tests.unit.policy.policies import InMemoryDirectory, a_tool
from worker.policy import PolicyFile, open_policy
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.rules import Ruling, Verdict

DEPLOYS = frozenset({"deploys"})
ROLL_BACK = a_tool("deploys.roll_back", steps={"type": "integer"})
LIST = a_tool("deploys.list_services")
NAMED = """version: 1
rules:
  - {name: free, tool: deploys.list_services, auto_approve: true}
  - {name: one, tool: deploys.roll_back, when: steps > 1, approvers: {users: [U0BOB]}}
  - {name: more, tool: "*", approvers: {users: [U0BOB]}}
"""


def _tools(*specs: object, away: bool = False) -> Tools:
    found = {it.name: it for it in (ROLL_BACK, LIST, a_tool("deploys.new")) if it in specs}
    return Tools(found, DEPLOYS, DEPLOYS if away else frozenset())


def test_a_rule_names_a_tool_by_its_server_and_may_let_it_run_freely() -> None:
    policy = load(NAMED, "policy.yaml", _tools(ROLL_BACK, LIST))
    assert policy.rules[0].covers("deploys.list_services")
    assert policy.rules[1].covers("deploys.roll_back")


@pytest.mark.parametrize("name", ["deploys.rol_back", "deploy.roll_back", "roll_back"])
def test_a_name_that_does_not_exist_is_refused(name: str) -> None:
    wrong = NAMED.replace("deploys.roll_back", name)
    with pytest.raises(PolicyError, match="there is no tool"):
        load(wrong, "policy.yaml", _tools(ROLL_BACK, LIST))


def test_while_a_server_is_away_its_names_are_taken_as_they_are_and_no_others() -> None:
    load(NAMED, "policy.yaml", _tools(away=True))
    with pytest.raises(PolicyError, match=r"there is no tool `deploy\.roll_back`"):
        load(NAMED.replace("deploys.roll", "deploy.roll"), "policy.yaml", _tools(away=True))


async def test_what_a_server_adds_is_covered_and_what_it_drops_undoes_nothing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(NAMED, encoding="utf-8")
    tools = [_tools(away=True)]
    policy = await open_policy(file, tools[-1], InMemoryDirectory(), Waiting(pause=0))
    policy.follow(lambda: tools[-1])
    assert (await _ruled(policy, "deploys.new")).verdict is Verdict.DENY

    tools.append(_tools(ROLL_BACK, LIST, a_tool("deploys.new")))
    asked = await _ruled(policy, "deploys.new")
    assert (asked.verdict, asked.rule and asked.rule.name) == (Verdict.ASK, "more")
    assert (await _ruled(policy, "deploys.list_services")).verdict is Verdict.ALLOW
    tools.append(_tools(a_tool("deploys.new")))
    with capture_logs() as logs:
        assert (await _ruled(policy, "deploys.new")).verdict is Verdict.ASK
    assert logs == []


async def test_a_policy_that_no_longer_fits_stays_in_force_and_is_told(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(NAMED, encoding="utf-8")
    tools = [_tools(ROLL_BACK, LIST)]
    policy = await open_policy(file, tools[-1], InMemoryDirectory(), Waiting(pause=0))
    policy.follow(lambda: tools[-1])
    without = Tools({"deploys.roll_back": a_tool("deploys.roll_back")}, DEPLOYS)
    tools.append(without)
    with capture_logs() as logs:
        ruling = await _ruled(policy, "deploys.roll_back", '{"steps": 2}')
    assert ruling.rule is not None
    assert ruling.rule.name == "one"
    (line,) = logs
    assert line["event"] == "the policy does not fit the tools of the MCP servers"


async def _ruled(policy: PolicyFile, tool: str, arguments: str = "{}") -> Ruling:
    call = a_call().model_copy(update={"tool": tool, "arguments": arguments})
    return await policy.judge(PolicyQuery(call=call, prepared=a_prepared()))
