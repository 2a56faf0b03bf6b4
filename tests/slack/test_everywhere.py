"""A decision made anywhere shows everywhere: card, copies, line in the thread, open lists."""

from collections.abc import Awaitable, Callable

import pytest

from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, full_text, row_of
from tests.slack.slack_thread import ALICE, BOB, CAROL, CAROLS_DM, OPS, PATIENCE, VOTED, SlackThread
from workflows.contracts.decisions import Outcome, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

Decide = Callable[[Product, SlackThread, Json], Awaitable[None]]


async def _from_the_card(product: Product, thread: SlackThread, card: Json) -> None:
    assert (await thread.press(card, "Approve"))["delivered"]


async def _from_the_list(product: Product, thread: SlackThread, card: Json) -> None:
    row = None
    while row is None or "Approve" not in buttons(row):
        row = row_of(await product.list_of(BOB, approval_id(card)), approval_id(card))
    assert (await thread.press(row, "Approve"))["delivered"]


async def _from_the_command_line(product: Product, thread: SlackThread, card: Json) -> None:
    code, printed = await product.at_terminal("approve", approval_id(card), "--reason", "agreed")
    assert (code, "Approved" in printed) == (0, True), printed


async def _by_a_signal(product: Product, thread: SlackThread, card: Json) -> None:
    assert await product.signal(approval_id(card), "true") == 0


@pytest.mark.parametrize(
    ("decide", "via", "told"),
    [
        (_from_the_card, Via.BUTTON, "Approved by <@U0BOB>"),
        (_from_the_list, Via.LIST, "Approved by <@U0BOB>"),
        (_from_the_command_line, Via.CLI, "operator via CLI (unverified: "),
        (_by_a_signal, Via.OPERATOR, "from outside Slack"),
    ],
)
async def test_a_decision_shows_on_card_copies_line_and_open_lists(
    product: Product, decide: Decide, via: Via, told: str
) -> None:
    thread = await product.begin("order 1 chair")
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    bobs, carols = await thread.copy_for("D0BOB", id_), await thread.copy_for(CAROLS_DM, id_)
    row = row_of(await product.list_of(CAROL, id_), id_)
    assert row is not None

    await decide(product, thread, bobs)

    for shown in (bobs, carols, line):
        done = await thread.redrawn(shown, "placed")
        assert told in full_text(done)
        assert buttons(done) == []
        assert done["blocks"][0].get("accessory") is None
    assert "placed" in (await thread.hear())["text"]
    status = await product.status(bobs)
    assert status.decision is not None
    assert (status.outcome, status.decision.via) == (Outcome.APPROVED, via)
    await thread.press(row, buttons(row)[0], CAROL)
    late = "already approved this"
    await product.sandbox.wait_ephemeral(CAROL, contains=late, timeout=PATIENCE)
    assert id_ not in full_text(await product.list_of(CAROL))


async def test_the_first_of_two_votes_shows_everywhere_and_runs_nothing(product: Product) -> None:
    thread = await product.begin("order 5 laptops")
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    bobs, carols = await thread.copy_for("D0BOB", id_), await thread.copy_for(CAROLS_DM, id_)

    await thread.press(bobs, "Approve")

    for shown in (bobs, carols):
        assert buttons(await thread.redrawn(shown, VOTED)) != []
    await thread.redrawn(line, "1 of 2")
    twice = await thread.press(await thread.redrawn(bobs, VOTED), "Approve")
    assert twice["delivered"]
    await product.sandbox.wait_ephemeral(BOB, contains="already counts", timeout=PATIENCE)
    assert (await product.status(bobs)).counted == 1
    await thread.reject(carols, "too expensive", who=CAROL)
    for shown in (bobs, carols, line):
        assert "too expensive" in full_text(await thread.redrawn(shown, "Rejected"))
    assert "too expensive" in (await thread.hear("Rejected"))["text"]


async def test_who_asks_in_private_withdraws_in_the_thread_and_no_card_decides_any_more(
    product: Product,
) -> None:
    thread = await product.begin("order 1 chair")
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    bobs, carols = await thread.copy_for("D0BOB", id_), await thread.copy_for(CAROLS_DM, id_)

    await product.sandbox.click_button(ALICE, line, "Withdraw")

    for shown in (bobs, carols):
        assert buttons(await thread.redrawn(shown, "No longer needed")) == []
    await thread.redrawn(line, "Withdrawn")
    await product.stale_press(bobs, "approval_approve")
    await product.sandbox.wait_ephemeral(BOB, contains="already withdrew", timeout=PATIENCE)
    assert OPS not in full_text(line)
