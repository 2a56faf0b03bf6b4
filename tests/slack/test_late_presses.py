"""A press that comes too late leaves every message as the worker drew it."""

import pytest

from countersign.slack.actions import APPROVE
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id
from tests.slack.slack_thread import BOB, BOBS_DM, CAROL, CAROLS_DM, SlackThread

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way
ORDER = "order 100 widgets"


async def as_before(
    product: Product, thread: SlackThread, before: Json, id_: str, who: str = BOB
) -> bool:
    """Whether a press on a message that has no buttons any more changes nothing of it."""
    await product.stale_press(before, APPROVE, who, value=id_)
    await product.sandbox.wait_quiet()
    after = await thread.redrawn(before, "")
    return (after["text"], _blocks(after)) == (before["text"], _blocks(before))


def _blocks(message: Json) -> list[Json]:
    """Without the ids that Slack gives to blocks that have none."""
    return [{**it, "block_id": ""} for it in message["blocks"]]


async def test_a_card_and_its_copy_in_direct_messages(product: Product) -> None:
    thread = await product.begin(ORDER)
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    mine, others = [await thread.copy_for(it, id_) for it in (BOBS_DM, CAROLS_DM)]
    await thread.reject(mine, "too dear")
    mine, others = [await thread.redrawn(it, "Rejected") for it in (mine, others)]
    await product.temporal.get_workflow_handle(id_).result()

    assert await as_before(product, thread, mine, id_)
    assert await as_before(product, thread, others, id_, CAROL)


async def test_a_card_that_names_what_took_its_place(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await thread.press(card, "Request changes…")
    await thread.fill_in({"reason": "50 instead of 100"})
    before = await thread.redrawn(card, "Replaced: ")
    newer = await thread.card()
    await product.over(card)

    assert await as_before(product, thread, before, approval_id(card))
    assert (await product.status(newer)).votes == ()
    await thread.drop(newer)
