"""The order in which approvals arrive, and how often, makes no difference."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON
from tests.support.examples import examples
from tests.unit.voting.presses import a_vote, a_voting, arrive, person
from tests.unit.voting.strategies import worlds
from tests.unit.voting.workspace_model import (
    BRANCH,
    REQUESTER,
    USERS,
    World,
    a_rule,
    away,
    most_seats,
)
from workflows.contracts.core import Person
from workflows.contracts.decisions import HandOver, Outcome
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote

HAND_OVERS = st.dictionaries(st.sampled_from(USERS), st.sampled_from(USERS), max_size=2)


def _after(world: World, *votes: Vote) -> Ballot:
    voting = a_voting(world)
    handed = tuple(
        HandOver(by=person(by), to=person(to), at=NOON) for by, to in world.handed.items()
    )
    voting.ballot = replace(voting.ballot, handed=handed)
    for vote in votes:
        arrive(voting, vote, world)
    return voting.ballot


@examples(200, print_blob=False)
@given(
    world=worlds(),
    is_escalated=st.booleans(),
    handed=HAND_OVERS,
    order=st.lists(st.sampled_from(USERS), max_size=9),
)
def test_every_order_with_any_repetition_gives_the_outcome_and_the_seats_of_their_set(
    world: World, is_escalated: bool, handed: dict[str, str], order: list[str]
) -> None:
    world = replace(world, escalated=is_escalated, handed=handed)
    decisions = [a_vote(user).decision for user in dict.fromkeys(order)]
    claims = tuple(world.claim(it) for it in decisions if world.person_may(it, approve=True))
    most = most_seats(claims, world.needed, frozenset())
    ballot = _after(world, *(a_vote(user) for user in order))
    assert ballot.reached == most
    assert ballot.outcome is (Outcome.APPROVED if most == world.rule.needed else Outcome.PENDING)


def test_who_stands_for_two_leaves_the_one_who_comes_back_their_vote() -> None:
    rule = a_rule(1, 1, absences=(away("U1", "U3"), away("U2", "U3")))
    world = World(rule, panels={"U1": frozenset({0}), "U2": frozenset({1})})
    assert [it.instead_of for it in _after(world, a_vote("U3")).votes] == ["U1"]
    ballot = _after(world, a_vote("U3"), a_vote("U1"))
    assert [it.instead_of for it in ballot.votes] == ["U2", ""]
    assert ballot.outcome is Outcome.APPROVED


def test_an_approver_who_also_stands_for_another_group_fills_the_seat_that_is_left() -> None:
    rule = a_rule(1, 1, absences=(away("U1", "U2"),))
    world = World(rule, panels={"U1": frozenset({1}), "U2": frozenset({0}), "U3": frozenset({0})})
    ballot = _after(world, a_vote("U2"), a_vote("U3"))
    assert [it.instead_of for it in ballot.votes] == ["U1", ""]
    assert ballot.outcome is Outcome.APPROVED


def test_nobody_stands_in_for_who_works_alone() -> None:
    rule = a_rule(1, 1, solo=True, absences=(away(REQUESTER, "U3"),))
    world = World(rule, panels={REQUESTER: frozenset({0})})
    assert _after(world, a_vote("U3")).votes == ()
    assert _after(world, a_vote(REQUESTER)).reached == 1


def test_the_two_of_one_place_are_one() -> None:
    rule = a_rule(2, absences=(away("U1", "U2"),))
    world = World(rule, panels={"U1": frozenset({0})})
    for votes in permutations((a_vote("U1"), a_vote("U2"))):
        ballot = _after(world, *votes)
        assert (ballot.outcome, ballot.reached, len(ballot.votes)) == (Outcome.PENDING, 1, 1)


def test_an_account_that_presses_from_two_workspaces_is_one_person() -> None:
    world = World(a_rule(2), panels={"U1": frozenset({0})})
    from_sister = a_vote("U1", by=Person(team=BRANCH, user="U1"))
    ballot = _after(world, a_vote("U1"), from_sister)
    assert (ballot.outcome, ballot.reached) == (Outcome.PENDING, 1)
