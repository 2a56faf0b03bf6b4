"""Why a vote does not count, one row for each way, and that nothing else comes of it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.support.builders import NOON
from tests.unit.voting.oracle import effects
from tests.unit.voting.presses import (
    GENEROUS,
    REASON,
    TO_U3,
    TWO,
    a_vote,
    a_world,
    after,
    arrive,
    person,
)
from tests.unit.voting.workspace_model import OLD_CARD, REQUESTER, a_rule, away
from workflows.contracts.decisions import Account, Outcome, Refusal, Refused, Verb
from workflows.contracts.rules import Panel, People, Rule
from workflows.voting.parsing import Vote

ELSEWHERE = frozenset(
    {
        *(Refusal.MALFORMED, Refusal.BAD_EDIT),
        *(Refusal.TOO_LATE, Refusal.TOO_OFTEN, Refusal.FAULT),
    }
)
"""Said of what cannot be read, of edits, and of what comes too late or too often."""


@dataclass(frozen=True)
class Case:
    """One vote that does not count."""

    why: Refusal
    vote: Vote
    rule: Rule = TWO
    earlier: tuple[Vote, ...] = ()
    account: Account = Account.MEMBER


CASES = {
    "a vote after the outcome": Case(
        Refusal.CLOSED, a_vote("U2"), earlier=(a_vote("U1", approve=False),)
    ),
    "a press on a deleted card": Case(Refusal.STALE_CARD, a_vote(card=OLD_CARD)),
    "a press on a message that is not the card": Case(Refusal.STALE_CARD, a_vote(card="9.9")),
    "the requester's own approval": Case(Refusal.OWN_REQUEST, a_vote(REQUESTER)),
    "the requester's own rejection": Case(Refusal.OWN_REQUEST, a_vote(REQUESTER, approve=False)),
    "the requester breaking glass": Case(
        Refusal.OWN_REQUEST,
        a_vote(REQUESTER, verb=Verb.BREAK_GLASS, reason=REASON),
        rule=a_rule(2, break_glass=(REQUESTER,)),
    ),
    "breaking glass with other arguments under a rule without edits": Case(
        Refusal.NO_EDITS,
        a_vote(verb=Verb.BREAK_GLASS, reason=REASON, arguments="{}"),
        rule=a_rule(2, break_glass=("U1",)),
    ),
    "the requester as a colleague's delegate": Case(
        Refusal.OWN_REQUEST, a_vote(REQUESTER), rule=a_rule(1, absences=(away("U1", REQUESTER),))
    ),
    "the requester's delegate in the requester's place": Case(
        Refusal.NOT_AN_APPROVER, a_vote("U4"), rule=a_rule(1, absences=(away(REQUESTER, "U4"),))
    ),
    "an outsider's approval": Case(Refusal.NOT_AN_APPROVER, a_vote("U4")),
    "an outsider's rejection": Case(Refusal.NOT_AN_APPROVER, a_vote("U4", approve=False)),
    "a bot's approval": Case(Refusal.NOT_AN_APPROVER, a_vote(), account=Account.BOT),
    "a delegate after the absent person's own vote": Case(
        Refusal.NOT_AN_APPROVER,
        a_vote("U4"),
        rule=a_rule(2, absences=(away("U1", "U4"),)),
        earlier=(a_vote("U1"),),
    ),
    "a delegate of somebody who has left the company": Case(
        Refusal.NOT_AN_APPROVER,
        a_vote("U4"),
        rule=a_rule(2, absences=(away("U1", "U4"),)),
        account=Account.DEACTIVATED,
    ),
    "one person's second approval": Case(
        Refusal.ALREADY_VOTED, a_vote("U1", reason=REASON), earlier=(a_vote("U1"),)
    ),
    "an approval by somebody who handed over": Case(
        Refusal.HANDED_OVER,
        a_vote(),
        rule=GENEROUS,
        earlier=(a_vote("U1", approve=False, **TO_U3),),
    ),
    "an approval by somebody whose delegate has approved": Case(
        Refusal.HANDED_OVER,
        a_vote(),
        rule=a_rule(2, absences=(away("U1", "U4"),)),
        earlier=(a_vote("U4"),),
    ),
    "a guest": Case(Refusal.GUEST, a_vote(), account=Account.GUEST),
    "somebody of another company": Case(Refusal.EXTERNAL, a_vote(), account=Account.EXTERNAL),
    "a deactivated account": Case(Refusal.DEACTIVATED, a_vote(), account=Account.DEACTIVATED),
    "a guest who is named for emergencies": Case(
        Refusal.GUEST,
        a_vote(verb=Verb.BREAK_GLASS, reason=REASON),
        rule=GENEROUS,
        account=Account.GUEST,
    ),
    "a press where Slack may not decide": Case(
        Refusal.NOT_FROM_SLACK, a_vote(), rule=a_rule(1, from_slack=False)
    ),
    "an operator where none may decide": Case(
        Refusal.NO_OPERATORS, a_vote(""), rule=a_rule(1, operator=False)
    ),
    "an operator's rejection where none may decide": Case(
        Refusal.NO_OPERATORS, a_vote("", approve=False), rule=a_rule(1, operator=False)
    ),
    "an operator as one of two": Case(Refusal.OPERATOR_IS_NOBODY, a_vote("", asserted="U2")),
    "an operator as the second": Case(
        Refusal.OPERATOR_IS_NOBODY, a_vote("", asserted="root@host"), earlier=(a_vote("U1"),)
    ),
    "a rejection without the reason that the rule asks for": Case(
        Refusal.NEEDS_REASON,
        a_vote(approve=False, reason="  "),
        rule=a_rule(1, reason_required=True),
    ),
    "changes that nobody describes": Case(
        Refusal.NEEDS_REASON, a_vote(approve=False, verb=Verb.REQUEST_CHANGES)
    ),
    "changes that no operator describes": Case(
        Refusal.NEEDS_REASON, a_vote("", approve=False, verb=Verb.REQUEST_CHANGES)
    ),
    "an emergency without a reason": Case(
        Refusal.NEEDS_REASON, a_vote(verb=Verb.BREAK_GLASS, reason=" "), rule=GENEROUS
    ),
    "a withdrawal by somebody else": Case(
        Refusal.NOT_THE_REQUESTER, a_vote(approve=False, verb=Verb.WITHDRAW)
    ),
    "an edit where none is allowed": Case(Refusal.NO_EDITS, a_vote(arguments="{}")),
    "an operator's edit": Case(Refusal.NO_EDITS, a_vote("", arguments="{}"), rule=a_rule(1)),
    "a lasting permission where none is allowed": Case(Refusal.NO_GRANTS, a_vote(always=True)),
    "an operator's lasting permission": Case(
        Refusal.NO_GRANTS, a_vote("", always=True), rule=a_rule(1)
    ),
    "a hand-over where none is allowed": Case(Refusal.NO_HAND_OVER, a_vote(approve=False, **TO_U3)),
    "a hand-over to somebody who is not named": Case(
        Refusal.NO_HAND_OVER,
        a_vote(approve=False, verb=Verb.HAND_OVER, to=person("U4")),
        rule=GENEROUS,
    ),
    "a hand-over to the requester": Case(
        Refusal.NO_HAND_OVER,
        a_vote(approve=False, verb=Verb.HAND_OVER, to=person(REQUESTER)),
        rule=GENEROUS,
    ),
    "a hand-over to oneself": Case(
        Refusal.NO_HAND_OVER,
        a_vote(approve=False, verb=Verb.HAND_OVER, to=person("U1")),
        rule=GENEROUS,
    ),
    "a hand-over to somebody who has voted": Case(
        Refusal.NO_HAND_OVER,
        a_vote(approve=False, verb=Verb.HAND_OVER, to=person("U2")),
        rule=GENEROUS,
        earlier=(a_vote("U2"),),
    ),
    "a hand-over of a vote that is used": Case(
        Refusal.NO_HAND_OVER,
        a_vote(approve=False, **TO_U3),
        rule=GENEROUS,
        earlier=(a_vote("U1"),),
    ),
    "an operator's hand-over": Case(
        Refusal.NO_HAND_OVER, a_vote("", approve=False, **TO_U3), rule=a_rule(1)
    ),
    "a received vote that is passed on": Case(
        Refusal.NOT_AN_APPROVER,
        a_vote("U3", approve=False, verb=Verb.HAND_OVER, to=person("U2")),
        rule=GENEROUS,
        earlier=(a_vote("U1", approve=False, **TO_U3),),
    ),
    "an emergency declared by somebody who is not named": Case(
        Refusal.NO_BREAK_GLASS, a_vote("U2", verb=Verb.BREAK_GLASS, reason=REASON), rule=GENEROUS
    ),
    "an operator's emergency": Case(
        Refusal.NO_BREAK_GLASS, a_vote("", verb=Verb.BREAK_GLASS, reason=REASON), rule=a_rule(1)
    ),
    "an approval of what is no longer asked": Case(Refusal.OUTDATED, a_vote(digest="digest-9")),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_does_not_count_is_on_the_record_and_changes_nothing_else(case: Case) -> None:
    accounts = {"U1": case.account}
    voting = after(case.rule, *case.earlier, accounts=accounts)
    before = voting.ballot
    assert not before.refused
    now = arrive(voting, case.vote, a_world(case.rule, accounts))
    assert now.refused[-1].why is case.why
    assert now.refused[-1].decision == case.vote.decision
    assert effects(now) == effects(before)


def test_a_no_by_whom_the_rule_names_needs_nobody_to_say_who_they_are() -> None:
    named = a_rule(1, escalation={"after": timedelta(hours=1), "to": {"users": ("U9",)}})
    panel = Panel(who=People(users=("U1",), groups=("S1",)))
    ballot = after(named.model_copy(update={"panels": (panel,)})).ballot
    assert ballot.stands_at_once(a_vote("U1", approve=False))
    assert ballot.stands_at_once(a_vote(REQUESTER, approve=False, verb=Verb.WITHDRAW))
    assert not ballot.stands_at_once(a_vote("U2", approve=False))
    assert not ballot.stands_at_once(a_vote("U1"))
    assert not ballot.stands_at_once(a_vote("U9", approve=False))
    assert ballot.escalate().stands_at_once(a_vote("U9", approve=False))
    rejected = ballot.cast(
        vote := a_vote("U1", approve=False), ballot.known_eligibilities(vote.decision)
    )
    assert rejected.outcome is Outcome.REJECTED


def test_the_record_of_refusals_does_not_grow_with_what_somebody_writes() -> None:
    long = a_vote(id="long", reason="r" * 4_000, arguments="a" * 50_000)
    refused = Refused(why=Refusal.NO_EDITS, at=NOON, decision=long.decision, detail="d" * 4_000)
    kept = after(GENEROUS).ballot.refuse(refused).refused[-1]
    assert len(kept.model_dump_json()) < 3_000
    assert kept.decision is not None
    assert kept.decision.id == long.decision.id


def test_there_is_a_row_for_every_refusal_of_the_ballot() -> None:
    assert {case.why for case in CASES.values()} | {Refusal.UNVERIFIED} == set(Refusal) - ELSEWHERE
