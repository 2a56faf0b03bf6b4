"""Whatever was posted about an approval ends true: it says the outcome and offers nothing."""

import pytest

from countersign.slack.actions import NUDGE
from tests.slack.policy import REMINDED
from tests.slack.product import Product
from tests.slack.reading import Json, buttons
from tests.slack.slack_thread import (
    ALICE,
    BOB,
    BOBS_DM,
    BOT,
    CAROL,
    CAROLS_DM,
    PATIENCE,
    SlackThread,
)
from workflows.contracts.approvals import MessageKind

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

REMINDER, ESCALATION, NUDGED = "still waiting", "Nobody has decided yet", "You are asked to decide"
EVERY = set(MessageKind) - {MessageKind.LETTER}
"""A letter is only for a thread that takes no line; `tests/unit/worker/test_all_messages.py`."""


async def _next(product: Product, channel: str, after: Json, contains: str) -> Json:
    return await product.sandbox.wait_message(
        channel, from_=BOT, after=after["ts"], contains=contains, timeout=PATIENCE
    )


async def _everything(product: Product, thread: SlackThread, line: Json, id_: str) -> list[Json]:
    """One message of every kind, in the order in which they come."""
    bobs, carols = await thread.copy_for(BOBS_DM, id_), await thread.copy_for(CAROLS_DM, id_)
    reminded = [await _next(product, it, bobs, REMINDER) for it in (BOBS_DM, CAROLS_DM)]
    escalated = await _next(product, CAROLS_DM, bobs, ESCALATION)
    await product.stale_press(bobs, NUDGE, ALICE, value=id_)
    nudged = [await _next(product, it, bobs, NUDGED) for it in (BOBS_DM, CAROLS_DM)]
    dialog = await _hand_over(product, bobs)
    await product.sandbox.submit(BOB, dialog, {"person": CAROL})
    handed = await _next(product, CAROLS_DM, nudged[1], REMINDER)
    return [line, bobs, carols, *reminded, escalated, *nudged, handed]


async def _hand_over(product: Product, card: Json) -> Json:
    await product.sandbox.choose(BOB, card, "Hand over…")
    return await product.sandbox.wait_view(BOB, timeout=PATIENCE)


async def test_every_message_about_an_approval_says_how_it_ended(product: Product) -> None:
    thread = await product.begin(f"order 3 {REMINDED}s")
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    everything = await _everything(product, thread, line, id_)
    given = await thread.redrawn(everything[3], "You handed this over to <@U0CAROL>")
    assert buttons(given) == []
    await thread.press(everything[4], "Approve", CAROL)

    for message in everything:
        ended = await thread.redrawn(message, "Approved")
        assert buttons(ended) == []
        assert "accessory" not in ended["blocks"][0]
    await product.temporal.get_workflow_handle(id_).result()
    assert {it.kind for it in (await product.approvals.status(id_)).messages} == EVERY
