"""Where Slack lets no app post, the next target of a rule gets the card, within seconds."""

import asyncio
import json

import pytest

from tests.slack.product import Product
from tests.slack.slack_thread import ALICE, ALICES_DM, BOT, OPS, PATIENCE, SlackThread
from tests.support.model_server import ModelServer, order, say
from workflows.contracts.decisions import Outcome

pytestmark = pytest.mark.system

TARGETS = ("C0OPS", "C0FINANCE", "D0")
"""Of the rule for large orders: the thread, finance's channel, and direct messages."""


@pytest.mark.parametrize(
    "code", ["restricted_action_read_only_channel", "a_code_that_slack_has_yet_to_invent"]
)
async def test_the_next_target_is_tried(product: Product, model: ModelServer, code: str) -> None:
    model.script([order("widget", 150)], [say("end")])
    thread = SlackThread(product.sandbox, OPS, await product.sandbox.say(ALICE, OPS, "hello"))
    since = (await product.sandbox.inspect())[-1]["n"]
    await product.sandbox.fail("chat.postMessage", "error", error=code, count=6)
    await thread.say("<@U0SIGN> order 150 widgets")
    async with asyncio.timeout(PATIENCE):
        while len(await _refused(product, since, code)) < 2:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.2)
    await product.sandbox.clear_faults()
    await thread.say("cancel that")
    await thread.hear("end")


@pytest.mark.parametrize("kind", ["http_429", "http_500", "drop"])
async def test_who_asks_is_looked_up_until_slack_says(
    product: Product, model: ModelServer, kind: str
) -> None:
    model.script([order("widget", 100)], [say("end")])
    await product.sandbox.fail("users.info", kind, count=2)
    thread = await product.mention("order 100 widgets")
    card = await thread.card()
    assert (await product.status(card)).outcome is Outcome.PENDING
    await thread.say("cancel that")
    await thread.hear("end")


async def test_an_answer_that_the_thread_does_not_take_comes_as_a_direct_message(
    product: Product, model: ModelServer
) -> None:
    model.script([say("Seven desks are in stock.")])
    code = "restricted_action_read_only_channel"
    await product.sandbox.fail("chat.postMessage", "error", error=code, channel=OPS, count=0)
    await product.mention("how many desks?")
    wanted = {"from_": BOT, "timeout": PATIENCE}
    why = await product.sandbox.wait_message(ALICES_DM, contains="I can't post in", **wanted)
    assert code in why["text"]
    await product.sandbox.wait_message(ALICES_DM, contains="Seven desks", **wanted)


async def _refused(product: Product, since: int, code: str) -> set[str]:
    """Targets at which a card was refused."""
    entries = map(json.dumps, await product.sandbox.inspect(since))
    refused = [it for it in entries if "chat.postMessage" in it and code in it]
    return {place for place in TARGETS if any(place in entry for entry in refused)}
