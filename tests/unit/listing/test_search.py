"""By what an approval is found, and who may see it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.origin import slack_thread
from tests.support.builders import ALICE, BOB, NOON, STRANGER, from_elsewhere
from tests.support.listed_approvals import CAROL, TEAM, a_rule, an_approval, voted
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.contracts.core import Origin, Person
from workflows.contracts.decisions import HandOver, Outcome
from workflows.contracts.rules import PUBLIC, Absence, Escalation, Rule
from workflows.listing.queries import all_approvals, is_visible_to
from workflows.listing.rows import Viewer
from workflows.listing.search_attributes import (
    APPROVERS,
    AUDIENCE,
    DEADLINE,
    GRANTS,
    OUTCOME,
    REQUESTER,
    TOOL,
    VALUE_LIMIT,
    VOTED,
    attributes,
    changes,
    grant_changes,
)

ESCALATION = Escalation.model_validate({"after": "PT1H", "to": {"groups": ["S0BOARD"]}})


def _started(request: ApprovalRequest) -> dict[str, Any]:
    return {pair.key.name: pair.value for pair in attributes(request)}


def _found(status: ApprovalStatus) -> dict[str, Any]:
    return {update.key.name: update.value for update in changes(status)}


def _with(rule: Rule, **state: object) -> ApprovalStatus:
    return an_approval(rule).model_copy(update=state)


def test_a_request_is_found_by_whoever_may_decide_it_and_by_when() -> None:
    rule = a_rule(
        "U0BOB",
        "S0FINANCE",
        absences=(Absence(user="U0BOB", delegate="U0CAROL"),),
        break_glass=("U0DAVE",),
        expires_after=timedelta(days=2),
        escalation=ESCALATION,
    )
    found = _started(an_approval(rule, audience=[PUBLIC]).request)

    assert found[APPROVERS.name] == ["U0BOB", "S0FINANCE", "U0CAROL"]
    assert found[AUDIENCE.name] == [
        *("U0ALICE", PUBLIC, "U0BOB", "S0FINANCE", "U0CAROL", "U0DAVE"),
    ]
    assert found[DEADLINE.name] == NOON + timedelta(days=2)


def test_nothing_is_found_differently_while_nothing_happens() -> None:
    status = an_approval(a_rule("U0BOB"))
    started = _started(status.request)

    assert changes(status) == changes(status.model_copy())
    assert _found(status).items() >= {APPROVERS.name: started[APPROVERS.name]}.items()
    assert _found(status)[AUDIENCE.name] == started[AUDIENCE.name]


def test_votes_hand_overs_and_escalation_change_by_whom_it_is_found() -> None:
    rule = a_rule("U0BOB", "U0CAROL", needed=2, escalation=ESCALATION)
    hand = HandOver(by=CAROL, to=ALICE.model_copy(update={"user": "U0DAVE"}), at=NOON)
    found = _found(voted(_with(rule, handed=(hand,), escalated=True), BOB))

    assert found[VOTED.name] == ["U0BOB", "U0CAROL"]
    assert found[APPROVERS.name] == ["U0BOB", "U0CAROL", "S0BOARD", "U0DAVE"]
    assert set(found[AUDIENCE.name]) >= {"S0BOARD", "U0DAVE"}


def test_whoever_got_a_vote_back_has_not_done_their_part() -> None:
    there = HandOver(by=BOB, to=CAROL, at=NOON)
    back = HandOver(by=CAROL, to=BOB, at=NOON)

    assert _found(_with(a_rule("U0BOB"), handed=(there, back)))[VOTED.name] == ["U0CAROL"]


def test_an_approval_is_found_by_its_outcome_from_the_start() -> None:
    pending = an_approval(a_rule("U0BOB"))

    assert _started(pending.request)[OUTCOME.name] == _found(pending)[OUTCOME.name] == "pending"
    ended = pending.model_copy(update={"outcome": Outcome.CHANGES_REQUESTED})
    assert _found(ended)[OUTCOME.name] == "changes requested"


def test_without_standing_permissions_a_conversation_is_found_no_more() -> None:
    thread = slack_thread(TEAM, "C0OPS", "1.0")

    assert grant_changes(thread, []) == [GRANTS.value_unset()]


@pytest.mark.parametrize(
    ("origin", "team"),
    [
        (slack_thread("T0ELSE", "C0OPS", "1.0"), "T0ELSE"),
        (Origin(kind="agentex", team="buyer", channel="", id="1"), TEAM),
    ],
)
def test_standing_permissions_are_in_the_lists_of_those_who_gave_them(
    origin: Origin, team: str
) -> None:
    grant = Grant(
        id="g1", tool="act", rule="r", by=BOB, at=NOON, approval="approval-1", requester=ALICE
    )
    found = {it.key.name: it.value for it in grant_changes(origin, [grant])}
    assert found["CountersignTeam"] == team


def test_who_may_see_an_approval() -> None:
    status = an_approval(a_rule("S0FINANCE"), audience=["C0OPS"])

    def sees(viewer: Viewer, team: str = TEAM) -> bool:
        return is_visible_to(status, team, viewer)

    assert sees(Viewer(ALICE.user))
    assert sees(Viewer("U0BOB", ("S0FINANCE",)))
    assert sees(Viewer("U0DAVE", (), ("C0OPS",)))
    assert not sees(Viewer("U0DAVE", (), ("C0GENERAL",), is_member=True))
    assert not sees(Viewer(ALICE.user), team="T0OTHER")


def test_what_is_public_is_for_members() -> None:
    public = an_approval(a_rule("U0BOB"), audience=[PUBLIC])

    assert is_visible_to(public, TEAM, Viewer("U0CAROL", is_member=True))
    assert not is_visible_to(public, TEAM, Viewer("U0DAVE"))
    assert is_visible_to(public, TEAM, Viewer(ALICE.user))


@given(st.lists(st.text(max_size=20), max_size=400))
def test_no_list_is_longer_than_temporal_takes(ids: list[str]) -> None:
    handed = tuple(HandOver(by=BOB, to=Person(team=TEAM, user=it), at=NOON) for it in ids)
    found = _found(_with(a_rule("U0BOB"), handed=handed))
    for name in (APPROVERS.name, AUDIENCE.name):
        assert len(json.dumps(found[name], separators=(",", ":")).encode()) <= VALUE_LIMIT
        assert "U0BOB" in found[name]


@pytest.mark.parametrize("digits", [10, 64, 190])
def test_a_value_is_cut_before_temporal_would_end_the_workflow_for_it(digits: int) -> None:
    many = [f"U{number:0{digits}}" for number in range(500)]
    found = _started(an_approval(a_rule(*many, "S0FINANCE"), audience=[PUBLIC]).request)
    for key in (APPROVERS, AUDIENCE):
        assert len(json.dumps(found[key.name], separators=(",", ":"))) <= 2_048
        assert "S0FINANCE" in found[key.name]
        assert len(found[key.name]) > 1_500 // (digits + 4)
    assert {PUBLIC, "U0ALICE"} <= set(found[AUDIENCE.name])


@pytest.mark.parametrize("letter", ["a", "é", "😀", "\x00", '"'])
def test_a_long_name_from_elsewhere_is_cut_before_temporal_would_end_the_workflow(
    letter: str,
) -> None:
    stranger = Person(team=TEAM, user=f"agentex:{letter * 300}")
    found = _started(from_elsewhere(an_approval(a_rule("U0BOB")), stranger).request)
    assert found[REQUESTER.name].startswith(f"agentex:{letter}")
    for key in (REQUESTER, AUDIENCE):
        assert len(json.dumps(found[key.name])) <= 2_048


@pytest.mark.parametrize(
    ("requester", "is_asked"),
    [
        (STRANGER.user, True),
        ("U0ALICE", True),
        ("agentex:o'neill", False),
        ("agentex:a b", False),
        ("agentex:", False),
    ],
)
def test_an_operator_finds_what_somebody_from_elsewhere_asked_for(
    requester: str, is_asked: bool
) -> None:
    query = all_approvals(TEAM, requester=requester)
    assert (query is not None) is is_asked
    assert query is None or f"{REQUESTER.name} = '{requester}'" in query


def test_a_long_word_is_cut() -> None:
    assert len(_started(an_approval(a_rule("U0BOB"), tool="t" * 3_000).request)[TOOL.name]) == 200
