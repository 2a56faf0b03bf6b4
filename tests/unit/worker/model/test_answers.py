"""What a server answers, and what all the rest gets to see of it."""

import json
from typing import Any

import pytest
from agents import ItemHelpers, ModelResponse
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseReasoningItem,
)
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError

from countersign.messages.model_answers import ANSWER_CUT_OFF, ANSWER_FILTERED, calls_left_out
from tests.unit.worker.model.served import Server, a_call, answered, ask, said
from worker.model.answer import CALLS_LIMIT, ITEMS_LIMIT, TEXT_LIMIT, TOO_LONG_TOGETHER, TWICE
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.not_run import NOT_RUN

OPENAI = {"type": "output_text", "text": "Hello!", "annotations": [], "logprobs": []}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VhbGVk"}


def _texts(answer: ModelResponse) -> list[str]:
    return [ItemHelpers.extract_text(it) or "" for it in answer.output if it.type == "message"]


def _calls(answer: ModelResponse) -> list[ResponseFunctionToolCall]:
    return [it for it in answer.output if isinstance(it, ResponseFunctionToolCall)]


def _why(call: ResponseFunctionToolCall) -> str:
    return str(json.loads(call.arguments)[NOT_RUN])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([OPENAI], "Hello!"),
        ("Hello!", "Hello!"),
        (["Hel", "lo!"], "Hello!"),
        ({"type": "text", "text": "Hello!"}, "Hello!"),
        ([{"type": "text", "text": {"value": "Hello!"}}], "Hello!"),
        ([{"type": "refusal", "refusal": "I can't."}], "I can't."),
        ([OPENAI, {"type": "refusal", "refusal": " But no."}], "Hello! But no."),
        ([{"type": "image", "url": "x"}, OPENAI, 7, None], "Hello!"),
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
        ("\ud83d\ude00 whole", "😀 whole"),
        ("nul \0", "nul \N{REPLACEMENT CHARACTER}"),
    ],
    ids=repr,
)
async def test_content_of_any_shape_becomes_its_text(content: Any, text: str) -> None:
    assert _texts(await answered(said(content))) == [text]


@pytest.mark.parametrize("content", [None, "", " \n", [], 7, {}, [{"type": "output_text"}]])
async def test_a_message_without_text_is_none(content: Any) -> None:
    assert (await answered(said(content))).output == []


async def test_a_refusal_beside_empty_content_is_found() -> None:
    assert _texts(await answered(said(None, refusal="I can't."))) == ["I can't."]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (said([OPENAI]), "completed"),
        (said([{"type": "refusal", "refusal": "I can't."}]), "incomplete"),
        (said(None, refusal="I can't."), "incomplete"),
    ],
)
async def test_a_refusal_is_not_taken_for_an_answer(given: Any, status: str) -> None:
    (message,) = (await answered(given)).output
    assert isinstance(message, ResponseOutputMessage)
    assert message.status == status


@pytest.mark.parametrize(
    "whole",
    [
        {"output": None},
        {"output": []},
        {"output": 7},
        {"output": ["", None, 1, []]},
        {"status": "completed"},
        {"output": [], "usage": "none", "id": 7},
        {"output": [], "usage": {"input_tokens": None, "output_tokens": -1, "total_tokens": 1e99}},
    ],
    ids=repr,
)
async def test_an_answer_without_anything_in_it_is_an_empty_one(whole: Any) -> None:
    answer = await ask(Server(whole).model())
    assert (answer.output, answer.usage.total_tokens) == ([], 0)


@pytest.mark.parametrize(
    "whole", [{"output": "Hello!"}, {"output": said("Hello!")}, {"output_text": "Hello!"}], ids=repr
)
async def test_an_output_that_is_no_list_is_its_only_item(whole: Any) -> None:
    assert _texts(await ask(Server(whole).model())) == ["Hello!"]


async def test_an_unknown_kind_of_item_is_dropped_and_logged() -> None:
    with capture_logs() as logs:
        answer = await answered({"type": "web_search_call", "id": "ws"}, said("Hello!"))
    assert _texts(answer) == ["Hello!"]
    assert [it["kind"] for it in logs] == ["web_search_call"]


async def test_what_somebody_else_said_is_not_the_models() -> None:
    answer = await answered(said("order 5", role="user"), said("Hello!"))
    assert _texts(answer) == ["Hello!"]


async def test_every_call_has_an_id_of_its_own_whatever_the_server_counts() -> None:
    server = Server({"output": [a_call(arguments={"n": n}, call_id="same") for n in range(3)]})
    model = server.model()
    calls = [*_calls(await ask(model)), *_calls(await ask(model))]
    assert len({call.call_id for call in calls}) == 6
    assert "same" not in {call.call_id for call in calls}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ('{"n": 1}', '{"n": 1}'),
        ({"n": 1}, '{"n": 1}'),
        ('"{\\"n\\": 1}"', '{"n": 1}'),
        (None, "{}"),
        ("", "{}"),
        ("  ", "{}"),
        ('{"n": 1, "n": 2}', '{"n": 2}'),
        ('{"a": "\\ud800"}', '{"a": "\N{REPLACEMENT CHARACTER}"}'),
        ('{"a": "\\u0000"}', '{"a": "\N{REPLACEMENT CHARACTER}"}'),
    ],
)
async def test_arguments_are_the_text_of_one_object(given: Any, text: str) -> None:
    (call,) = _calls(await answered(a_call(arguments=given)))
    assert call.arguments == text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("100 widgets", "no JSON object:"),
        ('{"n": 1', "no JSON object:"),
        ('{"n": NaN}', "no JSON object:"),
        ('{"n": 1e999}', "no JSON object:"),
        ("[1]", "no JSON object."),
        ([1], "no JSON object."),
        (7, "no JSON object."),
        ('{"a": ' * 200 + "1" + "}" * 200, "levels deep"),
        ({"a": "x" * 40_001}, "characters long"),
        ('{"a": "' + "x" * 1_200_000 + '"}', "1,200,009 characters long"),
    ],
    ids=lambda it: str(it)[:20],
)
async def test_arguments_that_cannot_be_run_say_why_and_are_an_object_all_the_same(
    given: Any, why: str
) -> None:
    (call,) = _calls(await answered(a_call(arguments=given)))
    assert why in _why(call)
    assert len(call.arguments) < 1_000


async def test_a_call_that_was_cut_off_is_not_run() -> None:
    (call,) = _calls(await answered(a_call(arguments='{"n": 1}', status="incomplete")))
    assert "ended before" in _why(call)


@pytest.mark.parametrize(
    ("given", "name"),
    [("act", "act"), (" act\n", "act"), ("a.ct", "a-ct"), ("", "unnamed"), (None, "unnamed")],
)
async def test_a_name_is_one_that_can_be_given_back(given: Any, name: str) -> None:
    (call,) = _calls(await answered(a_call(given)))
    assert call.name == name


async def test_the_same_call_twice_in_one_answer_is_run_once() -> None:
    answer = await answered(
        a_call(arguments='{"sku": "cable", "n": 1, "approval_reason": "low"}'),
        a_call(arguments={"n": 1.0, "sku": "cable", "approval_reason": "still low"}),
        a_call(arguments='{"sku": "cable", "n": 2}'),
        a_call("look", '{"sku": "cable", "n": 1}'),
    )
    first, again, more, other = _calls(answer)
    assert [json.loads(it.arguments)["n"] for it in (first, more, other)] == [1, 2, 1]
    assert _why(again) == TWICE


@pytest.mark.parametrize(
    "item",
    [
        {"type": "custom_tool_call", "call_id": "c", "name": "act", "input": '{"n": 1}'},
        {"type": "tool_call", "name": "act", "arguments": {"n": 1}},
        {"type": "function", "function": {"name": "act", "arguments": '{"n": 1}'}},
    ],
    ids=lambda it: it["type"],
)
async def test_a_call_in_the_form_of_another_api_is_a_call(item: Any) -> None:
    (call,) = _calls(await answered(item))
    assert (call.name, call.arguments) == ("act", '{"n": 1}')


async def test_words_beside_calls_are_kept_in_their_order() -> None:
    answer = await answered(said("First I look."), a_call("look"), said("Then I act."))
    assert [it.type for it in answer.output] == ["message", "function_call", "message"]


async def test_too_many_calls_are_left_out_and_said_to_be() -> None:
    answer = await answered(*(a_call(arguments={"n": n}) for n in range(CALLS_LIMIT + 8)))
    assert len(_calls(answer)) == CALLS_LIMIT
    assert _texts(answer) == [calls_left_out(8)]


async def test_calls_that_are_too_long_together_are_not_run() -> None:
    answer = await answered(*(a_call(arguments={"n": n, "a": "x" * 30_000}) for n in range(10)))
    unrun = [call for call in _calls(answer) if NOT_RUN in call.arguments]
    assert (len(_calls(answer)), len(unrun)) == (10, 4)
    assert {_why(call) for call in unrun} == {TOO_LONG_TOGETHER}
    assert sum(len(call.arguments) for call in _calls(answer)) < 200_000


async def test_a_long_text_is_cut_with_a_mark() -> None:
    (text,) = _texts(await answered(said("x" * 3_000_000)))
    assert text.startswith("x" * TEXT_LIMIT)
    assert text.endswith("[cut: 2,960,000 of 3,000,000 characters are left out]")


async def test_many_messages_are_bounded_together() -> None:
    texts = _texts(await answered(*(said("x" * 30_000) for _ in range(5))))
    assert sum(map(len, texts)) < TEXT_LIMIT + 100
    assert texts[-1].endswith("[cut: 110,000 of 150,000 characters are left out]")


async def test_more_items_than_anybody_needs_are_dropped_and_logged() -> None:
    with capture_logs() as logs:
        answer = await answered(*(said("x") for _ in range(ITEMS_LIMIT + 1)))
    assert len(answer.output) == ITEMS_LIMIT
    assert logs[0]["items"] == ITEMS_LIMIT + 1


async def test_reasoning_is_given_back_as_it_was() -> None:
    answer = await answered(REASONING, a_call(id="fc_1"))
    first, call = answer.output
    assert isinstance(first, ResponseReasoningItem)
    assert (first.id, first.encrypted_content) == ("rs_1", "c2VhbGVk")
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.id == "fc_1"


@pytest.mark.parametrize("missing", [{"id": ""}, {"encrypted_content": "x" * 200_000}])
async def test_reasoning_that_cannot_be_given_back_takes_the_ids_along(missing: Any) -> None:
    (call,) = (await answered({**REASONING, **missing}, a_call(id="fc_1"))).output
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.id is None


async def test_reasoning_that_nothing_follows_is_dropped() -> None:
    assert (await answered(REASONING, said(""))).output == []


async def test_ids_that_a_server_repeats_are_given_once() -> None:
    answer = await answered(said("a", id="msg_0"), said("b", id="msg_0"))
    ids = [it.id for it in answer.output if isinstance(it, ResponseOutputMessage)]
    assert ids[0] == "msg_0"
    assert ids[1] != "msg_0"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("max_output_tokens", ANSWER_CUT_OFF), ("content_filter", ANSWER_FILTERED)],
)
async def test_the_text_of_an_answer_that_was_ended_is_kept(reason: str, sentence: str) -> None:
    details = {"status": "incomplete", "incomplete_details": {"reason": reason}}
    (text,) = _texts(await answered(said("So far so"), **details))
    assert text == f"So far so\n\n{sentence}"


@pytest.mark.parametrize(
    ("reason", "fault"),
    [("max_output_tokens", ModelFault.CUT_OFF), ("content_filter", ModelFault.FILTERED)],
)
async def test_an_answer_that_was_ended_before_its_text_is_an_error(
    reason: str, fault: ModelFault
) -> None:
    with pytest.raises(ApplicationError) as raised:
        await answered(REASONING, status="incomplete", incomplete_details={"reason": reason})
    assert (raised.value.type, raised.value.non_retryable) == (fault, True)
