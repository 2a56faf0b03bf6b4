"""What single votes come to, and what they never come to."""

from dataclasses import replace

import pytest

from tests.support.builders import NOON
from tests.unit.ballot.hearing import effects
from tests.unit.ballot.presses import (
    GENEROUS,
    REASON,
    TWO,
    a_vote,
    a_world,
    after,
    arrive,
    person,
)
from tests.unit.ballot.world import REQUESTER, a_rule, away
from workflows.contracts.approvals import Card, Copy
from workflows.contracts.decisions import Eligibility, Outcome, Refusal, Verb, Via
from workflows.voting.ballot import REFUSED_LIMIT, ended
from workflows.voting.screening import screen


@pytest.mark.parametrize("approve", [True, False])
def test_who_could_not_be_looked_up_is_told_nothing_about_themselves(approve: bool) -> None:
    before = after(a_rule(1))
    now = before.cast(a_vote(approve=approve), ())
    assert now.refused[-1].why is Refusal.UNVERIFIED
    assert effects(now) == effects(before)


def test_a_look_up_that_lacks_somebody_is_none() -> None:
    rule = a_rule(1, absences=(away("U1", "U4"),))
    before = after(rule)
    now = before.cast(a_vote("U4"), (Eligibility(user="U4", panels=(0,)),))
    assert now.refused[-1].why is Refusal.UNVERIFIED


def test_a_group_that_is_gone_is_named_to_who_cannot_vote_for_it() -> None:
    now = after(TWO).cast(a_vote("U4"), (Eligibility(user="U4", gone=("S0FINANCE",)),))
    assert now.refused[-1].why is Refusal.NOT_AN_APPROVER
    assert "S0FINANCE" in now.refused[-1].detail


def test_an_own_request_is_refused_before_anybody_is_looked_up() -> None:
    ballot = after(GENEROUS)
    for verb in (Verb.DECIDE, Verb.BREAK_GLASS):
        assert screen(ballot, a_vote(REQUESTER, verb=verb)) is Refusal.OWN_REQUEST


def test_naming_an_approver_in_a_plain_approval_does_not_lend_their_vote() -> None:
    ballot, vote = after(a_rule(1)), a_vote("U4", to=person("U1"))
    assert ballot.asked_about(vote.decision) == (person("U4"),)
    assert after(a_rule(1), vote).refused[-1].why is Refusal.NOT_AN_APPROVER


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, Outcome.REJECTED),
        ({"verb": Verb.REQUEST_CHANGES, "reason": REASON}, Outcome.CHANGES_REQUESTED),
    ],
)
@pytest.mark.parametrize("who", ["U1", ""])
def test_one_no_is_enough(who: str, fields: dict[str, object], outcome: Outcome) -> None:
    now = after(TWO, a_vote("U2"), a_vote(who, approve=False, **fields))
    assert now.outcome is outcome


def test_the_requester_withdraws_even_where_slack_may_not_decide() -> None:
    vote = a_vote(REQUESTER, approve=False, verb=Verb.WITHDRAW, via=Via.MESSAGE)
    assert after(a_rule(1, from_slack=False), vote).outcome is Outcome.WITHDRAWN


def test_somebody_named_breaks_glass_alone_even_after_their_own_vote() -> None:
    alarm = a_vote("U1", verb=Verb.BREAK_GLASS, reason=REASON)
    now = after(GENEROUS, a_vote("U1"), alarm)
    assert now.outcome is Outcome.APPROVED
    assert [it.decision for it in now.votes] == [alarm.decision]
    assert now.knows(a_vote("U1").decision)


def test_whose_delegate_approved_may_still_say_no() -> None:
    rule = a_rule(2, absences=(away("U1", "U4"),))
    assert after(rule, a_vote("U4"), a_vote("U1", approve=False)).outcome is Outcome.REJECTED


def test_a_solo_requester_approves_their_own_request_and_passes_it_only_to_who_is_named() -> None:
    assert after(a_rule(solo=True), a_vote(REQUESTER)).outcome is Outcome.APPROVED
    rule = a_rule(1, solo=True, hand_over={"users": ("U3",)})
    to_outsider = a_vote(REQUESTER, approve=False, verb=Verb.HAND_OVER, to=person("U4"))
    assert after(rule, to_outsider).refused[-1].why is Refusal.NO_HAND_OVER


def test_substitutes_count_from_the_escalation_on() -> None:
    world = replace(a_world(a_rule(1)), substitutes=frozenset({"U4"}))
    ballot = arrive(after(a_rule(1)), a_vote("U4"), world)
    assert ballot.refused[-1].why is Refusal.NOT_AN_APPROVER
    ballot = arrive(ballot.escalate(), a_vote("U4", reason=REASON), world)
    assert ballot.outcome is Outcome.APPROVED
    assert ballot.votes[0].escalated


def test_what_is_asked_anew_forgets_the_approvals_but_not_their_presses() -> None:
    first = a_vote("U1")
    amended = after(GENEROUS, first).amend(TWO, "digest-1")
    assert (amended.votes, amended.reached) == ((), 0)
    assert amended.knows(first.decision)
    assert amended.refused[-1].why is Refusal.OUTDATED


def test_nothing_is_asked_anew_or_escalated_once_it_is_decided() -> None:
    closed = after(TWO).close(Outcome.EXPIRED, ended(Outcome.EXPIRED, NOON))
    assert closed.amend(GENEROUS, "digest-1") == closed
    assert closed.escalate() == closed
    assert closed.close(Outcome.SUPERSEDED) == closed


def test_a_press_counts_on_every_copy_of_the_card() -> None:
    card = Card(channel="D1", ts="1.4", copies=(Copy(channel="D2", ts="1.5"),))
    assert screen(after(TWO), a_vote(card="1.4"), card) is None
    assert screen(after(TWO), a_vote(card="1.5"), card) is None
    assert screen(after(TWO), a_vote(card="1.6"), card) is Refusal.STALE_CARD
    assert screen(after(TWO), a_vote(card="1.6", via=Via.LIST), card) is None


def test_refused_attempts_are_kept_but_not_without_end() -> None:
    ballot = after(TWO)
    for number in range(REFUSED_LIMIT + 20):
        ballot = arrive(ballot, a_vote("U4", reason=str(number)), a_world(TWO))
    assert len(ballot.refused) == REFUSED_LIMIT
    assert ballot.refused[-1].why is Refusal.NOT_AN_APPROVER


def test_a_press_that_is_known_is_not_cast_again() -> None:
    world = a_world(TWO)
    for vote in (a_vote("U1"), a_vote("U4")):
        once = after(TWO, vote)
        assert once.cast(vote, world.eligibilities((person("U2"),))) == once


def test_nothing_is_cast_once_it_is_decided() -> None:
    for outcome in (Outcome.EXPIRED, Outcome.APPROVED):
        closed = after(a_rule(1)).close(outcome, ended(outcome, NOON))
        for vote in (a_vote("U1"), a_vote("U1", approve=False), a_vote("")):
            assert closed.cast(vote, a_world(TWO).eligibilities((person("U1"),))) == closed
