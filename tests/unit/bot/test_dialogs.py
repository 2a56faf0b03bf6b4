"""Buttons that open a modal: which, on top of what, and when not."""

import json
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from countersign.slack.actions import (
    ALWAYS,
    BREAK_GLASS,
    DETAILS,
    EDIT,
    HAND_OVER,
    MODALS,
    REJECT,
    REQUEST_CHANGES,
    REVIEW,
    VIEW,
    Place,
)
from countersign.slack.modals.meta import Meta
from tests.builders import ALICE, BOB, NOON
from tests.unit.bot.desk import Desk
from tests.unit.bot.fake_slack import parsed
from tests.unit.bot.standins import (
    APPROVAL,
    CARD,
    DIGEST,
    a_choice,
    a_press,
    approved_by,
    ended,
    ruled,
)
from workflows.contracts.core import Person
from workflows.contracts.decisions import HandOver, Outcome, Via
from workflows.contracts.rules import People

ASKING = [REJECT, REQUEST_CHANGES, REVIEW, EDIT, ALWAYS, HAND_OVER, BREAK_GLASS]
FREE: dict[str, Any] = {
    "edit": True,
    "always": True,
    "hand_over": People(users=("U0DAVE",)),
    "break_glass": ("U0BOB",),
}


@pytest.fixture(autouse=True)
def _a_rule_that_allows_everything(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = ruled(**FREE)


@pytest.mark.parametrize("action", [*ASKING, DETAILS])
async def test_a_button_opens_its_modal_and_decides_nothing(desk: Desk, action: str) -> None:
    view = await desk.open(a_press(action))
    assert view["callback_id"] == MODALS[action]
    assert Meta.load(view["private_metadata"]) == Meta(
        approval_ids=(APPROVAL,),
        channel="C0OPS",
        message_ts="2.0",
        digest=DIGEST,
        via="decide",
        thread_ts="1.0",
    )
    assert desk.slack.given("views.open")[0]["trigger_id"] == "1.2.abc"
    assert desk.votes.decided == []


@pytest.mark.parametrize("action", [*ASKING, DETAILS])
async def test_an_option_of_the_menu_opens_the_same(desk: Desk, action: str) -> None:
    view = await desk.open(a_choice(f"{action}|{APPROVAL}"))
    assert view["callback_id"] == MODALS[action]


async def test_a_button_in_a_modal_opens_another_on_top(desk: Desk) -> None:
    body = a_press(REJECT, place=Place(VIEW, deployment="main"), view={"id": "V", "type": "modal"})
    await desk.deliver(body)
    assert desk.slack.methods == ["views.push"]


@pytest.mark.parametrize("action", ASKING)
async def test_a_modal_for_what_has_ended_is_not_opened(desk: Desk, action: str) -> None:
    desk.votes.known[APPROVAL] = ended(ruled(**FREE), Outcome.WITHDRAWN, ALICE)
    await desk.deliver(a_press(action))
    for part in ("Too late", "withdrawn", "<@U0ALICE>", "<!date^", "Open the card"):
        assert part in desk.told()
    assert desk.slack.given("views.open") == []


async def test_what_has_ended_can_be_looked_at(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = ended(ruled(), Outcome.REJECTED)
    view = await desk.open(a_press(DETAILS, by=ALICE))
    assert view["callback_id"] == MODALS[DETAILS]
    assert "submit" not in view


@pytest.mark.parametrize("action", ASKING)
async def test_who_asked_is_told_so_before_a_modal_is_filled_in(desk: Desk, action: str) -> None:
    await desk.deliver(a_press(action, by=ALICE))
    assert "You asked for this yourself" in desk.told()
    assert "views.open" not in desk.slack.methods


async def test_who_asked_decides_where_the_rule_lets_them(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = ruled(self_approval=True)
    view = await desk.open(a_press(REJECT, by=ALICE))
    assert view["callback_id"] == MODALS[REJECT]


@pytest.mark.parametrize("action", [REVIEW, ALWAYS])
async def test_who_has_approved_is_told_so(desk: Desk, action: str) -> None:
    desk.votes.known[APPROVAL] = approved_by(ruled(**FREE), BOB)
    await desk.deliver(a_press(action))
    assert "counted already" in desk.told()


async def test_who_has_approved_may_still_change_their_mind(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = approved_by(ruled(), BOB)
    view = await desk.open(a_press(REJECT))
    assert view["callback_id"] == MODALS[REJECT]


async def test_who_handed_their_vote_over_is_told_so(desk: Desk) -> None:
    handed = HandOver(by=BOB, to=Person(team="T0ACME", user="U0DAVE"), at=NOON)
    desk.votes.known[APPROVAL] = ruled(**FREE).model_copy(update={"handed": (handed,)})
    await desk.deliver(a_press(REVIEW))
    assert "handed over" in desk.told()


@pytest.mark.parametrize("action", ASKING)
async def test_what_is_not_decided_in_slack_says_where_it_is(desk: Desk, action: str) -> None:
    desk.votes.known[APPROVAL] = ruled(**FREE, from_slack=False)
    await desk.deliver(a_press(action))
    assert "countersign approve" in desk.told()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (EDIT, "does not let anybody change"),
        (ALWAYS, "every single call"),
        (HAND_OVER, "can't be handed over"),
        (BREAK_GLASS, "break the glass"),
    ],
)
async def test_what_the_rule_does_not_allow_is_not_opened(
    desk: Desk, action: str, words: str
) -> None:
    desk.votes.known[APPROVAL] = ruled()
    await desk.deliver(a_press(action))
    assert words in desk.told()
    assert "views.open" not in desk.slack.methods


async def test_a_button_of_a_card_that_was_replaced_opens_nothing(desk: Desk) -> None:
    body = a_press(REJECT)
    body["container"]["message_ts"] = "1.9"
    await desk.deliver(body)
    assert "card was replaced" in desk.told()


async def test_the_modal_shows_what_is_asked_now_and_so_does_its_digest(desk: Desk) -> None:
    body = a_press(REVIEW, place=Place("decide", 0, "f" * 16, "main"))
    view = await desk.open(body)
    assert Meta.load(view["private_metadata"]).digest == DIGEST


@pytest.mark.parametrize("code", ["unknown_method", "http_404"])
async def test_a_slack_without_modals_can_still_reject(desk: Desk, code: str) -> None:
    desk.slack.refuses("views.open", code)
    assert (await desk.deliver(a_press(REJECT))).status == 200
    approve, decision = desk.decision()
    assert not approve
    assert (decision.via, decision.card, decision.reason) == (Via.BUTTON, "2.0", "")
    assert desk.whispers() == []


async def test_a_slack_that_sends_no_trigger_can_still_reject(desk: Desk) -> None:
    body = a_press(REJECT)
    del body["trigger_id"]
    await desk.deliver(body)
    approve, _ = desk.decision()
    assert not approve
    assert desk.slack.methods == []


@pytest.mark.parametrize("action", [*ASKING[1:], DETAILS])
async def test_a_slack_without_modals_is_told_so_for_the_rest(desk: Desk, action: str) -> None:
    desk.slack.refuses("views.open", "unknown_method")
    await desk.deliver(a_press(action))
    assert "no dialogs" in desk.told()
    assert desk.votes.decided == []


@pytest.mark.parametrize("action", ASKING)
async def test_a_modal_that_does_not_open_decides_nothing(desk: Desk, action: str) -> None:
    desk.slack.refuses("views.open", "expired_trigger_id")
    await desk.deliver(a_press(action))
    assert "`expired_trigger_id`" in desk.told()
    assert "Please press again" in desk.told()
    assert desk.votes.decided == []


@pytest.mark.parametrize(
    "error",
    [RPCError("away", RPCStatusCode.DEADLINE_EXCEEDED, b""), WorkflowQueryFailedError("no")],
    ids=["away", "query"],
)
async def test_a_modal_is_not_opened_without_knowing_what_is_asked(
    desk: Desk, error: Exception
) -> None:
    desk.votes.unread = error
    await desk.deliver(a_press(REJECT))
    assert "can't reach my memory" in desk.told()
    assert desk.votes.decided == []


async def test_an_approval_that_is_not_known_here_may_be_elsewhere(desk: Desk) -> None:
    await desk.deliver(a_press(REVIEW, "approval-000000000000"))
    assert "another installation" in desk.told()


async def test_an_approval_from_before_there_were_rules_can_be_rejected(desk: Desk) -> None:
    status = desk.votes.known[APPROVAL]
    request = status.request.model_copy(update={"rule": None})
    desk.votes.known[APPROVAL] = status.model_copy(update={"request": request})
    view = await desk.open(a_press(REJECT, by=ALICE))
    assert view["callback_id"] == MODALS[REJECT]


async def test_what_slack_is_given_is_a_view(desk: Desk) -> None:
    await desk.deliver(a_press(EDIT, place=CARD))
    (given,) = desk.slack.given("views.open")
    view = parsed(given["view"])
    assert view["type"] == "modal"
    assert len(json.dumps(view)) < 250_000


@pytest.mark.parametrize("action", [*ASKING, DETAILS])
async def test_a_dialog_that_slack_loses_is_told_of(desk: Desk, action: str) -> None:
    desk.slack.broken["views.open"] = "drop"
    assert (await desk.deliver(a_press(action))).status == 200
    assert "Slack did not open the dialog" in desk.told()
    assert desk.votes.decided == []


async def test_a_dialog_that_slack_is_slow_to_open_is_told_of_in_time(desk: Desk) -> None:
    desk.slack.broken["views.open"] = "hang"
    assert (await desk.deliver(a_press(REJECT))).status == 200
    assert "Slack did not open the dialog in time" in desk.told()


async def test_a_slack_that_loses_everything_ends_no_press_in_a_surprise(desk: Desk) -> None:
    with capture_logs() as logs:
        desk.slack.broken |= {"views.open": "drop", "chat.postEphemeral": "drop"}
        assert (await desk.deliver(a_press(DETAILS))).status == 200
    assert not [it for it in logs if it["log_level"] == "error"]
