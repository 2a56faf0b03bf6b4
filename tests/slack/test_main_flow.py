"""Approvals in Slack: card, buttons, list, and what comes of them."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import approval_id, buttons, full_text, options
from tests.slack.slack_thread import ALICE, BOB, BOT, CAROL, OPS
from workflows.contracts.decisions import Outcome, Via

ONE_WAY = pytest.mark.delivery("http")  # Slack delivers the same either way
ORDER = "order 100 widgets because stock is low"


@ONE_WAY
async def test_the_card_says_what_who_where_why_and_what_it_costs(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    said = full_text(card)
    for part in (
        "✋ Order 100 widgets for €4,120.00",
        ALICE,
        OPS,
        "stock is low",
        "*price each*  €41.20",
        "budget left after this",
        "One approval from",
    ):
        assert part in said
    for part in ("open the thread", "place_order", "orders-over"):
        assert part not in said
    assert '{"' not in card["text"]  # arguments are shown in words
    assert buttons(card) == ["Approve", "Reject…", "Request changes…"]
    assert {"Details", "Edit & approve", "Hand over…", "Break glass…"} < set(options(card))
    values = [it["value"] for it in card["blocks"][-1]["elements"] if it["type"] == "button"]
    assert values == [approval_id(card)] * 3
    await thread.drop(card)


async def test_approve_rewrites_the_card_runs_once_and_answers(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()

    pressed = await thread.press(card, "Approve")

    assert pressed["delivered"]
    assert "placed" in (await thread.hear())["text"]
    done = await thread.redrawn(card, "Done:")
    assert buttons(done) == []
    assert "Approved" in full_text(done)
    assert "bob" in full_text(done).lower()
    assert "100 widgets" in full_text(done)
    orders = [it for it in await thread.bots_messages() if "placed" in it["text"]]
    assert len(orders) == 2  # the card and the answer, of one order


async def test_reject_reaches_the_agent_and_nothing_is_ordered(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    before = (await (await product.begin("how much budget is left?")).hear())["text"]

    await thread.reject(card)

    assert "rejected" in (await thread.hear())["text"].lower()
    rejected = await thread.redrawn(card, "Not done")
    assert buttons(rejected) == []
    after = (await (await product.begin("how much budget is left?")).hear())["text"]
    assert before == after


@ONE_WAY
async def test_two_orders_of_one_message_are_two_cards(product: Product) -> None:
    thread = await product.mention("order 20 chairs and 5 desks")
    first = await thread.card()
    second = await thread.card()
    assert approval_id(first) != approval_id(second)

    await thread.press(second, "Approve")
    await thread.redrawn(second, "Done:")
    assert (await product.status(first)).outcome is Outcome.PENDING
    await thread.reject(first)

    answer = await thread.hear()
    assert "rejected" in answer["text"].lower()
    assert "placed" in answer["text"].lower()


@ONE_WAY
async def test_a_message_during_the_wait_is_answered(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await thread.say("how much budget is left?")
    assert "€" in (await thread.hear())["text"]
    assert (await product.status(card)).outcome is Outcome.PENDING
    await thread.drop(card)


@ONE_WAY
async def test_a_confirmation_is_asked_and_told(product: Product) -> None:
    thread = await product.begin("please confirm with someone that the invoice is right")
    card = await thread.card()
    assert "The invoice is right?" in full_text(card)
    await thread.press(card, "Approve")
    assert (await thread.hear())["text"]
    assert (await product.status(card)).outcome is Outcome.APPROVED


@ONE_WAY
async def test_an_order_can_be_cancelled_with_approval(product: Product) -> None:
    thread = await product.begin("order 2 cables")
    await thread.hear("placed")  # the policy allows it without asking
    await thread.say("cancel it")
    cancel = await thread.card()
    assert "Cancel order #" in full_text(cancel)
    await thread.press(cancel, "Approve")
    assert "cancel" in (await thread.hear())["text"].lower()


@ONE_WAY
@pytest.mark.parametrize(("value", "outcome"), [("true", "Approved"), ("false", "Rejected")])
async def test_an_operator_decides_from_outside_slack(
    product: Product, value: str, outcome: str
) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()

    assert await product.signal(approval_id(card), value) == 0

    await thread.hear()
    settled = await thread.redrawn(card, "an operator (unverified)")
    assert outcome in full_text(settled)
    assert buttons(settled) == []
    decision = (await product.status(card)).decision
    assert decision is not None
    assert decision.via is Via.OPERATOR


@ONE_WAY
async def test_slack_that_fails_while_the_card_is_rewritten_is_asked_again(
    product: Product,
) -> None:
    await product.sandbox.fail("chat.update", "http_500", count=2)
    thread = await product.mention(ORDER)
    card = await thread.card()
    await thread.reject(card)
    settled = await thread.redrawn(card, "Not done")
    assert buttons(settled) == []
    await thread.hear()


@ONE_WAY
async def test_a_card_whose_posting_is_doubtful_is_posted_once(product: Product) -> None:
    await product.sandbox.fail("chat.postMessage", "drop", when="after")
    thread = await product.mention(ORDER)
    card = await thread.card()
    await product.sandbox.wait_quiet(timeout=20)
    assert len(await thread.bots_messages()) == 1
    await thread.drop(card)


async def test_buttons_answer_whoever_presses_last_what_was_decided(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await thread.drop(card)
    await product.stale_press(card, "approval_approve", CAROL)
    late = "already rejected this"
    told = await product.sandbox.wait_ephemeral(CAROL, contains=late, timeout=20)
    assert f"<@{BOB}> already rejected this" in told["text"]
    assert "Open the card" in told["text"]
    assert (await product.status(card)).outcome is Outcome.REJECTED
    assert BOT not in told["text"]
