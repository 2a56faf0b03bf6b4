"""What the model is given: bounded, encodable and in pairs, whatever a thread has come to."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from tests.unit.worker.model.served import Server, ask, said
from worker.model.given import GIVEN_LIMIT, ITEM_LIMIT, LOST, sendable
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.not_run import NOT_RUN


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _call(id_: str, arguments: str = "{}") -> dict[str, str]:
    return {"type": "function_call", "call_id": id_, "name": "look", "arguments": arguments}


def _output(id_: str, text: str = "seen") -> dict[str, str]:
    return {"type": "function_call_output", "call_id": id_, "output": text}


async def _sent(*items: Any) -> list[Any]:
    server = Server({"output": [said("ok")]})
    await ask(server.model(), list(items))
    return server.asked[0]["input"]


async def test_what_fits_is_sent_as_it_is() -> None:
    items = [_user("hello"), _call("1", '{"n": 1}'), _output("1"), _user("and?")]
    assert await _sent(*items) == items


async def test_one_item_that_is_too_long_is_cut_and_the_others_are_whole() -> None:
    first, _, output = await _sent(_user("hello"), _call("1"), _output("1", "x" * 1_200_000))
    assert first == _user("hello")
    assert len(output["output"]) <= ITEM_LIMIT
    assert output["output"].endswith("of 1,200,000 characters are left out]")


async def test_arguments_that_are_too_long_stay_an_object() -> None:
    call, _ = await _sent(_call("1", '{"a": "' + "x" * 100_000 + '"}'), _output("1"))
    assert NOT_RUN in json.loads(call["arguments"])


async def test_halves_of_characters_are_replaced_wherever_they_are() -> None:
    parts = {"role": "assistant", "content": [{"type": "output_text", "text": "\ud800"}]}
    sent = await _sent(_user("\ud800"), parts)
    assert "\ud800" not in str(sent)


async def test_more_than_any_model_reads_is_said_to_be() -> None:
    server = Server({"output": []})
    items = [_user("x" * 50_000) for _ in range(1 + GIVEN_LIMIT // 50_000)]
    with pytest.raises(ApplicationError) as raised:
        await ask(server.model(), items)
    assert raised.value.type == ModelFault.CONTEXT
    assert raised.value.non_retryable
    assert server.asked == []


async def test_a_call_without_its_output_is_given_one() -> None:
    assert await _sent(_call("1"), _user("and?")) == [
        _call("1"),
        _output("1", LOST),
        _user("and?"),
    ]


async def test_an_output_without_its_call_is_left_out() -> None:
    assert await _sent(_output("1"), _user("and?")) == [_user("and?")]


async def test_outputs_are_in_the_order_of_their_calls() -> None:
    sent = await _sent(_call("1"), _call("2"), _call("3"), *map(_output, "312"))
    assert sent[3:] == [_output("1"), _output("2"), _output("3")]


async def test_an_id_that_was_given_before_is_left_out() -> None:
    first, second = await _sent({**_call("1"), "id": "fc"}, {**_output("1"), "id": "fc"})
    assert first["id"] == "fc"
    assert "id" not in second


ids = st.sampled_from("abc")
items = st.lists(
    st.builds(_call, ids) | st.builds(_output, ids) | st.builds(_user, st.text()), max_size=12
)


@given(items)
def test_calls_and_outputs_are_in_pairs(given_: list[Any]) -> None:
    open_: set[str] = set()
    sent = sendable(given_)
    assert isinstance(sent, list)
    for item in sent:
        if item.get("type") == "function_call":
            assert item["call_id"] not in open_
            open_.add(item["call_id"])
        elif item.get("type") == "function_call_output":
            open_.remove(item["call_id"])
    assert open_ == set()
