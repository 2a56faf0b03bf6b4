"""However a turn ends, what is said of effects is what became of them, and nothing gets lost."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import buttons
from tests.support.model_server import Answer, ModelServer, call, error, order, refuse, say

pytestmark = pytest.mark.system

ENDS: dict[str, Answer] = {
    "an empty answer": [say("")],
    "a refusal": [refuse("I cannot go on.")],
    "an error": error(400, "invalid_request"),
    "a tool that does not exist": [call("send_email", {"to": "x"})],
}


@pytest.mark.parametrize("end", ENDS)
async def test_nothing_is_denied_that_was_done(
    product: Product, model: ModelServer, end: str
) -> None:
    model.script([order("widget", 3)], ENDS[end])
    thread = await product.mention("order 3 widgets")
    card = await thread.card()
    await thread.press(card, "Approve")
    await thread.redrawn(card, "Done:")

    answer = (await thread.hear())["text"]
    assert "Order #" in answer
    assert "othing was done" not in answer


@pytest.mark.parametrize("markdown", ["", "#", "&nbsp;"])
async def test_an_answer_that_shows_nothing_is_not_silence(
    product: Product, model: ModelServer, markdown: str
) -> None:
    model.script([say(markdown)])
    thread = await product.mention("hello")
    assert (await thread.hear())["text"].strip()


async def test_a_refusal_is_passed_on_in_its_own_words(
    product: Product, model: ModelServer
) -> None:
    model.script([refuse("I can't help with buying that.")])
    thread = await product.mention("order rifles")
    assert "I can't help with buying that." in (await thread.hear())["text"]


async def test_words_beside_a_call_reach_the_person(product: Product, model: ModelServer) -> None:
    model.script([say("I'll ask for two."), order("widget", 2)], [say("end")])
    thread = await product.mention("order 2 widgets")
    assert "I'll ask for two." in (await thread.hear("two"))["text"]
    await thread.drop(await thread.card())


async def test_what_an_incomplete_answer_says_reaches_the_person(
    product: Product, model: ModelServer
) -> None:
    cut_off = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    model.script({**cut_off, "output": [say("First, you", status="incomplete")]})
    thread = await product.mention("how do I order?")
    assert "First, you" in (await thread.hear())["text"]


async def test_a_call_beside_one_of_an_unknown_tool_is_still_asked(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 11), call("send_email", {"to": "x"})], [say("end")])
    thread = await product.mention("order 11 widgets and mail them")
    card = await thread.hear()
    assert "Approve" in buttons(card)
    await thread.drop(card)
    await thread.hear("end")
    assert any("send_email" in output for output in model.outputs)
