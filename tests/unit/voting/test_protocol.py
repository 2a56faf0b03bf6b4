"""What a question asks for and says, in the few cases that a reader may want to find by name."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.support.builders import NOON
from tests.unit.voting.presses import GENEROUS, TWO, a_vote, a_voting, a_world, person
from tests.unit.voting.workspace_model import World, a_rule
from workflows.contracts.activity_inputs import VoteFacts
from workflows.contracts.core import Prepared
from workflows.contracts.decisions import Outcome, Refusal, Stop, Unchecked, Verb
from workflows.contracts.rules import Panel, People, Rule, Ruling, Verdict
from workflows.voting.actions import Action, Check, Explain, Fault, Nudged, Replaced, Turn
from workflows.voting.docket import PATIENCE
from workflows.voting.parsing import Vote
from workflows.voting.protocol import BY_FORCE, NUDGE_PAUSE, Voting

NO = a_vote("U2", approve=False)
NUDGE = a_vote("U4", approve=False, verb=Verb.NUDGE)


def _open(rule: Rule) -> tuple[Voting, World]:
    world = a_world(rule)
    return a_voting(world), world


def _send(voting: Voting, vote: Vote, now: datetime = NOON) -> Sequence[Action]:
    return voting.receive([vote.approve, vote.decision.model_dump(mode="json")], now)


def _check(actions: Sequence[Action]) -> Check:
    (check,) = (it for it in actions if isinstance(it, Check))
    return check


def _facts(check: Check, world: World, digest: str = "digest of 0") -> VoteFacts:
    query = check.what.query
    assert query is not None
    return VoteFacts(eligibilities=world.eligibilities(query), prepared=Prepared(digest=digest))


def test_the_last_yes_is_asked_about_in_one_question() -> None:
    voting, _ = _open(a_rule(1))
    what = _check(_send(voting, a_vote("U1"))).what
    assert what.query is not None
    assert what.call == voting.call
    assert what.conversation


def test_of_a_yes_that_decides_nothing_only_the_voter_is_asked_about() -> None:
    voting, _ = _open(TWO)
    what = _check(_send(voting, a_vote("U1"))).what
    assert what.query is not None
    assert what.call is None
    assert not what.conversation


def test_what_is_no_longer_what_was_shown_is_asked_anew() -> None:
    voting, world = _open(a_rule(1))
    check = _check(_send(voting, a_vote("U1")))
    (told,) = voting.answer(check, _facts(check, world, "digest-1"), NOON)
    assert isinstance(told, Replaced)
    assert voting.ballot.outcome is Outcome.SUPERSEDED
    assert voting.ballot.refused[-1].why is Refusal.OUTDATED


def test_a_yes_waits_for_a_no_and_falls_with_it_if_nobody_knows_whose_it_is() -> None:
    voting, world = _open(a_rule(1))
    yes, no = (_check(_send(voting, it)) for it in (a_vote("U1"), NO))
    (turn,) = voting.answer(yes, _facts(yes, world), NOON)
    assert isinstance(turn, Turn)
    told = voting.unanswered(no, Unchecked.IDENTITY, NOON)
    refused = [it.refused for it in told if isinstance(it, Explain)]
    assert [it.unchecked for it in refused] == [Unchecked.IDENTITY, Unchecked.OBJECTION]
    assert not voting.ballot.closed


@pytest.mark.parametrize(
    ("before", "what"),
    [(NO, Unchecked.OBJECTION), (a_vote("U2"), Unchecked.TURN)],
)
def test_a_vote_whose_turn_does_not_come_is_given_up(before: Vote, what: Unchecked) -> None:
    voting, world = _open(TWO)
    _send(voting, before)
    check = _check(_send(voting, a_vote("U1")))
    (turn,) = voting.answer(check, _facts(check, world), NOON)
    assert isinstance(turn, Turn)
    (told,) = voting.tired(turn.entry, NOON + PATIENCE)
    assert isinstance(told, Explain)
    assert told.refused.unchecked is what


@pytest.mark.parametrize("end", Stop)
def test_a_conversation_that_was_ended_by_force_stops_its_question(end: Stop) -> None:
    voting, world = _open(a_rule(1))
    check = _check(_send(voting, a_vote("U1")))
    facts = _facts(check, world).model_copy(update={"conversation_end": end})
    voting.answer(check, facts, NOON)
    outcome = Outcome.STOPPED if end in BY_FORCE else Outcome.APPROVED
    assert voting.ballot.outcome is outcome


def _review(
    voting: Voting,
    world: World,
    actions: Sequence[Action],
    ruling: Ruling | None,
    problem: str = "",
) -> Sequence[Action]:
    """Find everything out about an edit."""
    while checks := [it for it in actions if isinstance(it, Check)]:
        (check,), query = checks, checks[0].what.query
        eligibilities = world.eligibilities(query) if query else None
        edited = Prepared(problem=problem, digest="digest of 1")
        facts = VoteFacts(eligibilities=eligibilities, edited=edited, ruling=ruling)
        actions = voting.answer(check, facts, NOON)
    return actions


@pytest.mark.parametrize(
    ("ruling", "problem", "why"),
    [
        (None, "Sold out.", "Sold out."),
        (Ruling(verdict=Verdict.DENY, because="Too much."), "", "Too much."),
        (Ruling(verdict=Verdict.ASK), "", ""),
        (None, "", ""),
    ],
)
def test_an_edit_that_cannot_be_asked_for_changes_nothing(
    ruling: Ruling | None, problem: str, why: str
) -> None:
    voting, world = _open(GENEROUS)
    edit = _send(voting, a_vote("U1", arguments="1"))
    (told,) = _review(voting, world, edit, ruling, problem)
    assert isinstance(told, Explain)
    assert (told.refused.why, told.refused.detail) == (Refusal.BAD_EDIT, why)
    assert voting.effective is None


def test_nobody_edits_their_way_around_a_rule() -> None:
    voting, world = _open(GENEROUS)
    lenient = a_rule(1).model_copy(update={"edit": True})
    panel = Panel(who=People(users=("U4",)))
    named = lenient.model_copy(update={"panels": (panel,)})
    edit = _send(voting, a_vote("U4", arguments="1"))
    (told,) = _review(voting, world, edit, Ruling(verdict=Verdict.ASK, rule=named))
    assert isinstance(told, Explain)
    assert told.refused.why is Refusal.NOT_AN_APPROVER
    assert voting.effective is None


def test_a_yes_is_for_what_was_asked_when_it_was_pressed_even_if_it_does_not_say_so() -> None:
    voting, world = _open(GENEROUS)
    edit, yes = _send(voting, a_vote("U1", arguments="1")), _check(_send(voting, a_vote("U2")))
    voting.answer(yes, _facts(yes, world), NOON)
    _review(voting, world, edit, Ruling(verdict=Verdict.ALLOW))
    assert [it.why for it in voting.ballot.refused] == [Refusal.OUTDATED]
    assert [it.decision.by for it in voting.ballot.votes] == [person("U1")]


def test_an_answer_that_says_nothing_is_not_asked_for_again() -> None:
    voting, _ = _open(TWO)
    (told,) = voting.answer(_check(_send(voting, a_vote("U1"))), VoteFacts(), NOON)
    assert isinstance(told, Explain)
    assert told.refused.unchecked is Unchecked.IDENTITY


@pytest.mark.parametrize(
    ("user", "why", "unchecked"),
    [
        ("U1", Refusal.UNVERIFIED, Unchecked.SERVER),
        ("U4", Refusal.NOT_AN_APPROVER, None),  # to whom it is no matter
    ],
)
def test_a_server_that_is_away_is_told_to_those_who_could_approve(
    user: str, why: Refusal, unchecked: Unchecked | None
) -> None:
    voting, world = _open(a_rule(1))
    check = _check(_send(voting, a_vote(user)))
    facts = _facts(check, world).model_copy(update={"prepared": None, "away": "deploys"})
    (told,) = voting.answer(check, facts, NOON)
    assert isinstance(told, Explain)
    assert (told.refused.why, told.refused.unchecked) == (why, unchecked)
    assert told.refused.detail == ("deploys" if unchecked else "")
    assert not voting.ballot.closed


def test_of_an_edit_it_is_told_alike() -> None:
    voting, world = _open(GENEROUS)
    first = _check(_send(voting, a_vote("U1", arguments="1")))
    (review,) = voting.answer(first, _facts(first, world), NOON)
    assert isinstance(review, Check)
    (told,) = voting.answer(review, VoteFacts(away="deploys"), NOON)
    assert isinstance(told, Explain)
    assert (told.refused.unchecked, told.refused.detail) == (Unchecked.SERVER, "deploys")


def test_a_vote_that_is_given_up_wakes_those_that_waited_for_it() -> None:
    rule = a_rule(1, hand_over={"users": ("U2", "U3")})
    voting, world = _open(rule)
    votes = (
        a_vote("U1", approve=False, verb=Verb.HAND_OVER, to=person("U2")),
        a_vote("U2", approve=False, verb=Verb.HAND_OVER, to=person("U3")),
        a_vote("U3", approve=True),
        NO,  # asked about before its voter gets one vote and gives another away
    )
    first, second, yes, no = (_check(_send(voting, it)) for it in votes)
    for check in (first, second, yes):
        actions = voting.answer(check, _facts(check, world), NOON)
    again = _check(actions)
    assert not voting.answer(again, _facts(again, world), NOON)[1:]
    voting.answer(no, _facts(no, world), NOON + PATIENCE)
    assert voting.ballot.outcome is Outcome.APPROVED


@pytest.mark.parametrize("is_over", [True, False])
def test_a_bug_elsewhere_ends_a_vote_in_words_unless_it_has_ended(is_over: bool) -> None:
    voting, world = _open(GENEROUS)
    check = _check(_send(voting, a_vote("U1")))
    if is_over:
        voting.answer(check, _facts(check, world), NOON)
    told = voting.fail(check.entry, KeyError("nobody foresaw this"), NOON)
    assert [type(it) for it in told] == [Fault] if is_over else [Fault, Explain]
    assert [it.why for it in voting.ballot.refused] == ([] if is_over else [Refusal.FAULT])


def test_people_are_nudged_once_in_a_while_and_once_for_each_press() -> None:
    voting, _ = _open(TWO)
    assert [*_send(voting, NUDGE)] == [Nudged(NUDGE.decision)]
    assert not _send(voting, NUDGE)
    second = a_vote("U4", approve=False, verb=Verb.NUDGE, reason="again")
    (told,) = _send(voting, second, NOON + timedelta(minutes=1))
    assert told == Nudged(second.decision, again=NOON + NUDGE_PAUSE)
    assert not _send(voting, NUDGE, NOON + 2 * NUDGE_PAUSE)
