"""What single votes come to, and what they never come to."""

from dataclasses import replace

import pytest

from tests.support.builders import NOON
from tests.unit.voting.oracle import effects
from tests.unit.voting.presses import (
    GENEROUS,
    REASON,
    TWO,
    a_vote,
    a_voting,
    a_world,
    after,
    arrive,
    person,
)
from tests.unit.voting.workspace_model import REQUESTER, a_rule, away
from workflows.contracts.decisions import Eligibility, Outcome, Refusal, Verb, Via
from workflows.voting.ballot import REFUSED_LIMIT, ended


@pytest.mark.parametrize("approve", [True, False])
def test_who_could_not_be_looked_up_is_told_nothing_about_themselves(approve: bool) -> None:
    before = after(a_rule(1)).ballot
    now = before.cast(a_vote(approve=approve), ())
    assert now.refused[-1].why is Refusal.UNVERIFIED
    assert effects(now) == effects(before)


def test_a_look_up_that_lacks_somebody_is_none() -> None:
    before = after(a_rule(1, absences=(away("U1", "U4"),))).ballot
    now = before.cast(a_vote("U4"), (Eligibility(user="U4", panels=(0,)),))
    assert now.refused[-1].why is Refusal.UNVERIFIED


def test_a_group_that_is_gone_is_named_to_who_cannot_vote_for_it() -> None:
    now = after(TWO).ballot.cast(a_vote("U4"), (Eligibility(user="U4", gone=("S0FINANCE",)),))
    assert now.refused[-1].why is Refusal.NOT_AN_APPROVER
    assert "S0FINANCE" in now.refused[-1].detail


def test_naming_an_approver_in_a_plain_approval_does_not_lend_their_vote() -> None:
    decision = a_vote("U4", to=person("U1")).decision
    assert after(a_rule(1)).ballot.asked_about(decision) == (person("U4"),)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, Outcome.REJECTED),
        ({"verb": Verb.REQUEST_CHANGES, "reason": REASON}, Outcome.CHANGES_REQUESTED),
    ],
)
@pytest.mark.parametrize("who", ["U1", ""])
def test_one_no_is_enough(who: str, fields: dict[str, object], outcome: Outcome) -> None:
    now = after(TWO, a_vote("U2"), a_vote(who, approve=False, **fields)).ballot
    assert now.outcome is outcome


def test_the_requester_withdraws_even_where_slack_may_not_decide() -> None:
    vote = a_vote(REQUESTER, approve=False, verb=Verb.WITHDRAW, via=Via.MESSAGE)
    assert after(a_rule(1, from_slack=False), vote).ballot.outcome is Outcome.WITHDRAWN


def test_somebody_named_breaks_glass_alone_even_after_their_own_vote() -> None:
    alarm = a_vote("U1", verb=Verb.BREAK_GLASS, reason=REASON)
    now = after(GENEROUS, a_vote("U1"), alarm).ballot
    assert now.outcome is Outcome.APPROVED
    assert [it.decision for it in now.votes] == [alarm.decision]
    assert now.knows(a_vote("U1").decision)


def test_whose_delegate_approved_may_still_say_no() -> None:
    rule = a_rule(2, absences=(away("U1", "U4"),))
    voting = after(rule, a_vote("U4"), a_vote("U1", approve=False))
    assert voting.ballot.outcome is Outcome.REJECTED


def test_a_solo_requester_approves_their_own_request_and_passes_it_only_to_who_is_named() -> None:
    assert after(a_rule(solo=True), a_vote(REQUESTER)).ballot.outcome is Outcome.APPROVED
    rule = a_rule(1, solo=True, hand_over={"users": ("U3",)})
    to_outsider = a_vote(REQUESTER, approve=False, verb=Verb.HAND_OVER, to=person("U4"))
    assert after(rule, to_outsider).ballot.refused[-1].why is Refusal.NO_HAND_OVER


def test_substitutes_count_from_the_escalation_on() -> None:
    world = replace(a_world(a_rule(1)), substitutes=frozenset({"U4"}))
    voting = a_voting(world)
    assert arrive(voting, a_vote("U4"), world).refused[-1].why is Refusal.NOT_AN_APPROVER
    voting.escalate()
    ballot = arrive(voting, a_vote("U4", reason=REASON), world)
    assert ballot.outcome is Outcome.APPROVED
    assert ballot.votes[0].escalated


def test_what_is_asked_anew_forgets_the_approvals_but_not_their_presses() -> None:
    first = a_vote("U1")
    amended = after(GENEROUS, first).ballot.amend(TWO, "digest-1")
    assert (amended.votes, amended.reached) == ((), 0)
    assert amended.knows(first.decision)
    assert amended.refused[-1].why is Refusal.OUTDATED


@pytest.mark.parametrize("outcome", [Outcome.EXPIRED, Outcome.APPROVED])
def test_nothing_comes_after_an_outcome(outcome: Outcome) -> None:
    closed = after(a_rule(1)).ballot.close(outcome, ended(outcome, NOON))
    assert closed.amend(GENEROUS, "digest-1") == closed
    assert closed.escalate() == closed
    assert closed.close(Outcome.SUPERSEDED) == closed
    for vote in (a_vote("U1"), a_vote("U1", approve=False), a_vote("")):
        assert closed.cast(vote, (Eligibility(user="U1", panels=(0,)),)) == closed


def test_refused_attempts_are_kept_but_not_without_end() -> None:
    ballot = after(TWO).ballot
    for number in range(REFUSED_LIMIT + 20):
        ballot = ballot.cast(a_vote("U4", id=str(number)), (Eligibility(user="U4"),))
    assert len(ballot.refused) == REFUSED_LIMIT
    assert ballot.refused[-1].why is Refusal.NOT_AN_APPROVER


@pytest.mark.parametrize("user", ["U1", "U4"])
def test_a_press_that_is_known_is_not_cast_again(user: str) -> None:
    once = after(TWO, a_vote(user)).ballot
    assert once.cast(a_vote(user), (Eligibility(user="U2", panels=(0,)),)) == once
