"""A no, and a never mind, stand at once; a yes that cannot be checked waits for nobody."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import Json
from tests.slack.slack_thread import BOB, CAROL, SlackThread
from tests.support.model_server import ModelServer, call, order, say
from tests.unusual.conftest import Tools
from workflows.contracts.decisions import Execution, Outcome

pytestmark = pytest.mark.system


async def _deploy(product: Product, model: ModelServer, service: str) -> tuple[SlackThread, Json]:
    model.script([call("deploy", {"service": service, "approval_reason": "x"})], [say("end")])
    thread = await product.mention(f"deploy {service}")
    return thread, await thread.card()


async def test_a_no_stands_although_a_yes_that_cannot_be_checked_came_first(
    product: Product, model: ModelServer, tools: Tools
) -> None:
    thread, card = await _deploy(product, model, "shop")
    tools.break_preview("shop")
    await thread.press(card, "Approve", BOB)
    await thread.reject(card, who=CAROL)
    await thread.redrawn(card, "Rejected")
    await thread.told(BOB)
    tools.mend_preview("shop")
    await product.over(card)
    assert (await product.status(card)).outcome is Outcome.REJECTED
    assert tools.ran("deploy", "shop") == []


async def test_what_is_taken_back_is_not_done_although_a_yes_that_cannot_be_checked_came_first(
    product: Product, model: ModelServer, tools: Tools
) -> None:
    thread, card = await _deploy(product, model, "blog")
    tools.break_preview("blog")
    await thread.press(card, "Approve", BOB)
    await thread.say("cancel that")
    await thread.redrawn(card, "Withdrawn")
    tools.mend_preview("blog")
    await product.over(card)
    assert (await product.status(card)).outcome is Outcome.WITHDRAWN
    assert tools.ran("deploy", "blog") == []


async def test_a_yes_that_cannot_be_checked_is_told_so_and_does_not_count_later(
    product: Product, model: ModelServer, tools: Tools
) -> None:
    thread, card = await _deploy(product, model, "unchecked")
    tools.break_preview("unchecked")
    await thread.press(card, "Approve", BOB)
    await thread.told(BOB, "press again")
    tools.mend_preview("unchecked")
    assert (await product.status(card)).outcome is Outcome.PENDING
    await thread.press(card, "Approve", BOB)
    await thread.redrawn(card, "Done:")
    assert len(tools.ran("deploy", "unchecked")) == 1


async def test_what_is_taken_back_while_slack_says_who_approves_is_not_done(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 2)], [say("end")])
    thread = await product.mention("order 2 widgets")
    card = await thread.card()
    await product.sandbox.fail("users.info", "delay", seconds=5, count=1)
    await thread.press(card, "Approve", BOB)
    await thread.say("cancel that")
    await thread.hear("end")
    status = await product.status(card)
    assert (status.outcome, status.execution) == (Outcome.WITHDRAWN, Execution.NOT_STARTED)


@pytest.mark.soak
async def test_whoever_asks_for_what_cannot_be_shown_is_told_within_a_minute(
    product: Product, model: ModelServer, tools: Tools
) -> None:
    tools.break_preview("unseen")
    model.script([call("deploy", {"service": "unseen", "approval_reason": "x"})], [say("end")])
    thread = await product.mention("deploy unseen")
    await product.sandbox.wait_reply(thread.channel, thread.ts, timeout=75)
    tools.mend_preview("unseen")
