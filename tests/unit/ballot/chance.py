"""Workspaces and rules as chance has them; every choice comes from a seed."""

from datetime import timedelta
from random import Random

from tests.unit.ballot.hearing import Hearing
from tests.unit.ballot.world import (
    REQUESTER,
    TEAM,
    USERS,
    World,
    a_rule,
    away,
)
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account
from workflows.contracts.rules import Rule
from workflows.voting.ballot import Ballot

SEATS = (1, 1, 1, 2, 2, 3)
GROUPS = tuple(frozenset(some) for some in ((), (0,), (0,), (0, 1), (0, 1), (1,), (1, 2), (0, 2)))


def often(chance: Random) -> bool:
    """Seven times of eight."""
    return chance.random() < 7 / 8


def a_random_rule(chance: Random) -> Rule:
    """Any rule, most often one that can be met."""
    absences = [
        away(
            chance.choice(USERS), chance.choice(USERS), since=timedelta(days=chance.randint(-1, 1))
        )
        for _ in range(chance.randint(0, 3))
    ]
    return a_rule(
        *(chance.choice(SEATS) for _ in range(chance.randint(1, 3))),
        self_approval=not often(chance),
        solo=not often(chance),
        operator=often(chance),
        from_slack=often(chance),
        edit=often(chance),
        always=chance.random() < 0.5,
        reason_required=chance.random() < 0.5,
        hand_over={"users": ("U1",) if often(chance) else ()},
        break_glass=chance.choice(((), ("U1",), ("U2", REQUESTER))),
        absences=tuple(absences),
    )


def a_hearing(chance: Random) -> Hearing:
    """A ballot that has just been opened among random people."""
    world = World(
        rule=a_random_rule(chance),
        panels={user: chance.choice(GROUPS) for user in USERS},
        accounts={user: an_account(chance) for user in USERS},
        substitutes=some_users(chance),
        receivers=some_users(chance),
    )
    requester = Person(team=TEAM, user=REQUESTER)
    return Hearing(Ballot(requester, rule=world.rule, digest=world.digest), world)


def an_account(chance: Random) -> Account:
    """Most are members."""
    return Account.MEMBER if often(chance) else chance.choice(tuple(Account))


def some_users(chance: Random) -> frozenset[str]:
    """Up to four."""
    return frozenset(chance.sample(USERS, chance.randint(0, 4)))
