"""Cards that offer buttons although their approval has ended."""

import pytest

from bot.views.actions import APPROVE, LIST, PROMPT, REJECT, Place
from bot.views.card import approval_card, card_text
from tests.unit.bot.desk import Desk
from tests.unit.bot.fake_slack import parsed
from tests.unit.bot.standins import APPROVAL, DIGEST, a_press, ended, ruled
from workflows.approvals import ApprovalStatus
from workflows.client import ApprovalClosedError
from workflows.decisions import Execution, Outcome


def too_late(desk: Desk, status: ApprovalStatus) -> None:
    desk.votes.known[APPROVAL] = status
    desk.votes.undecidable = ApprovalClosedError(APPROVAL, status)


async def test_a_press_on_a_stale_card_rewrites_it_from_the_state(desk: Desk) -> None:
    status = ended(ruled(), Outcome.REJECTED)
    too_late(desk, status)
    await desk.deliver(a_press(APPROVE))
    (given,) = desk.slack.given("chat.update")

    assert (given["channel"], given["ts"], given["text"]) == ("C0OPS", "2.0", card_text(status))
    assert parsed(given["blocks"]) == [it.to_dict() for it in approval_card(status, "", "main")]
    assert "Too late" in desk.told()


async def test_a_dialog_that_comes_too_late_heals_its_card_too(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = ended(ruled(), Outcome.EXPIRED, None)
    await desk.deliver(a_press(REJECT))

    assert len(desk.slack.given("chat.update")) == 1
    assert "Too late" in desk.told()


async def test_a_card_of_before_there_were_rules_names_no_installation(desk: Desk) -> None:
    status = ended(ruled(), Outcome.EXPIRED, None)
    request = status.request.model_copy(update={"rule": None})
    status = status.model_copy(update={"request": request})
    too_late(desk, status)
    await desk.deliver(a_press(APPROVE, place=Place("decide")))
    (given,) = desk.slack.given("chat.update")

    assert parsed(given["blocks"]) == [it.to_dict() for it in approval_card(status)]


@pytest.mark.parametrize("execution", [Execution.NOT_STARTED, Execution.RUNNING])
async def test_what_is_being_carried_out_is_drawn_by_its_workflow(
    desk: Desk, execution: Execution
) -> None:
    status = ended(ruled(), Outcome.APPROVED).model_copy(update={"execution": execution})
    too_late(desk, status)
    await desk.deliver(a_press(APPROVE))

    assert desk.slack.given("chat.update") == []


async def test_what_was_ended_by_force_says_nothing_that_a_card_could(desk: Desk) -> None:
    too_late(desk, ruled())
    await desk.deliver(a_press(APPROVE))
    desk.votes.undecidable = ApprovalClosedError(APPROVAL, None)
    await desk.deliver(a_press(APPROVE))

    assert desk.slack.given("chat.update") == []


@pytest.mark.parametrize("kind", [LIST, PROMPT])
async def test_only_cards_are_rewritten_as_cards(desk: Desk, kind: str) -> None:
    too_late(desk, ended(ruled(), Outcome.REJECTED))
    await desk.deliver(a_press(APPROVE, place=Place(kind, 0, DIGEST[:16], "main", "x")))

    assert desk.slack.given("chat.update") == []
    assert "Too late" in desk.told()


async def test_a_card_that_slack_does_not_let_us_rewrite_is_still_answered(desk: Desk) -> None:
    too_late(desk, ended(ruled(), Outcome.REJECTED))
    desk.slack.refuses("chat.update", "message_not_found")
    assert (await desk.deliver(a_press(APPROVE))).status == 200

    assert "Too late" in desk.told()
