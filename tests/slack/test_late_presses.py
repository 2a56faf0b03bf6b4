"""A press that comes too late leaves every message as the worker drew it."""

import pytest

from countersign.slack.actions import APPROVE
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id
from tests.slack.slack_thread import BOB, BOBS_DM, CAROL, CAROLS_DM, SlackThread

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way
ORDER = "order 100 widgets"


async def as_before(
    product: Product, talk: SlackThread, before: Json, id_: str, who: str = BOB
) -> bool:
    """Whether a press on a message that has no buttons any more changes nothing of it."""
    await product.stale_press(before, APPROVE, who, value=id_)
    await product.sandbox.wait_quiet()
    after = await talk.redrawn(before, id_)
    return (after["text"], _blocks(after)) == (before["text"], _blocks(before))


def _blocks(message: Json) -> list[Json]:
    """Without the ids that Slack gives to blocks that have none."""
    return [{**it, "block_id": ""} for it in message["blocks"]]


async def test_a_card_and_its_copy_in_direct_messages(product: Product) -> None:
    talk = await product.begin(ORDER)
    line = await talk.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    mine, others = [await talk.copy_for(it, id_) for it in (BOBS_DM, CAROLS_DM)]
    await talk.reject(mine, "too dear")
    mine, others = [await talk.redrawn(it, "Rejected") for it in (mine, others)]
    await product.temporal.get_workflow_handle(id_).result()

    assert await as_before(product, talk, mine, id_)
    assert await as_before(product, talk, others, id_, CAROL)


async def test_a_card_that_names_what_took_its_place(product: Product) -> None:
    talk = await product.mention(ORDER)
    card = await talk.card()
    await talk.press(card, "Request changes…")
    await talk.fill_in({"reason": "50 instead of 100"})
    before = await talk.redrawn(card, "Replaced by")
    newer = await talk.card()
    await product.over(card)

    assert await as_before(product, talk, before, approval_id(card))
    assert (await product.status(newer)).votes == ()
    await talk.drop(newer)
