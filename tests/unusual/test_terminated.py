"""What an operator ends, or a worker that dies, leaves no live card and nobody in the dark."""

import pytest

from countersign.slack.actions import APPROVE
from tests.slack.product import Product
from tests.slack.reading import approval_id, buttons
from tests.slack.slack_thread import BOB
from tests.support.model_server import ModelServer, call, order, say
from tests.unusual.conftest import Tools


async def test_a_card_whose_approval_was_terminated_offers_nothing_after_a_press(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 2)], [say("it was stopped")])
    thread = await product.mention("order 2 widgets")
    card = await thread.card()
    await product.temporal.get_workflow_handle(approval_id(card)).terminate("tidying up")
    await thread.hear("it was stopped")
    await product.stale_press(card, APPROVE)
    told = await thread.told(BOB)
    assert "still waiting" not in told["text"]
    assert buttons(await thread.redrawn(card, "nothing was done")) == []


async def test_a_card_whose_conversation_was_terminated_offers_nothing_after_a_press(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 2)], [say("end")])
    thread = await product.mention("order 2 widgets")
    card = await thread.card()
    conversation = f"conversation-T0ACME-{thread.channel}-{thread.ts}"
    await product.temporal.get_workflow_handle(conversation).terminate("tidying up")
    await product.stale_press(card, APPROVE)
    await thread.told(BOB)
    assert buttons(await thread.redrawn(card, "nothing was done")) == []


@pytest.mark.soak  # the next worker takes its time to start
async def test_an_approved_tool_whose_worker_dies_is_run_again_by_the_next(
    product: Product, model: ModelServer, tools: Tools
) -> None:
    model.script([call("deploy", {"service": "slow-api", "reason": "x"})], [say("end")])
    thread = await product.mention("deploy slow-api")
    card = await thread.card()
    await thread.press(card, "Approve")
    await tools.until_ran("deploy", "slow-api")
    await product.stack.kill("worker")
    await product.stack.launch("worker")
    await thread.redrawn(card, "Done:")
    await thread.hear("end")
    assert len(tools.ran("deploy", "slow-api")) == 2
