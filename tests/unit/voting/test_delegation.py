"""Who may act in whose place."""

from typing import Any

import pytest

from tests.support.builders import NOON
from tests.unit.voting.presses import person
from tests.unit.voting.workspace_model import BRANCH, REQUESTER, a_rule, away
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Eligibility, HandOver
from workflows.voting.delegation import Delegation
from workflows.voting.quorum import Seat

AWAY = {"absences": (away("U1", "U4"), away(REQUESTER, "U4"), away("U4", "U4"))}


def _delegation(*handed: tuple[str, str], **fields: Any) -> Delegation:
    given = (HandOver(by=person(by), to=person(to), at=NOON) for by, to in handed)
    return Delegation(a_rule(1, 1, **fields), person(REQUESTER), tuple(given))


@pytest.mark.parametrize(
    ("delegation", "users"),
    [
        pytest.param(_delegation(), [], id="nobody is away"),
        pytest.param(_delegation(**AWAY), ["U1"], id="never the requester, who may not decide"),
        pytest.param(_delegation(("U1", "U4"), **AWAY), ["U1"], id="each once"),
        pytest.param(_delegation(("U2", "U4"), **AWAY), ["U1", "U2"], id="away, or handed over"),
        pytest.param(_delegation(("U2", "U3"), **AWAY), ["U1"], id="handed to somebody else"),
        pytest.param(
            _delegation(self_approval=True, **AWAY), ["U1", REQUESTER], id="who may decide it"
        ),
        pytest.param(_delegation(solo=True, **AWAY), ["U1"], id="nobody for who works alone"),
    ],
)
@pytest.mark.parametrize("voter", [person("U4"), Person(team=BRANCH, user="U4")])
def test_somebody_acts_for_whoever_is_away_or_handed_over(
    delegation: Delegation, users: list[str], voter: Person
) -> None:
    assert [it.user for it in delegation.delegators(voter, NOON)] == users


@pytest.mark.parametrize(
    ("receiver", "may"),
    [("U3", True), ("U1", False), ("U2", False), ("U5", False), (REQUESTER, False)],
)
def test_a_vote_goes_to_somebody_uninvolved_who_has_theirs(receiver: str, may: bool) -> None:
    delegation = _delegation(("U2", "U4"))
    assert delegation.may_receive(person(receiver), person("U1"), [person("U5")]) is may


def test_nobody_receives_nothing() -> None:
    assert not _delegation().may_receive(None, person("U1"), [])


@pytest.mark.parametrize(
    ("is_escalated", "account", "seat"),
    [
        (False, Account.MEMBER, Seat("U1", (1,))),
        (True, Account.MEMBER, Seat("U1", (0, 1), escalated=True)),
        (True, Account.GUEST, None),
        (True, Account.DEACTIVATED, None),
    ],
)
def test_after_an_escalation_to_them_somebody_counts_in_every_panel(
    is_escalated: bool, account: Account, seat: Seat | None
) -> None:
    delegation = Delegation(a_rule(1, 1), person(REQUESTER), escalated=is_escalated)
    known = Eligibility(user="U1", account=account, panels=(1,), escalated=True)
    assert delegation.seat_of(known) == seat


def test_who_is_in_no_panel_has_no_seat() -> None:
    assert _delegation().seat_of(Eligibility(user="U4", escalated=True)) is None
