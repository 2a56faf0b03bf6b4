"""What Slack shows of an approval that was not asked in Slack."""

import pytest

from countersign.slack.card import approval_card, card_text
from countersign.slack.listing.row import row_buttons, row_facts
from countersign.slack.people import mentions, names, person
from countersign.slack.reminder import reminder_text
from countersign.slack.request_section import whole_question
from countersign.slack.validate import message_problems
from tests.support.builders import ALICE, BOB, NOON, STRANGER, a_press, from_elsewhere
from tests.unit.slack.cases import FULL_RULE, RULE, STATES, ended, labels, pending, text_of
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome, Verb, Via
from workflows.listing.rows import PendingApproval

NAME = "alice@acme.example (AgentEx)"
ASKED = "alice@acme.example in AgentEx"
EVIL = Person(team="t", user=f"agentex:<!channel> <@U0EVIL> *b* {'x' * 300}\u202e", name="<!here>")


@pytest.mark.parametrize("state", STATES)
def test_every_card_says_who_asked_and_where(state: str) -> None:
    status = from_elsewhere(STATES[state])
    blocks = approval_card(status, "", "main")
    assert message_problems(blocks) == []
    is_open = status.outcome is Outcome.PENDING
    assert (ASKED if is_open else f"asked by {NAME}") in text_of(blocks)
    assert ASKED in text_of(whole_question(status))
    assert "<@agentex" not in text_of(blocks)
    assert "open the thread" not in text_of(blocks)


def test_notifications_and_reminders_say_it_too() -> None:
    status = from_elsewhere(pending())
    assert f"asked by {NAME}" in card_text(status)
    assert f"asked by {NAME}" in reminder_text(Reminder(status=status, number=1))


def test_a_name_that_somebody_chose_elsewhere_is_harmless() -> None:
    status = from_elsewhere(pending(), EVIL)
    blocks = approval_card(status, "", "main")
    told = text_of(blocks) + card_text(status)
    assert message_problems(blocks) == []
    assert not any(it in told for it in ("!channel", "<@U0EVIL>", "*b*", "\u202e", "x" * 100))
    assert "asked by channel @U0EVIL b xxx" in told


def test_nothing_can_be_pressed_that_only_the_requester_could_press() -> None:
    for rule in (RULE, FULL_RULE):
        offered = labels(approval_card(from_elsewhere(pending(rule)), "", "main"))
        assert "Approve" in offered
        assert not any("Withdraw" in it for it in offered)
    expired = ended(Outcome.EXPIRED, decision=None)
    assert "Ask again" in labels(approval_card(expired, "", "main"))
    assert "Ask again" not in labels(approval_card(from_elsewhere(expired), "", "main"))


def test_a_withdrawal_names_who_took_it_back() -> None:
    decision = a_press(STRANGER).model_copy(update={"via": Via.MESSAGE, "verb": Verb.WITHDRAW})
    shown = text_of(approval_card(from_elsewhere(ended(Outcome.WITHDRAWN, decision=decision))))
    assert f"Withdrawn by {NAME}" in shown


def test_a_row_of_a_list_names_who_asked_and_offers_others_to_decide() -> None:
    row = PendingApproval.of(from_elsewhere(pending()), one_tap=True)
    assert f"asked by {NAME}" in text_of([row_facts(row, NOON)])
    assert [it.action_id for it in row_buttons(row, BOB.user)][:2] == [
        "approval_approve",
        "approval_reject",
    ]


def test_ids_among_others_are_named() -> None:
    status = pending()
    assert mentions([STRANGER.user, "U0BOB"]) == f"{NAME}, <@U0BOB>"
    assert names(status.in_force, ["U0BOB"]) == "@Bob Keller"
    assert person(status, STRANGER) == NAME
    assert person(status, ALICE) == "@alice"
