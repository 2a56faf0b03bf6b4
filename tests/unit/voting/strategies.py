"""Workspaces, rules and presses as Hypothesis draws them, most often those of an ordinary day."""

from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st

from tests.support.builders import NOON
from tests.unit.voting.workspace_model import (
    BRANCH,
    CARD,
    OLD_CARD,
    REQUESTER,
    TEAM,
    USERS,
    World,
    away,
)
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Stop, Verb, Via
from workflows.contracts.rules import (
    Absence,
    Escalation,
    Panel,
    People,
    Rule,
    Ruling,
    Verdict,
)

Some = TypeVar("Some")

GROUPS = st.sampled_from([frozenset(it) for it in ((0,), (0, 1), (1,), (0, 2), (0, 1, 2), ())])
SOME_USERS = st.frozensets(st.sampled_from(USERS), max_size=4)
REASONS = st.sampled_from(("The stock is low.", "It is too dear.", "No.", " "))


def mostly(usual: Some, *others: Some) -> st.SearchStrategy[Some]:
    """The usual, seven times of eight."""
    return st.integers(0, 7).flatmap(
        lambda it: st.sampled_from(others) if it == 3 else st.just(usual)
    )


ACCOUNTS = mostly(Account.MEMBER, *Account)


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    """Somebody is away since yesterday or now, or from tomorrow on."""
    user, delegate = draw(st.sampled_from(USERS)), draw(st.sampled_from(USERS))
    return away(user, delegate, since=timedelta(days=draw(st.integers(-1, 1))))


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Those of a group, and sometimes somebody by name."""
    users = draw(st.sampled_from(((), (), (), ("U1",), ("U2", REQUESTER))))
    return Panel(who=People(users=users, groups=("S0",)), needed=draw(mostly(1, 2)))


ODDITIES: tuple[dict[str, bool], ...] = (
    *({"self_approval": True}, {"solo": True}, {"operator": False}),
    *({"from_slack": False}, {"edit": False}),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule, most often one that can be met."""
    escalated = People(users=draw(st.sampled_from(((), ("U4",)))), groups=("S9",))
    known = Rule(
        name="r",
        panels=draw(st.lists(panels(), min_size=1, max_size=draw(mostly(2, 3))).map(tuple)),
        edit=True,
        always=draw(st.booleans()),
        reason_required=draw(st.booleans()),
        hand_over=draw(mostly(People(users=("U1",)), People())),
        break_glass=draw(st.sampled_from(((), ("U1",), ("U2", REQUESTER)))),
        absences=draw(st.lists(absences(), max_size=3).map(tuple)),
        escalation=Escalation(after=timedelta(hours=1), to=escalated),
        expires_after=draw(mostly(timedelta(days=1), timedelta(seconds=20))),
    )
    return known.model_copy(update=draw(mostly({}, *ODDITIES)))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """People who may or may not be what the rule asks for."""
    rule = draw(rules())
    assert rule.expires_after is not None
    return World(
        rule=rule,
        panels=draw(st.fixed_dictionaries(dict.fromkeys(USERS, GROUPS))),
        accounts=draw(st.fixed_dictionaries(dict.fromkeys(USERS, ACCOUNTS))),
        substitutes=draw(SOME_USERS),
        receivers=draw(mostly(frozenset(USERS), frozenset())),
        deadline=NOON + rule.expires_after,
    )


PLACES = st.fixed_dictionaries(
    {
        "via": st.sampled_from((Via.BUTTON, Via.BUTTON, Via.LIST, Via.MODAL, Via.PROMPT)),
        "card": mostly(CARD.ts, "", OLD_CARD),
    }
)
"""What was pressed."""


ANY = st.integers(0, 20)
"""Which of those that there are."""
AT_ONCE = st.booleans()
"""Whether what is asked about a press is answered before anything else happens."""
PEOPLE = st.builds(Person, team=mostly(TEAM, BRANCH), user=st.sampled_from(USERS))
OBJECTIONS = st.sampled_from(
    (Verb.DECIDE, Verb.DECIDE, Verb.REQUEST_CHANGES, Verb.NUDGE, Verb.WITHDRAW)
)
RULINGS = st.one_of(
    st.builds(Ruling, verdict=st.just(Verdict.ASK), rule=rules()),
    st.sampled_from([Ruling(verdict=Verdict.ALLOW), Ruling(verdict=Verdict.DENY, because="No.")]),
)
ASSERTED = st.sampled_from(("", "root@host", "U1", "<@U2>", REQUESTER))
ODD_ANSWERS = st.sampled_from(
    (
        {},
        *({"is_drifted": True}, {"problem": "Sold out."}),
        *({"end": end} for end in (Stop.TERMINATED, Stop.GONE, "completed")),
        *({"lacks": part} for part in ("eligibilities", "prepared", "edited")),
    )
)

SIGNALS = st.sampled_from(([True], [True], [False], [], [1], ["true"], [True, {}], [True, True]))
"""What is sent from a command line."""
