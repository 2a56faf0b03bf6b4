"""What counts as a decision, and that it counts once and for ever."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import ALICE, BOB, NOON, a_press
from workflows.ballot import DETAIL_LIMIT, REFUSED_LIMIT, Ballot, Vote, read_vote
from workflows.contracts import Card, Decision, Outcome, Refusal, Refused, Via

CARD = Card(channel="C0OPS", ts="2.0")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PRESSES = [a_press(who, card) for who in (ALICE, BOB) for card in ("", "1.0", "2.0", "3.0")]
VOTES = st.builds(Vote, st.booleans(), st.sampled_from(PRESSES))


def _votes(ballot: Ballot, votes: list[Vote]) -> Ballot:
    for vote in votes:
        ballot = ballot.cast(vote, CARD, "3.0")
    return ballot


@pytest.mark.parametrize("value", [True, False])
def test_a_bare_boolean_is_an_operators_vote(value: bool) -> None:
    vote = read_vote([value], NOON)
    assert isinstance(vote, Vote)
    assert vote.approve is value
    assert vote.decision.via is Via.OPERATOR


def test_a_boolean_with_a_decision_is_that_persons_vote() -> None:
    press = a_press()
    assert read_vote([True, press.model_dump(mode="json")], NOON) == Vote(True, press)


def test_a_button_that_nobody_pressed_is_refused() -> None:
    nobody = {"id": "x", "at": NOON.isoformat(), "via": "button"}
    assert isinstance(read_vote([True, nobody], NOON), Refused)


@settings(max_examples=1_000, deadline=None)
@given(args=st.lists(JSON, max_size=5))
def test_whatever_arrives_is_a_vote_of_a_boolean_or_refused(args: list[Any]) -> None:
    vote = read_vote(args, NOON)
    if isinstance(vote, Vote):
        assert args[0] is True or args[0] is False
        assert vote.approve is args[0]
    else:
        assert vote.why is Refusal.MALFORMED
        assert len(vote.detail) <= DETAIL_LIMIT


@settings(max_examples=1_500, deadline=None)
@given(first=st.lists(VOTES, max_size=6), more=st.lists(VOTES, max_size=6))
def test_an_outcome_stands_for_ever(first: list[Vote], more: list[Vote]) -> None:
    ballot = _votes(Ballot(), first)
    later = _votes(ballot, more)
    if ballot.closed:
        assert (later.outcome, later.decision) == (ballot.outcome, ballot.decision)
    assert later.fail_to_ask().closed
    if later.closed:
        assert later.fail_to_ask() == later


@settings(max_examples=1_000, deadline=None)
@given(votes=st.lists(VOTES, max_size=8))
def test_only_a_yes_on_the_card_that_is_there_approves(votes: list[Vote]) -> None:
    ballot = _votes(Ballot(), votes)
    counted = [vote for vote in votes if vote.decision.card in ("", CARD.ts)]
    if not counted:
        assert ballot.outcome is Outcome.PENDING
    else:
        expected = Outcome.APPROVED if counted[0].approve else Outcome.REJECTED
        assert ballot.outcome is expected
        assert ballot.decision == counted[0].decision


@settings(max_examples=500, deadline=None)
@given(votes=st.lists(VOTES, max_size=6))
def test_duplicates_change_nothing(votes: list[Vote]) -> None:
    once = _votes(Ballot(), votes)
    assert _votes(once, votes) == once


def test_refused_attempts_are_kept_but_not_without_end() -> None:
    ballot = Ballot()
    for number in range(REFUSED_LIMIT + 20):
        decision = Decision(id=str(number), at=NOON, via=Via.BUTTON, by=BOB, card="1.0")
        ballot = ballot.cast(Vote(True, decision), CARD)
    assert len(ballot.refused) == REFUSED_LIMIT
    assert ballot.refused[-1].why is Refusal.STALE_CARD
