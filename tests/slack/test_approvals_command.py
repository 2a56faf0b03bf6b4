"""`/approvals`: what is listed to whom, and what can be done from the list."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import approval_id, buttons, full_text, row_of
from tests.slack.slack_thread import ALICE, BOB, CAROL, DAVE, OPS, PATIENCE
from workflows.contracts.decisions import Outcome, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

ORDER = "order 100 widgets"


async def test_the_list_shows_what_waits_for_the_caller_and_to_nobody_else(
    product: Product,
) -> None:
    first = await product.mention(ORDER)
    older = await first.card()
    second = await product.begin("order 3 desks")
    newer = await second.card()

    listed = await product.list_of(CAROL, approval_id(older), approval_id(newer))

    said = full_text(listed)
    assert said.index(approval_id(newer)) < said.index(approval_id(older))
    for part in ("Order 100 widgets", f"<@{ALICE}>", "just now"):
        assert part in said
    assert approval_id(older) not in str(await product.sandbox.ephemerals(BOB, OPS))
    await first.drop(older)
    await second.drop(newer)


async def test_a_requester_finds_what_others_have_to_decide_and_withdraws_it(
    product: Product,
) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    listed = await product.list_of(ALICE, approval_id(card), text="requested")
    row = row_of(listed, approval_id(card))
    assert row is not None
    assert set(buttons(row)) <= {"Withdraw", "Open"}

    await thread.press(row, "Withdraw", ALICE)

    await thread.redrawn(card, "No longer needed")
    after = await product.sandbox.wait_ephemeral(
        ALICE, channel=OPS, contains="Withdrawn", timeout=PATIENCE
    )
    assert row_of(after, approval_id(card)) is None


async def test_a_decision_from_the_list_redraws_the_list_that_was_pressed(product: Product) -> None:
    thread = await product.mention("order 1 chair")
    card = await thread.card()
    row = None
    while row is None or "Approve" not in buttons(row):
        row = row_of(await product.list_of(BOB, approval_id(card)), approval_id(card))

    await thread.press(row, "Approve")

    await thread.redrawn(card, "Approved by")
    news = await product.sandbox.wait_ephemeral(
        BOB, channel=OPS, ts=row["ts"], contains="Approved: Order 1", timeout=PATIENCE
    )
    assert row_of(news, approval_id(card)) is None
    decision = (await product.status(card)).decision
    assert decision is not None
    assert decision.via is Via.LIST
    await product.list_of(BOB, approval_id(card), text="history")


async def test_an_older_list_is_honest_after_somebody_else_decided(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    listed = await product.list_of(CAROL, approval_id(card))
    row = row_of(listed, approval_id(card))
    assert row is not None
    await thread.reject(card, who=BOB)
    await thread.redrawn(card, "Not done")

    await thread.press(row, "Reject…", CAROL)

    late = "already rejected this"
    told = await product.sandbox.wait_ephemeral(CAROL, contains=late, timeout=PATIENCE)
    assert f"<@{BOB}> already rejected this" in told["text"]
    assert (await product.status(card)).outcome is Outcome.REJECTED


async def test_a_guest_sees_only_what_is_theirs(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await product.list_of(BOB, approval_id(card))
    listed = await product.list_of(DAVE, text="all", channel="C0GENERAL")
    assert approval_id(card) not in full_text(listed)
    await thread.drop(card)


async def test_one_approval_is_shown_in_full_and_a_wrong_word_gets_help(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    shown = await product.list_of(BOB, approval_id(card), text=approval_id(card))
    assert "Order 100 widgets" in full_text(shown)

    helped = await product.list_of(BOB, text="nonsense")

    assert "/approvals requested" in helped["text"]
    assert "`nonsense`" in helped["text"]
    await thread.drop(card)
    nothing = await product.list_of(BOB, text=f"mine tool:wait_for_confirmation from:<@{CAROL}>")
    assert "Nothing is waiting" in full_text(nothing)
