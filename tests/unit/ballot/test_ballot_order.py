"""The order in which approvals arrive, and how often, makes no difference."""

from dataclasses import replace
from itertools import permutations
from random import Random

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.support.builders import NOON
from tests.unit.ballot.chance import GROUPS, SEATS, an_account, some_users
from tests.unit.ballot.world import REQUESTER, TEAM, USERS, World, a_rule, away, most_seats
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, HandOver, Outcome, Verb, Via
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote
from workflows.voting.screening import screen


def _person(user: str) -> Person:
    return Person(team=TEAM, user=user)


def _vote(user: str, at: str = "") -> Vote:
    decision = Decision(id=f"{user}{at}", at=NOON, via=Via.BUTTON, by=_person(user))
    return Vote(True, decision)


def _a_world(chance: Random) -> World:
    """People with more absences and hand-overs than any company has."""
    absences = [
        away(chance.choice(USERS), chance.choice(USERS)) for _ in range(chance.randint(0, 4))
    ]
    rule = a_rule(
        *(chance.choice(SEATS) for _ in range(chance.randint(1, 3))),
        self_approval=chance.random() < 1 / 4,
        solo=chance.random() < 1 / 8,
        absences=tuple(absences),
    )
    return World(
        rule=rule,
        panels={user: chance.choice(GROUPS) for user in USERS},
        accounts={user: an_account(chance) for user in USERS},
        substitutes=some_users(chance),
        escalated=chance.random() < 1 / 4,
        handed={chance.choice(USERS): chance.choice(USERS) for _ in range(chance.randint(0, 2))},
    )


def _ballot(world: World) -> Ballot:
    handed = tuple(
        HandOver(by=_person(by), to=_person(to), at=NOON) for by, to in world.handed.items()
    )
    opened = Ballot(_person(REQUESTER), world.rule, digest=world.digest, handed=handed)
    return replace(opened, escalated=world.escalated)


def _cast(ballot: Ballot, world: World, votes: tuple[Vote, ...]) -> Ballot:
    for vote in votes:
        if not ballot.knows(vote.decision) and screen(ballot, vote) is None:
            people = ballot.asked_about(vote.decision)
            ballot = ballot.cast(vote, world.eligibilities(people))
    return ballot


def _most(world: World, votes: tuple[Vote, ...]) -> int:
    may = [it.decision for it in votes if world.person_may(it.decision, approve=True)]
    return most_seats(tuple(world.claim(it) for it in may), world.needed, frozenset())


@settings(max_examples=300, deadline=None, print_blob=False)
@given(
    seed=st.integers(0, 2**32 - 1), voters=st.lists(st.sampled_from(USERS), max_size=4, unique=True)
)
def test_every_order_with_any_repetition_gives_the_same_outcome_and_seats(
    seed: int, voters: list[str]
) -> None:
    chance = Random(seed)
    world = _a_world(chance)
    note(repr(world))
    votes = tuple(_vote(user) for user in voters)
    most = _most(world, votes)
    expected = Outcome.APPROVED if most == sum(world.needed) else Outcome.PENDING
    for order in permutations(votes):
        once = _cast(_ballot(world), world, order)
        assert (once.outcome, once.reached) == (expected, most)
        seats = sorted(chance.choices(range(len(order) + 1), k=3), reverse=True)
        again = list(order)
        for place in seats:
            again[place:place] = chance.sample(order[:place], min(1, place))
        assert _cast(_ballot(world), world, tuple(again)) == once


@settings(max_examples=200, deadline=None, print_blob=False)
@given(seed=st.integers(0, 2**32 - 1), data=st.randoms(use_true_random=False))
def test_six_people_in_random_orders_agree(seed: int, data: Random) -> None:
    world = _a_world(Random(seed))
    votes = [_vote(user) for user in USERS]
    most = _most(world, tuple(votes))
    for _ in range(6):
        data.shuffle(votes)
        ballot = _cast(_ballot(world), world, tuple(votes))
        assert ballot.reached == most
        assert ballot.closed is (most == sum(world.needed))


def test_who_stands_for_two_leaves_the_one_who_comes_back_their_vote() -> None:
    rule = a_rule(1, 1, absences=(away("U1", "U3"), away("U2", "U3")))
    world = World(rule, panels={"U1": frozenset({0}), "U2": frozenset({1})})
    ballot = _cast(_ballot(world), world, (_vote("U3"),))
    assert [it.instead_of for it in ballot.votes] == ["U1"]
    ballot = _cast(ballot, world, (_vote("U1"),))
    assert [it.instead_of for it in ballot.votes] == ["U2", ""]
    assert ballot.outcome is Outcome.APPROVED


def test_an_approver_who_also_stands_for_another_group_fills_the_seat_that_is_left() -> None:
    rule = a_rule(1, 1, absences=(away("U1", "U2"),))
    world = World(rule, panels={"U1": frozenset({1}), "U2": frozenset({0}), "U3": frozenset({0})})
    ballot = _cast(_ballot(world), world, (_vote("U2"), _vote("U3")))
    assert [it.instead_of for it in ballot.votes] == ["U1", ""]
    assert ballot.outcome is Outcome.APPROVED


def test_nobody_stands_in_for_who_works_alone() -> None:
    rule = a_rule(1, 1, solo=True, absences=(away(REQUESTER, "U3"),))
    world = World(rule, panels={REQUESTER: frozenset({0})})
    assert _cast(_ballot(world), world, (_vote("U3"),)).votes == ()
    assert _cast(_ballot(world), world, (_vote(REQUESTER),)).reached == 1


def test_the_two_of_one_place_are_one() -> None:
    rule = a_rule(2, absences=(away("U1", "U2"),))
    world = World(rule, panels={"U1": frozenset({0})})
    for votes in permutations((_vote("U1"), _vote("U2"))):
        ballot = _cast(_ballot(world), world, votes)
        assert (ballot.outcome, ballot.reached, len(ballot.votes)) == (Outcome.PENDING, 1, 1)


def test_an_account_that_presses_from_two_workspaces_is_one_person() -> None:
    world = World(a_rule(2), panels={"U1": frozenset({0})})
    sister = Person(team="T0BRANCH", user="U1")
    second = Decision(id="second", at=NOON, via=Via.BUTTON, by=sister, verb=Verb.DECIDE)
    ballot = _cast(_ballot(world), world, (_vote("U1"), Vote(True, second)))
    assert (ballot.outcome, ballot.reached) == (Outcome.PENDING, 1)
