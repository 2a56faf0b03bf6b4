"""One question among four people, and single presses on it, each checked at once."""

from typing import Any, TypeVar

from tests.support.builders import NOON, a_request
from tests.unit.voting.workspace_model import CARD, OLD_CARD, REQUESTER, TEAM, World, a_rule
from workflows.contracts.activity_inputs import VoteFacts
from workflows.contracts.core import Person, Prepared
from workflows.contracts.decisions import Account, Decision, Verb, Via
from workflows.contracts.rules import Rule
from workflows.voting.actions import Check
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote
from workflows.voting.protocol import Voting

SomeVoting = TypeVar("SomeVoting", bound=Voting)

REASON = "The stock is low."
TWO = a_rule(2)
GENEROUS = a_rule(2, hand_over={"users": ("U3",)}, break_glass=("U1",), edit=True, always=True)


def person(user: str) -> Person:
    """Somebody of this workspace."""
    return Person(team=TEAM, user=user)


TO_U3: dict[str, Any] = {"verb": Verb.HAND_OVER, "to": person("U3")}


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


def a_voting(world: World, made_by: type[SomeVoting] = Voting) -> SomeVoting:
    """A question that was just asked, or as the world has it by now."""
    request = a_request()
    call = request.call.model_copy(update={"arguments": "0", "requester": person(REQUESTER)})
    prepared = Prepared(digest=world.digest)
    update = {"call": call, "prepared": prepared, "rule": world.rule}
    voting = made_by(request.model_copy(update=update), lambda: "f4u1t")
    voting.card, voting.lost = CARD, OLD_CARD
    if world.escalated:
        voting.escalate()
    return voting


def after(rule: Rule, *votes: Vote, accounts: dict[str, Account] | None = None) -> Voting:
    """A question to which these votes have come."""
    world = a_world(rule, accounts)
    voting = a_voting(world)
    for vote in votes:
        arrive(voting, vote, world)
    return voting


def arrive(voting: Voting, vote: Vote, world: World) -> Ballot:
    """What comes of a vote if everything about it is found out at once."""
    sent = [vote.approve, vote.decision.model_dump(mode="json")]
    actions = [*voting.receive(sent, NOON)]
    while actions:
        action = actions.pop(0)
        if isinstance(action, Check):
            query = action.what.query
            facts = VoteFacts(
                eligibilities=world.eligibilities(query) if query else None,
                prepared=Prepared(digest=world.digest) if action.what.call else None,
            )
            actions += voting.answer(action, facts, NOON)
    return voting.ballot
