"""Single presses on one ballot among four people."""

from typing import Any

from tests.support.builders import NOON
from tests.unit.ballot.world import CARD, OLD_CARD, REQUESTER, TEAM, World, a_rule
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Decision, Refused, Verb, Via
from workflows.contracts.rules import Rule
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote
from workflows.voting.screening import screen

REASON = "The stock is low."
TWO = a_rule(2)
GENEROUS = a_rule(2, hand_over={"users": ("U3",)}, break_glass=("U1",), edit=True, always=True)


def person(user: str) -> Person:
    """Somebody of this workspace."""
    return Person(team=TEAM, user=user)


def a_vote(user: str = "U1", approve: bool = True, **fields: object) -> Vote:
    """A press by a person, or an operator's signal if there is none."""
    by = person(user) if user else None
    via = Via.BUTTON if user else Via.CLI
    known = {"id": f"{user}:{fields}", "at": NOON, "via": via, "by": by, **fields}
    return Vote(approve, Decision.model_validate(known))


def a_world(rule: Rule, accounts: dict[str, Account] | None = None) -> World:
    """U1 and U2 approve, U3 may be handed a vote, U4 has nothing to say."""
    both = frozenset({0})
    return World(
        rule,
        panels={"U1": both, "U2": both, REQUESTER: both},
        accounts=accounts or {},
        receivers=frozenset({"U3", "U2", REQUESTER}),
    )


def after(rule: Rule, *votes: Vote, accounts: dict[str, Account] | None = None) -> Ballot:
    """A ballot to which these votes have come."""
    world, ballot = a_world(rule, accounts), Ballot(person(REQUESTER), rule, "digest-0")
    for vote in votes:
        ballot = arrive(ballot, vote, world)
    return ballot


def arrive(ballot: Ballot, vote: Vote, world: World) -> Ballot:
    """What comes of a vote whose voter can be looked up."""
    if why := screen(ballot, vote, CARD, OLD_CARD):
        return ballot.refuse(Refused(why=why, at=NOON, decision=vote.decision))
    asked = ballot.asked_about(vote.decision) if ballot.needs_look_up(vote.decision) else ()
    return ballot.cast(vote, world.eligibilities(asked))


TO_U3: dict[str, Any] = {"verb": Verb.HAND_OVER, "to": person("U3")}
