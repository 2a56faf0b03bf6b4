"""However a turn ends, what is said of effects is what became of them, and nothing gets lost."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import buttons
from tests.support.model_server import Answer, PlayedModel, call, error, order, refuse, say

ENDS: dict[str, Answer] = {
    "an empty answer": [say("")],
    "a refusal": [refuse("I cannot go on.")],
    "an error": error(400, "invalid_request"),
    "a tool that does not exist": [call("send_email", {"to": "x"})],
}


@pytest.mark.parametrize("end", ENDS)
async def test_nothing_is_denied_that_was_done(
    product: Product, model: PlayedModel, end: str
) -> None:
    model.script([order("widget", 3)], ENDS[end])
    talk = await product.mention("order 3 widgets")
    card = await talk.card()
    await talk.press(card, "Approve")
    await talk.redrawn(card, "Done:")

    answer = (await talk.hear())["text"]
    assert "Order #" in answer
    assert "othing was done" not in answer


@pytest.mark.parametrize("markdown", ["", "#", "&nbsp;"])
async def test_an_answer_that_shows_nothing_is_not_silence(
    product: Product, model: PlayedModel, markdown: str
) -> None:
    model.script([say(markdown)])
    talk = await product.mention("hello")
    assert (await talk.hear())["text"].strip()


async def test_a_refusal_is_passed_on_in_its_own_words(
    product: Product, model: PlayedModel
) -> None:
    model.script([refuse("I can't help with buying that.")])
    talk = await product.mention("order rifles")
    assert "I can't help with buying that." in (await talk.hear())["text"]


async def test_words_beside_a_call_reach_the_person(product: Product, model: PlayedModel) -> None:
    model.script([say("I'll ask for two."), order("widget", 2)], [say("end")])
    talk = await product.mention("order 2 widgets")
    assert "I'll ask for two." in (await talk.hear("two"))["text"]
    await talk.drop(await talk.card())


async def test_what_an_incomplete_answer_says_reaches_the_person(
    product: Product, model: PlayedModel
) -> None:
    cut_off = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    model.script({**cut_off, "output": [say("First, you", status="incomplete")]})
    talk = await product.mention("how do I order?")
    assert "First, you" in (await talk.hear())["text"]


async def test_a_call_beside_one_of_an_unknown_tool_is_still_asked(
    product: Product, model: PlayedModel
) -> None:
    model.script([order("widget", 11), call("send_email", {"to": "x"})], [say("end")])
    talk = await product.mention("order 11 widgets and mail them")
    card = await talk.hear()
    assert "Approve" in buttons(card)
    await talk.drop(card)
    await talk.hear("end")
    assert any("send_email" in output for output in model.outputs)
