"""Everything that can be pressed on an approval, by people, and what comes of it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.slack.policy import STANDING
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, full_text
from tests.slack.slack_thread import ALICE, BOB, CARD, CAROL, OPS, SlackThread
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome, Refusal, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

ORDER = "order 10 widgets because stock is low"


async def _ordered(product: Product, text: str = ORDER) -> tuple[SlackThread, Json]:
    thread = await product.mention(text)
    return thread, await thread.card()


async def _dialog(product: Product, card: Json, label: str, who: str = BOB) -> Json:
    """Press what opens a dialog, on the card or in its menu; the dialog."""
    if label in buttons(card):
        await product.sandbox.click_button(who, card, label)
    else:
        await product.sandbox.choose(who, card, label)
    return await product.sandbox.view_for(who)


async def _told(product: Product, who: str, contains: str, channel: str = OPS) -> Json:
    """What somebody is told privately."""
    return await product.sandbox.wait_ephemeral(who, channel=channel, contains=contains, timeout=20)


async def _settled(
    product: Product, card: Json, thread: SlackThread, outcome: Outcome
) -> ApprovalStatus:
    word = str(outcome).capitalize()
    await thread.redrawn(card, word)
    status = await product.status(card)
    assert status.outcome is outcome
    return status


async def test_a_rejection_tells_the_agent_why(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Reject…")
    answer = {"Reason": "Too much", "reason": "twenty would do"}
    assert (await product.sandbox.submit(BOB, dialog, answer))["response_action"] == "clear"

    status = await _settled(product, card, thread, Outcome.REJECTED)
    assert status.decision is not None
    assert status.decision.via is Via.MODAL
    assert status.decision.reason.endswith("twenty would do")
    assert "twenty would do" in (await thread.hear("twenty would do"))["text"]


async def test_changes_that_are_asked_for_make_a_new_card(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Request changes…")
    await product.sandbox.submit(BOB, dialog, {"reason": "make it 5"})

    await _settled(product, card, thread, Outcome.CHANGES_REQUESTED)
    newer = await thread.card()
    assert "Replaces the request for 10" in full_text(newer)
    assert "Order 5 widgets" in full_text(newer)
    await product.sandbox.click_button(BOB, newer, "Approve")
    await thread.redrawn(newer, "Done:")


async def test_what_was_done_in_an_edited_form_is_not_asked_for_again(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Request changes…")
    await product.sandbox.submit(BOB, dialog, {"reason": "make it 5"})
    newer = await thread.card()
    dialog = await _dialog(product, newer, "Edit & approve")
    await product.sandbox.submit(BOB, dialog, {"argument:quantity": "3"})

    answer = await thread.hear()
    assert "quantity 3 instead of 5" in answer["text"]


async def test_an_edited_call_is_what_runs(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Edit & approve")
    await product.sandbox.submit(BOB, dialog, {"argument:quantity": "5"})

    done = await thread.redrawn(card, "Done:")
    assert "Order 5 widgets" in full_text(done)
    status = await product.status(card)
    assert status.outcome is Outcome.APPROVED
    assert json.loads(status.request.call.arguments)["quantity"] == 10
    assert json.loads(status.call.arguments)["quantity"] == 5


async def test_an_edit_that_the_tool_does_not_take_is_refused_where_it_was_typed(
    product: Product,
) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Edit & approve")
    answer = await product.sandbox.submit(BOB, dialog, {"argument:quantity": "-5"})
    if answer.get("response_action") == "clear":
        await _told(product, BOB, "Your changes were not accepted")
    assert (await product.status(card)).outcome is Outcome.PENDING
    await product.sandbox.click_button(BOB, card, "Approve")
    await thread.redrawn(card, "Done:")


async def test_an_edit_that_is_refused_later_is_gone_on_with(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Edit & approve")
    await product.sandbox.submit(BOB, dialog, {"argument:quantity": "9000"})
    refused = await _told(product, BOB, "Your changes were not accepted")

    again = await _dialog(product, refused, "Edit again…")
    (quantity,) = (it for it in again["blocks"] if it.get("block_id") == "argument:quantity")
    assert quantity["element"]["initial_value"] == "9000"
    await product.sandbox.submit(BOB, again, {"argument:quantity": "9"})
    assert "Order 9 widgets" in full_text(await thread.redrawn(card, "Done:"))

    await product.sandbox.click_button(BOB, refused, "Edit again…")
    await _told(product, BOB, "You already approved this")


async def test_everybody_may_look_at_the_details(product: Product) -> None:
    thread, card = await _ordered(product)
    for who in (ALICE, BOB):
        dialog = await _dialog(product, card, "Details", who)
        assert approval_id(card) in full_text({"text": "", "blocks": dialog["blocks"]})
        assert not dialog.get("submit")
        await product.sandbox.close_view(who, dialog)
    await product.sandbox.choose(ALICE, card, "Withdraw")
    await _settled(product, card, thread, Outcome.WITHDRAWN)


async def test_a_vote_that_was_handed_over_is_the_others(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Hand over…")
    await product.sandbox.submit(BOB, dialog, {"person": CAROL})
    await thread.redrawn(card, f"<@{CAROL}>")

    await product.sandbox.click_button(BOB, card, "Approve")
    await _told(product, BOB, "You handed this to")
    assert (await product.status(card)).outcome is Outcome.PENDING
    await product.sandbox.click_button(CAROL, card, "Approve")
    await thread.redrawn(card, "Done:")


async def test_only_who_asked_can_withdraw(product: Product) -> None:
    thread, card = await _ordered(product)
    await product.sandbox.choose(BOB, card, "Withdraw")
    await _told(product, BOB, "Only the person who asked for it can withdraw it")
    assert (await product.status(card)).outcome is Outcome.PENDING

    await product.sandbox.choose(ALICE, card, "Withdraw")
    await _settled(product, card, thread, Outcome.WITHDRAWN)


async def test_who_asked_is_told_that_somebody_else_decides(product: Product) -> None:
    thread, card = await _ordered(product)
    await product.sandbox.click_button(ALICE, card, "Approve")
    await _told(product, ALICE, "You asked for this yourself")
    await product.sandbox.click_button(ALICE, card, "Reject…")
    assert (await product.sandbox.state(ALICE))["views"] == []
    status = await product.status(card)
    assert [it.why for it in status.refused] == [Refusal.OWN_REQUEST]
    await product.sandbox.choose(ALICE, card, "Withdraw")
    await _settled(product, card, thread, Outcome.WITHDRAWN)


async def test_two_who_fill_in_a_dialog_do_not_decide_twice(product: Product) -> None:
    thread, card = await _ordered(product)
    bobs = await _dialog(product, card, "Reject…", BOB)
    carols = await _dialog(product, card, "Request changes…", CAROL)
    await product.sandbox.submit(BOB, bobs, {"reason": "no"})
    await _settled(product, card, thread, Outcome.REJECTED)

    answer = await product.sandbox.submit(CAROL, carols, {"reason": "make it 5"})
    assert answer["response_action"] == "errors"
    assert "changed nothing" in answer["errors"]["reason"]
    still = await product.sandbox.view_for(CAROL)
    assert still["state"]["values"]["reason"]["value"]["value"] == "make it 5"
    await product.sandbox.close_view(CAROL, still)


@pytest.mark.parametrize("code", ["expired_trigger_id", "internal_error"])
async def test_a_dialog_that_does_not_open_can_be_opened_again(product: Product, code: str) -> None:
    thread, card = await _ordered(product)
    await product.sandbox.fail("views.open", "error", error=code)
    await product.sandbox.click_button(BOB, card, "Reject…")
    await _told(product, BOB, "didn't open the dialog")
    assert (await product.status(card)).outcome is Outcome.PENDING

    dialog = await _dialog(product, card, "Reject…")
    await product.sandbox.submit(BOB, dialog, {"reason": "no"})
    await _settled(product, card, thread, Outcome.REJECTED)


async def test_a_submission_that_slack_delivers_twice_counts_once(product: Product) -> None:
    thread, card = await _ordered(product)
    dialog = await _dialog(product, card, "Reject…")
    await product.sandbox.fail("interactive", "duplicate")
    await product.sandbox.submit(BOB, dialog, {"reason": "no"})
    status = await _settled(product, card, thread, Outcome.REJECTED)
    assert status.refused == ()


async def test_what_nobody_answered_is_asked_again_by_who_asked(product: Product) -> None:
    thread, card = await _ordered(product, "order 2 monitors")
    expired = await thread.redrawn(card, "Expired")
    await product.sandbox.click_button(BOB, expired, "Ask again")
    await _told(product, BOB, f"Only <@{ALICE}>")

    for _ in range(2):
        await product.sandbox.click_button(ALICE, expired, "Ask again")
    newer = await thread.card()
    assert approval_id(newer) != approval_id(card)
    await thread.redrawn(newer, "Expired")
    await thread.hear("Expired")
    assert len(await thread.bots_messages()) == 4  # two cards, and what became of each


async def test_a_tool_that_is_allowed_for_the_rest_of_a_thread_is_not_asked_about(
    product: Product,
) -> None:
    thread, card = await _ordered(product, f"order 1 {STANDING}")
    dialog = await _dialog(product, card, "Always in this thread")
    assert (await product.sandbox.submit(BOB, dialog))["response_action"] == "clear"
    await thread.redrawn(card, "Done:")

    await thread.say(f"order 2 {STANDING}s")
    assert "placed" in (await thread.hear("placed"))["text"]
    report = await product.sandbox.command(BOB, OPS, "/approvals", "always")
    assert report["delivered"]


async def _batch(product: Product) -> tuple[SlackThread, Sequence[Json], Json]:
    """Four cards of one turn, and their summary."""
    thread = await product.mention("order 1 chair, 1 desk, 1 headset and 1 widget")
    heard: list[Json] = []
    while sum(CARD in full_text(it) for it in heard) < 4 or not _summary(heard):
        heard.append(await thread.hear())
    return thread, [it for it in heard if CARD in full_text(it)], _summary(heard)[0]


def _summary(heard: Sequence[Json]) -> Sequence[Json]:
    return [it for it in heard if "Approve all" in " ".join(buttons(it))]


async def _open_batch(product: Product, summary: Json, who: str = BOB) -> Json:
    (label,) = [it for it in buttons(summary) if it.startswith("Approve all")]
    await product.sandbox.click_button(who, summary, label)
    return await product.sandbox.view_for(who)


async def test_several_are_approved_in_one_dialog(product: Product) -> None:
    thread, cards, summary = await _batch(product)
    dialog = await _open_batch(product, summary)
    assert (await product.sandbox.submit(BOB, dialog))["response_action"] == "clear"
    for card in cards:
        await thread.redrawn(card, "Done:")
        status = await product.status(card)
        assert status.decision is not None
        assert (status.decision.via, status.decision.by and status.decision.by.user) == (
            Via.MODAL,
            BOB,
        )


async def test_of_several_none_is_approved_when_one_cannot_be(product: Product) -> None:
    thread, cards, summary = await _batch(product)
    dialog = await _open_batch(product, summary)
    first, *others = cards
    await product.sandbox.choose(ALICE, first, "Withdraw")
    await thread.redrawn(first, "Withdrawn")

    answer = await product.sandbox.submit(BOB, dialog)
    assert answer["response_action"] == "errors"
    (sentence,) = answer["errors"].values()
    assert approval_id(first) in sentence
    for card in others:
        assert approval_id(card) not in sentence
        status = await product.status(card)
        assert (status.outcome, status.votes) == (Outcome.PENDING, ())

    again = await product.sandbox.submit(BOB, dialog, _without(dialog, approval_id(first)))
    assert again["response_action"] == "clear"
    for card in others:
        await thread.redrawn(card, "Done:")


def _without(dialog: Json, unticked: str) -> dict[str, Any]:
    """Every tick of a dialog but one."""
    return {
        block["block_id"]: [
            option["value"]
            for option in block["element"]["options"]
            if not option["value"].startswith(unticked)
        ]
        for block in dialog["blocks"]
        if block["type"] == "input"
    }
