"""A vote that cannot count, whoever made it; the tests of the ballot have the others."""

import pytest

from tests.support.builders import ALICE, ANYBODY, a_press
from workflows.contracts.approvals import Card
from workflows.contracts.decisions import Refusal
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote
from workflows.voting.screening import screen


@pytest.mark.parametrize("card", [Card(channel="C0OPS", ts="1.0"), None], ids=["known", "none yet"])
def test_a_press_on_a_card_that_was_deleted_does_not_count(card: Card | None) -> None:
    ballot, vote = Ballot(ALICE, ANYBODY), Vote(approve=True, decision=a_press(card="1.0"))
    assert screen(ballot, vote, card) is None
    assert screen(ballot, vote, card, lost="1.0") is Refusal.STALE_CARD
