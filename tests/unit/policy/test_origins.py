"""Rules that know where a call is asked, and calls that are not asked in Slack."""

from dataclasses import replace
from pathlib import Path

import pytest

from countersign.policy.engine import Policy
from countersign.policy.facts import Requester, Venue, requester_from
from countersign.policy.origins import unknown_origin
from countersign.runtime.waiting import Waiting
from tests.support.builders import STRANGER, a_prepared, a_status, from_elsewhere
from tests.unit.policy.policies import TOOLS, InMemoryDirectory, a_policy, an_order, faults
from worker.policy import open_policy
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.core import Person
from workflows.contracts.rules import PUBLIC, Ruling, Verdict

WHO = requester_from(STRANGER.user)
BOB = "approvers: {users: [U0BOB]}"
ASKED = replace(an_order(requester=WHO, channel=Venue("")), amount=4_120.0, origin="agentex")


def ruled(policy: Policy, requester: Requester = WHO) -> Ruling:
    """An order of a hundred widgets that is asked in AgentEx."""
    return policy.judge(replace(ASKED, requester=requester))


def when(condition: str, more: str = BOB) -> Policy:
    """A policy with one rule."""
    return a_policy(f'rules:\n  - {{name: it, tool: place_order, when: "{condition}", {more}}}\n')


@pytest.mark.parametrize(
    ("condition", "in_agentex", "in_slack"),
    [
        ("origin == 'agentex'", True, False),
        ("origin != 'agentex'", False, True),
        ("origin in ['slack', 'agentex']", True, True),
        ("origin == 'agentex' && amount > 9000", False, False),
        ("requester.id == 'agentex:alice@acme.example'", True, False),
        ("requester.name.endsWith('@acme.example')", True, False),
        ("requester.team == 'T0ACME'", False, True),
        ("'S0FINANCE' in requester.groups", False, False),
        ("requester.is_guest || requester.is_external", False, False),
        ("channel.id == ''", True, False),
        ("channel.is_direct || channel.is_private || channel.is_shared", False, False),
    ],
)
def test_a_condition_speaks_of_where_it_is_asked(
    condition: str, in_agentex: bool, in_slack: bool
) -> None:
    policy = when(condition)
    assert (ruled(policy).verdict is Verdict.ASK) is in_agentex
    assert (policy.judge(an_order()).verdict is Verdict.ASK) is in_slack


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("origin == 'agentx'", "there is no origin `agentx`; did you mean `agentex`?"),
        ("amount > 3 && 'slak' != origin", "did you mean `slack`?"),
        ("origin in ['slack', 'mail']", "there is no origin `mail`; there are slack, agentex"),
    ],
)
def test_a_misspelt_origin_is_refused_when_the_policy_is_read(condition: str, hint: str) -> None:
    rule = f'rules:\n  - {{name: it, tool: place_order, when: "{condition}", {BOB}}}\n'
    (fault,) = faults(f"version: 7\n{rule}")
    assert (fault.line, fault.field) == (3, "when")
    assert hint in fault.problem


@pytest.mark.parametrize(
    "condition",
    [
        "note == \"origin == 'x'\"",
        "// origin == 'x'\ntrue",
        "args.origin == 'x'",
        "args . origin == 'x'",
        "origins == 'x'",
        "'x' == origin.size()",
        "origin.startsWith('x')",
        "origin == \"agentex\" || origin==r'slack'",
        "origin in []",
    ],
)
def test_what_is_no_comparison_with_an_origin_is_left_alone(condition: str) -> None:
    assert unknown_origin(condition) == ""


@pytest.mark.parametrize("who", ["users: [U0ALICE]", "groups: [S0OPS]", "channels: [C0OPS]"])
def test_a_list_of_slack_ids_lets_nobody_ask_from_elsewhere(who: str) -> None:
    ruling = ruled(when("true", f"may_request: {{{who}}}, {BOB}"))
    assert ruling.verdict is Verdict.DENY
    assert "names who may ask" in ruling.because


def test_outside_slack_here_is_the_channel_that_cards_go_to() -> None:
    policy = when("true", "approvers: {channels: [here]}, quorum: 2")
    ruling = policy.judge(replace(ASKED, room="C0FINANCE"))
    assert ruling.rule is not None
    assert ruling.rule.approver_ids == ("C0FINANCE",)


def test_without_that_nobody_is_here_so_an_operator_decides_if_that_is_enough() -> None:
    ruling = ruled(when("true", "approvers: {channels: [here]}"))
    assert ruling.rule is not None
    assert (ruling.verdict, ruling.rule.approver_ids) == (Verdict.ASK, ())
    for more in ("operator: false", "quorum: 2"):
        ruling = ruled(when("true", f"approvers: {{channels: [here]}}, {more}"))
        assert ruling.verdict is Verdict.DENY
        assert "in AgentEx there is no channel" in ruling.because
    both = ruled(when("true", "approvers: {users: [U0BOB], channels: [here]}"))
    assert both.rule is not None
    assert both.rule.approver_ids == ("U0BOB",)


def test_in_lists_it_is_seen_only_by_those_whom_the_rule_names() -> None:
    assert ruled(when("true")).audience == (STRANGER.user, "U0BOB")
    assert PUBLIC in when("true").judge(an_order()).audience


def test_who_works_alone_approves_what_is_asked_elsewhere() -> None:
    ruling = ruled(a_policy("solo: U0BOB\nrules:\n  - {name: it, tool: place_order}\n"))
    assert ruling.rule is not None
    assert (ruling.rule.approver_ids, ruling.rule.solo) == (("U0BOB",), False)


EVERYTHING = """version: 1
rules:
  - name: it
    tool: place_order
    when: >-
      origin == 'agentex' && requester.groups.size() == 0 && requester.team == '' &&
      !requester.is_guest && !channel.is_private
    may_request: {guests: true}
    approvers: {users: [U0BOB]}
  - name: named
    tool: place_order
    may_request: {groups: [S0FINANCE], channels: [C0OPS]}
    approvers: {users: [U0BOB]}
"""


@pytest.mark.parametrize("user", [STRANGER.user, "agentex:U0ALICE", "web:x"])
async def test_slack_is_asked_nothing_about_somebody_from_elsewhere(
    tmp_path: Path, user: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(EVERYTHING, encoding="utf-8")
    directory = InMemoryDirectory()
    policy = await open_policy(file, TOOLS, directory, Waiting(pause=0))
    directory.asked.clear()
    status = from_elsewhere(a_status(), Person(team="buyer", user=user))
    prepared = a_prepared().model_copy(update={"amount": 4_120})
    ruling = await policy.judge(PolicyQuery(call=status.call, prepared=prepared))
    assert ruling.verdict is (Verdict.ASK if user.startswith("agentex") else Verdict.DENY)
    assert set(directory.asked) <= {"U0BOB", "S0FINANCE", "handles"}
