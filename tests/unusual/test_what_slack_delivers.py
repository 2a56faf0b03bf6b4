"""Slack keeps no order, forwards, and delivers late; what people said is heard as they said it."""

from typing import Any

import pytest

from tests.slack.product import Product
from tests.slack.slack_thread import ALICE, ALICES_DM, BOB, OPS
from tests.support.model_server import ModelServer, order, say
from tests.unusual.deliveries import event, now
from workflows.contracts.decisions import Outcome

pytestmark = pytest.mark.system

TEXT = "We need 20 headsets for the new team"
SHARED: dict[str, Any] = {
    "is_share": True,
    "is_msg_unfurl": True,
    "author_id": BOB,
    "channel_id": "C0GENERAL",
    "text": TEXT,
    "fallback": f"bob: {TEXT}",
    "from_url": "https://acme.slack.com/archives/C0GENERAL/p1",
}


async def test_a_reply_that_comes_before_its_mention_is_heard(
    product: Product, model: ModelServer
) -> None:
    model.script([say("heard one")], [say("heard two")])
    await product.sandbox.fail("events", "out_of_order", count=2, seconds=2)
    thread = await product.mention("order 10 widgets")
    await thread.say("sorry, make that 5")
    await thread.hear("heard two")
    assert {"order 10 widgets", "sorry, make that 5"} <= set(model.heard)


@pytest.mark.parametrize("comment", ["please order these", ""])
async def test_a_forwarded_message_is_read(
    product: Product, model: ModelServer, comment: str
) -> None:
    model.script([say("hello")], [say("read")])
    thread = await product.begin("hello")
    await thread.hear("hello")
    more: dict[str, Any] = {"thread_ts": thread.ts, "attachments": [SHARED]}
    await product.sandbox.deliver(event(comment, ALICES_DM, **more))
    await thread.hear()
    assert any(TEXT in said for said in model.heard)


async def test_what_is_said_with_slash_me_is_heard(product: Product, model: ModelServer) -> None:
    model.script([say("hello")], [say("read")])
    thread = await product.begin("hello")
    await thread.hear("hello")
    said = event("needs 3 desks", ALICES_DM, thread_ts=thread.ts, subtype="me_message")
    await product.sandbox.deliver(said)
    await thread.hear("read")
    assert model.heard[-1].endswith("needs 3 desks")


async def test_a_cancel_that_comes_late_leaves_what_was_asked_after_it_alone(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 2)], [say("end 1")])
    thread = await product.mention("order 2 widgets")
    first = await thread.card()
    said_at = now()
    await thread.reject(first)
    await thread.hear("end 1")
    model.script([order("desk", 2)], [say("here I am")])
    await thread.say("then order 2 desks")
    second = await thread.card()

    await product.sandbox.deliver(event("cancel that", ts=said_at, thread_ts=thread.ts))
    await thread.say("are you there?")
    await thread.hear("here I am")
    assert (await product.status(second)).outcome is Outcome.PENDING
    await thread.drop(second)


async def test_who_corrects_a_message_while_its_card_waits_is_told_what_becomes_of_it(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 100)], [say("end")])
    thread = await product.mention("order 100 widgets")
    card = await thread.card()
    await product.sandbox.edit(ALICE, OPS, thread.ts, "<@U0SIGN> order 10 widgets")
    assert "changed" in (await thread.hear())["text"]
    await thread.drop(card)
