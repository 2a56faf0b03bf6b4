"""Servers of other makers: one id for every call, the same call twice, answers of no known form."""

from typing import Any

import pytest

from tests.slack.product import Product
from tests.slack.reading import buttons
from tests.support.model_server import Answer, ModelServer, call, order, say

pytestmark = pytest.mark.system

ONE = "ZsSt4SkIFMRz0HtqT7MTlimNvzlKM896"
"""llama.cpp gives every call of every answer one and the same id."""
ODD: dict[str, Answer] = {
    "arguments are an object": [{**order("widget", 2), "arguments": {"sku": "widget"}}],
    "content is null": [{**say("hi"), "content": None}],
    "an item that is none": ["hi", None, 7],
    "half a character": [say("\ud83d hi")],
    "no output at all": {"output": None},
    "nothing that is known": {"output": {"a": 1}, "usage": None, "id": None, "status": 7},
}


@pytest.mark.parametrize("what", ODD)
async def test_a_thread_lives_on_after_an_answer_of_no_known_form(
    product: Product, model: ModelServer, what: str
) -> None:
    model.script(ODD[what], [say("second")])
    thread = await product.mention("hello")
    await thread.hear()
    model.script([say("still here")])
    await thread.say("and now?")
    await thread.hear("still here")


async def test_two_steps_of_one_turn_may_have_one_id(product: Product, model: ModelServer) -> None:
    step = call("search_catalog", {"query": "widget"}, call_id=ONE)
    model.script([step], [order("widget", 2, call_id=ONE)], [say("end")])
    thread = await product.mention("what is a widget? order 2")
    card = await thread.hear()
    assert "Approve" in buttons(card)
    await thread.drop(card)


async def test_calls_of_two_turns_that_have_one_id_are_both_remembered(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 2, call_id=ONE)], [say("end 1")])
    thread = await product.mention("order 2 widgets")
    await thread.press(await thread.card(), "Approve")
    await thread.hear("end 1")

    model.script([call("order_status", {"order_id": 1}, call_id=ONE)], [say("end 2")])
    await thread.say("where is it?")
    await thread.hear("end 2")
    assert len(model.outputs) == 2
    assert len(set(_ids(model))) == 2


async def test_what_nobody_is_asked_for_runs_once_although_it_is_called_twice(
    product: Product, model: ModelServer
) -> None:
    model.script([order("cable", 1), order("cable", 1)], [say("end")])
    thread = await product.mention("order 1 cable")
    await thread.hear("end")
    assert sum("placed" in output for output in model.outputs) == 1


async def test_the_second_of_two_same_calls_is_not_said_to_wait_when_the_first_is_done(
    product: Product, model: ModelServer
) -> None:
    model.script([order("widget", 14), order("widget", 14)], [say("end")])
    thread = await product.mention("order 14 widgets")
    await thread.press(await thread.card(), "Approve")
    await thread.hear("end")
    first, second = model.outputs
    assert "APPROVED" in first
    assert "waits" not in second  # read after the decision, written before it


def _ids(model: ModelServer) -> list[Any]:
    given = model.asked[-1]["input"]
    return [it["call_id"] for it in given if it.get("type") == "function_call"]
