"""What may happen to a ballot and around it, one function for each thing, as chance has it."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.builders import NOON
from tests.unit.ballot.chance import GROUPS, a_random_rule, an_account, often
from tests.unit.ballot.hearing import Circumstances, Hearing, effects
from tests.unit.ballot.world import (
    BRANCH,
    CARD,
    OLD_CARD,
    REQUESTER,
    TEAM,
    USERS,
)
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Outcome, Verb, Via
from workflows.voting.ballot import ended

REASONS = ("The stock is low.", "It is too dear.", "", "  ")
SLACK = (Via.BUTTON, Via.BUTTON, Via.LIST, Via.MODAL, Via.PROMPT)
ASSERTED = ("", "root@host", "U1", "<@U2>", REQUESTER, "alice@host", "U0 and U1")

NOBODY = {"id": "x", "at": NOON.isoformat(), "via": "button"}
ANYBODY = {**NOBODY, "by": {"team": TEAM, "user": "U1"}}
NONSENSE: tuple[list[Any], ...] = (
    [],
    [None],
    [1],
    ["true"],
    [{"success": True}],
    [True, True],
    [True, NOBODY],
    [True, ANYBODY, True],
    [1, ANYBODY],
    [True, {**ANYBODY, "verb": "withdraw"}],
    [True, {**ANYBODY, "via": "cli"}],
    [True, {**ANYBODY, "via": "message"}],
    [True, {**ANYBODY, "via": "rule"}],
    [True, {**ANYBODY, "to": {"team": TEAM, "user": "U2"}}],
)


def step(hearing: Hearing, chance: Random) -> object:
    """One thing that happens, and what it was."""
    (happen,) = chance.choices(tuple(STEPS), tuple(STEPS.values()))
    return happen.__name__, happen(hearing, chance)


def approve(hearing: Hearing, chance: Random) -> object:
    """Somebody presses Approve, on this card or an old one, here or in a sister workspace."""
    return _press(
        hearing,
        chance,
        True,
        via=chance.choice(SLACK),
        card=CARD.ts if often(chance) else chance.choice(("", OLD_CARD)),
        digest=hearing.world.digest[:16] if often(chance) else chance.choice(("", "old")),
        always=not often(chance),
    )


def edit(hearing: Hearing, chance: Random) -> object:
    """Somebody approves other arguments."""
    return _press(
        hearing, chance, True, via=Via.MODAL, arguments="{}", reason=chance.choice(REASONS)
    )


def turn_down(hearing: Hearing, chance: Random) -> object:
    """Somebody rejects, wants changes, withdraws or nudges."""
    verb = chance.choice((Verb.DECIDE, Verb.REQUEST_CHANGES, Verb.WITHDRAW, Verb.NUDGE))
    via = Via.MESSAGE if verb is Verb.WITHDRAW else Via.MODAL
    return _press(hearing, chance, False, verb=verb, via=via, reason=chance.choice(REASONS))


def hand_over(hearing: Hearing, chance: Random) -> object:
    """Somebody gives their vote away."""
    to = Person(team=TEAM, user=chance.choice(USERS))
    return _press(hearing, chance, False, verb=Verb.HAND_OVER, to=to)


def break_glass(hearing: Hearing, chance: Random) -> object:
    """Somebody says that it is an emergency."""
    return _press(hearing, chance, True, verb=Verb.BREAK_GLASS, reason=chance.choice(REASONS))


def operate(hearing: Hearing, chance: Random) -> object:
    """Somebody with a shell sends a signal and says who they are."""
    verb = Verb.DECIDE if often(chance) else chance.choice(tuple(Verb))
    yes = often(chance) if verb is Verb.DECIDE else verb is Verb.BREAK_GLASS
    odd = {} if often(chance) or not yes else chance.choice(({"arguments": "{}"}, {"always": True}))
    return _send(
        hearing,
        yes,
        Circumstances(),
        via=chance.choice((Via.OPERATOR, Via.CLI)),
        asserted=chance.choice(ASSERTED),
        reason=chance.choice(REASONS),
        verb=verb,
        to=Person(team=TEAM, user="U1") if verb is Verb.HAND_OVER else None,
        **odd,
    )


def talk_nonsense(hearing: Hearing, chance: Random) -> object:
    """Something arrives that is no decision."""
    args, before = chance.choice(NONSENSE), hearing.ballot
    hearing.deliver(args)
    assert len(hearing.ballot.refused) == len(before.refused) + 1
    assert effects(hearing.ballot) == effects(before)
    return args


def deliver_again(hearing: Hearing, chance: Random) -> object:
    """A delivery comes a second time, however much later."""
    if not hearing.sent:
        return "nothing yet"
    args, before = chance.choice(hearing.sent), hearing.ballot
    hearing.deliver(args, a_while(hearing, chance))
    assert hearing.ballot == before or args[1]["verb"] == Verb.NUDGE
    assert effects(hearing.ballot) == effects(before)
    return args[1]["id"]


def escalate(hearing: Hearing, _: Random) -> object:
    """Time for the substitutes."""
    hearing.ballot = hearing.ballot.escalate()
    hearing.world.escalated = True
    return "now"


def close(hearing: Hearing, chance: Random) -> object:
    """Time is up, or something else is asked instead."""
    outcome = chance.choice((Outcome.EXPIRED, Outcome.SUPERSEDED, Outcome.FAILED_TO_ASK))
    hearing.ballot = hearing.ballot.close(outcome, ended(outcome, NOON))
    return outcome


def change_somebody(hearing: Hearing, chance: Random) -> object:
    """Somebody joins or leaves groups, or the company."""
    user = chance.choice(USERS)
    hearing.world.panels[user] = chance.choice(GROUPS)
    hearing.world.accounts[user] = an_account(chance)
    return user, hearing.world.panels[user], hearing.world.accounts[user]


STEPS: dict[Callable[[Hearing, Random], object], int] = {
    approve: 24,
    edit: 3,
    turn_down: 4,
    hand_over: 7,
    break_glass: 3,
    operate: 3,
    talk_nonsense: 2,
    deliver_again: 6,
    escalate: 2,
    close: 1,
    change_somebody: 4,
}
"""What may happen, and how often beside the rest."""


def a_while(hearing: Hearing, chance: Random) -> Circumstances:
    """What goes on while Slack is asked, most often nothing."""
    happens = None if often(chance) else chance.choice((close, escalate, None))
    return Circumstances(
        looked_up=often(chance),
        meanwhile=(lambda: happens(hearing, chance)) if happens else None,
        edited_rule=a_random_rule(chance) if often(chance) else None,
    )


def _press(hearing: Hearing, chance: Random, yes: bool, **fields: object) -> object:
    team = TEAM if often(chance) else BRANCH
    by = Person(team=team, user=chance.choice(USERS))
    return _send(hearing, yes, a_while(hearing, chance), by=by, **fields)


def _send(hearing: Hearing, yes: bool, around: Circumstances, **fields: object) -> object:
    known = {"id": f"{len(hearing.sent)}", "at": NOON, "via": Via.BUTTON, **fields}
    decision = Decision.model_validate(known)
    args = [yes, decision.model_dump(mode="json")]
    hearing.sent.append(args)
    hearing.deliver(args, around)
    return yes, decision, around
