"""Why a vote cannot count whoever made it, and which reason comes first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.builders import NOON
from tests.unit.voting.presses import GENEROUS, REASON, TO_U3, TWO, a_vote, after, person
from tests.unit.voting.workspace_model import CARD, OLD_CARD, REQUESTER, a_rule
from workflows.contracts.approvals import Card, MessageKind, Posted
from workflows.contracts.decisions import Outcome, Refusal, Refused, Verb, Via
from workflows.contracts.rules import Rule
from workflows.voting.parsing import Vote, read_vote
from workflows.voting.screening import screen

LATE: dict[str, Any] = {"at": NOON + timedelta(days=2)}
SEALED = a_rule(2, from_slack=False, operator=False)
WRONG: dict[str, Any] = {"digest": "another", "arguments": "{}", "always": True}
"""What an approval can carry that is refused for reasons of its own."""


@pytest.mark.parametrize(
    ("first", "vote", "rule"),
    [
        (Refusal.STALE_CARD, a_vote(card=OLD_CARD, **LATE, **WRONG), SEALED),
        (Refusal.TOO_LATE, a_vote(**LATE, **WRONG), SEALED),
        (Refusal.OUTDATED, a_vote(**WRONG), SEALED),
        (Refusal.NOT_FROM_SLACK, a_vote(REQUESTER), SEALED),
        (Refusal.OWN_REQUEST, a_vote(REQUESTER, arguments="{}"), TWO),
        (Refusal.OWN_REQUEST, a_vote(REQUESTER, verb=Verb.BREAK_GLASS), TWO),
        (Refusal.OWN_REQUEST, a_vote(REQUESTER, approve=False, **TO_U3), TWO),
        (Refusal.NO_BREAK_GLASS, a_vote(verb=Verb.BREAK_GLASS), TWO),
        (Refusal.NO_EDITS, a_vote(arguments="{}", always=True), TWO),
        (Refusal.NO_OPERATORS, a_vote("", arguments="{}"), SEALED),
        (Refusal.OPERATOR_IS_NOBODY, a_vote("", arguments="{}"), TWO),
        (Refusal.NOT_THE_REQUESTER, a_vote(approve=False, verb=Verb.WITHDRAW), SEALED),
    ],
)
def test_the_first_reason_is_told(first: Refusal, vote: Vote, rule: Rule) -> None:
    ballot = replace(after(rule).ballot, deadline=NOON + timedelta(days=1))
    assert screen(ballot, vote, CARD, OLD_CARD) is first
    closed = ballot.close(Outcome.EXPIRED)
    assert screen(closed, vote, CARD, OLD_CARD) is Refusal.CLOSED


@pytest.mark.parametrize(
    "vote",
    [
        a_vote(REQUESTER, approve=False, verb=Verb.WITHDRAW, via=Via.MESSAGE),
        a_vote("agentex:u4", approve=False, verb=Verb.WITHDRAW, via=Via.STOP),
        a_vote(REQUESTER, approve=False, verb=Verb.NUDGE),
        a_vote("U4", approve=False, verb=Verb.NUDGE),
    ],
)
def test_never_mind_and_a_nudge_pass_where_slack_may_not_decide(vote: Vote) -> None:
    assert screen(after(SEALED).ballot, vote) is None


STRANGER = "agentex:U1"
"""Somebody in AgentEx whose name there is an approver's id."""


@pytest.mark.parametrize("rule", [TWO, GENEROUS, a_rule(1, self_approval=True, solo=True)])
@pytest.mark.parametrize("is_requester", [True, False])
@pytest.mark.parametrize(
    "vote",
    [
        a_vote(STRANGER),
        a_vote(STRANGER, via=Via.MODAL, arguments="{}", always=True),
        a_vote(STRANGER, approve=False),
        a_vote(STRANGER, approve=False, verb=Verb.REQUEST_CHANGES, reason=REASON),
        a_vote(STRANGER, verb=Verb.BREAK_GLASS, reason=REASON),
        a_vote(STRANGER, approve=False, verb=Verb.NUDGE),
        a_vote(STRANGER, approve=False, **TO_U3),
    ],
)
def test_somebody_from_elsewhere_decides_nothing(
    vote: Vote, is_requester: bool, rule: Rule
) -> None:
    ballot = after(rule).ballot
    if is_requester:
        ballot = replace(ballot, requester=person(STRANGER))
    assert screen(ballot, vote) is Refusal.EXTERNAL


def test_a_signal_in_the_name_of_somebody_from_elsewhere_is_only_recorded() -> None:
    ballot = after(TWO, a_vote(STRANGER), a_vote(STRANGER, approve=False, id="no")).ballot
    assert [it.why for it in ballot.refused] == [Refusal.EXTERNAL] * 2
    assert (ballot.outcome, ballot.votes) == (Outcome.PENDING, ())


def test_somebody_from_elsewhere_takes_back_what_they_asked_for_and_nothing_else() -> None:
    vote = a_vote(STRANGER, approve=False, verb=Verb.WITHDRAW, via=Via.MESSAGE)
    others = after(SEALED).ballot
    assert screen(others, vote) is Refusal.NOT_THE_REQUESTER
    own = replace(others, requester=person(STRANGER))
    assert screen(own, vote) is None
    assert own.cast(vote).outcome is Outcome.WITHDRAWN
    assert screen(own, a_vote("U1", approve=False, verb=Verb.WITHDRAW)) is Refusal.NOT_THE_REQUESTER


def test_a_press_counts_on_every_copy_of_the_card() -> None:
    card = Card(
        channel="D1", ts="1.4", copies=(Posted(kind=MessageKind.COPY, channel="D2", ts="1.5"),)
    )
    ballot = after(TWO).ballot
    assert screen(ballot, a_vote(card="1.4"), card) is None
    assert screen(ballot, a_vote(card="1.5"), card) is None
    assert screen(ballot, a_vote(card="1.6"), card) is Refusal.STALE_CARD
    assert screen(ballot, a_vote(card="1.6", via=Via.LIST), card) is None


@pytest.mark.parametrize("seconds", [0, 1])
def test_what_is_pressed_at_the_deadline_or_later_is_too_late_unless_it_says_no(
    seconds: int,
) -> None:
    ballot = replace(after(GENEROUS).ballot, deadline=NOON - timedelta(seconds=seconds))
    assert screen(ballot, a_vote()) is Refusal.TOO_LATE
    assert screen(ballot, a_vote(verb=Verb.BREAK_GLASS, reason=REASON)) is Refusal.TOO_LATE
    assert screen(ballot, a_vote(approve=False, **TO_U3)) is Refusal.TOO_LATE
    assert screen(ballot, a_vote(approve=False)) is None
    assert screen(ballot, a_vote(REQUESTER, approve=False, verb=Verb.WITHDRAW)) is None
    in_time = replace(ballot, deadline=NOON + timedelta(seconds=1))
    assert screen(in_time, a_vote()) is None


@pytest.mark.parametrize("via", [Via.MESSAGE, Via.STOP])
@pytest.mark.parametrize(
    ("approve", "verb"), [(True, Verb.DECIDE), (False, Verb.DECIDE), (True, Verb.BREAK_GLASS)]
)
def test_words_and_stopping_never_decide(via: Via, approve: bool, verb: Verb) -> None:
    decision = a_vote(verb=verb, via=via, reason=REASON).decision
    assert isinstance(read_vote([approve, decision.model_dump(mode="json")], NOON), Refused)
