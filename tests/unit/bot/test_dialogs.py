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
    BlockId,
)
from countersign.slack.modals.meta import Meta
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import APPROVAL, CARD, DIGEST, approved_by, ended, ruled
from tests.support.fake_slack import parsed
from tests.support.slack_payloads import a_choice, a_press
from tests.unit.bot.bot_fixture import BotFixture
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
def _a_rule_that_allows_everything(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ruled(**FREE)


@pytest.mark.parametrize("action", [*ASKING, DETAILS])
async def test_a_button_opens_its_modal_and_decides_nothing(bot: BotFixture, action: str) -> None:
    view = await bot.open(a_press(action))
    assert view["callback_id"] == MODALS[action]
    assert Meta.load(view["private_metadata"]) == Meta(
        approval_ids=(APPROVAL,),
        channel="C0OPS",
        message_ts="2.0",
        digest=DIGEST,
        via="decide",
        thread_ts="1.0",
    )
    assert bot.slack.given("views.open")[0]["trigger_id"] == "1.2.abc"
    assert bot.approvals.decided == []


@pytest.mark.parametrize("action", [*ASKING, DETAILS])
async def test_an_option_of_the_menu_opens_the_same(bot: BotFixture, action: str) -> None:
    view = await bot.open(a_choice(f"{action}|{APPROVAL}"))
    assert view["callback_id"] == MODALS[action]


async def test_a_button_in_a_modal_opens_another_on_top(bot: BotFixture) -> None:
    body = a_press(
        REJECT, place=BlockId(VIEW, deployment="main"), view={"id": "V", "type": "modal"}
    )
    await bot.deliver(body)
    assert bot.slack.methods == ["views.push"]


@pytest.mark.parametrize("action", ASKING)
async def test_a_modal_for_what_has_ended_is_not_opened(bot: BotFixture, action: str) -> None:
    bot.approvals.known[APPROVAL] = ended(ruled(**FREE), Outcome.WITHDRAWN, ALICE)
    await bot.deliver(a_press(action))
    for part in ("already withdrew", "<@U0ALICE>", "<!date^", "Open the card"):
        assert part in bot.told()
    assert bot.slack.given("views.open") == []


async def test_what_has_ended_can_be_looked_at(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ended(ruled(), Outcome.REJECTED)
    view = await bot.open(a_press(DETAILS, by=ALICE))
    assert view["callback_id"] == MODALS[DETAILS]
    assert "submit" not in view


@pytest.mark.parametrize("action", ASKING)
async def test_who_asked_is_told_so_before_a_modal_is_filled_in(
    bot: BotFixture, action: str
) -> None:
    await bot.deliver(a_press(action, by=ALICE))
    assert "You asked for this yourself" in bot.told()
    assert "views.open" not in bot.slack.methods


async def test_who_asked_decides_where_the_rule_lets_them(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ruled(self_approval=True)
    view = await bot.open(a_press(REJECT, by=ALICE))
    assert view["callback_id"] == MODALS[REJECT]


@pytest.mark.parametrize("action", [REVIEW, ALWAYS])
async def test_who_has_approved_is_told_so(bot: BotFixture, action: str) -> None:
    bot.approvals.known[APPROVAL] = approved_by(ruled(**FREE), BOB)
    await bot.deliver(a_press(action))
    assert "already counts" in bot.told()


async def test_who_has_approved_may_still_change_their_mind(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB)
    view = await bot.open(a_press(REJECT))
    assert view["callback_id"] == MODALS[REJECT]


async def test_who_handed_their_vote_over_is_told_so(bot: BotFixture) -> None:
    handed = HandOver(by=BOB, to=Person(team="T0ACME", user="U0DAVE"), at=NOON)
    bot.approvals.known[APPROVAL] = ruled(**FREE).model_copy(update={"handed": (handed,)})
    await bot.deliver(a_press(REVIEW))
    assert "You handed this to" in bot.told()


@pytest.mark.parametrize("action", ASKING)
async def test_what_is_not_decided_in_slack_says_where_it_is(bot: BotFixture, action: str) -> None:
    bot.approvals.known[APPROVAL] = ruled(**FREE, from_slack=False)
    await bot.deliver(a_press(action))
    assert "countersign approve" in bot.told()


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
    bot: BotFixture, action: str, words: str
) -> None:
    bot.approvals.known[APPROVAL] = ruled()
    await bot.deliver(a_press(action))
    assert words in bot.told()
    assert "views.open" not in bot.slack.methods


async def test_a_button_of_a_card_that_was_replaced_opens_nothing(bot: BotFixture) -> None:
    body = a_press(REJECT)
    body["container"]["message_ts"] = "1.9"
    await bot.deliver(body)
    assert "card was replaced" in bot.told()


async def test_the_modal_shows_what_is_asked_now_and_so_does_its_digest(bot: BotFixture) -> None:
    body = a_press(REVIEW, place=BlockId("decide", 0, "f" * 16, "main"))
    view = await bot.open(body)
    assert Meta.load(view["private_metadata"]).digest == DIGEST


@pytest.mark.parametrize("code", ["unknown_method", "http_404"])
async def test_a_slack_without_modals_can_still_reject(bot: BotFixture, code: str) -> None:
    bot.slack.refuses("views.open", code)
    assert (await bot.deliver(a_press(REJECT))).status == 200
    approve, decision = bot.decision()
    assert not approve
    assert (decision.via, decision.card, decision.reason) == (Via.BUTTON, "2.0", "")
    assert bot.ephemerals() == []


async def test_a_slack_that_sends_no_trigger_can_still_reject(bot: BotFixture) -> None:
    body = a_press(REJECT)
    del body["trigger_id"]
    await bot.deliver(body)
    approve, _ = bot.decision()
    assert not approve
    assert bot.slack.methods == []


@pytest.mark.parametrize("action", [*ASKING[1:], DETAILS])
async def test_a_slack_without_modals_is_told_so_for_the_rest(bot: BotFixture, action: str) -> None:
    bot.slack.refuses("views.open", "unknown_method")
    await bot.deliver(a_press(action))
    assert "show dialogs" in bot.told()
    assert bot.approvals.decided == []


@pytest.mark.parametrize("action", ASKING)
async def test_a_modal_that_does_not_open_decides_nothing(bot: BotFixture, action: str) -> None:
    bot.slack.refuses("views.open", "expired_trigger_id")
    await bot.deliver(a_press(action))
    assert "`expired_trigger_id`" in bot.told()
    assert "Please press again" in bot.told()
    assert bot.approvals.decided == []


@pytest.mark.parametrize(
    "error",
    [RPCError("away", RPCStatusCode.DEADLINE_EXCEEDED, b""), WorkflowQueryFailedError("no")],
    ids=["away", "query"],
)
async def test_a_modal_is_not_opened_without_knowing_what_is_asked(
    bot: BotFixture, error: Exception
) -> None:
    bot.approvals.unread = error
    await bot.deliver(a_press(REJECT))
    assert "can't reach my memory" in bot.told()
    assert bot.approvals.decided == []


async def test_an_approval_that_is_not_known_here_may_be_elsewhere(bot: BotFixture) -> None:
    await bot.deliver(a_press(REVIEW, "approval-000000000000"))
    assert "another installation" in bot.told()


async def test_what_slack_is_given_is_a_view(bot: BotFixture) -> None:
    await bot.deliver(a_press(EDIT, place=CARD))
    (given,) = bot.slack.given("views.open")
    view = parsed(given["view"])
    assert view["type"] == "modal"
    assert len(json.dumps(view)) < 250_000


@pytest.mark.parametrize("action", [*ASKING, DETAILS])
async def test_a_dialog_that_slack_loses_is_told_of(bot: BotFixture, action: str) -> None:
    bot.slack.broken["views.open"] = "drop"
    assert (await bot.deliver(a_press(action))).status == 200
    assert "Slack didn't open the dialog" in bot.told()
    assert bot.approvals.decided == []


async def test_a_dialog_that_slack_is_slow_to_open_is_told_of_in_time(bot: BotFixture) -> None:
    bot.slack.broken["views.open"] = "hang"
    assert (await bot.deliver(a_press(REJECT))).status == 200
    assert "Slack didn't open the dialog in time" in bot.told()


async def test_a_slack_that_loses_everything_ends_no_press_in_a_surprise(bot: BotFixture) -> None:
    with capture_logs() as logs:
        bot.slack.broken |= {"views.open": "drop", "chat.postEphemeral": "drop"}
        assert (await bot.deliver(a_press(DETAILS))).status == 200
    assert not [it for it in logs if it["log_level"] == "error"]
