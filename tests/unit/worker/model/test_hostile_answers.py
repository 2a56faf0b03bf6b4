"""Whatever a server answers: it can be stored, run and given back, or it is an error of a kind."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx2
from agents import Agent, ModelResponse, Runner, function_tool
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from openai.types.responses import ResponseFunctionToolCall
from temporalio.exceptions import ApplicationError
from temporalio.openai_agents import OpenAIPayloadConverter

from tests.support.examples import examples
from tests.unit.worker.model.served import Server, a_call, ask, said
from worker.arguments import DEPTH_LIMIT
from worker.arguments import LIMIT as ARGUMENTS_LIMIT
from worker.model.answer import ALL_ARGUMENTS_LIMIT, CALLS_LIMIT, REASONING_LIMIT, TEXT_LIMIT
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.not_run import NOT_RUN
from workflows.conversation.agent import RUN_CONFIG
from workflows.digest import call_digest

ANY = examples(100, suppress_health_check=[HealthCheck.too_slow])
SERVER = Server()
MODEL = SERVER.model()
"""One for all examples, since a client takes longer than an answer."""

text = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["", "\ud800", "\0", "#", "x" * 50_000, "\\ud800", "{", "é" * 300]
)
leaf = st.none() | st.booleans() | st.integers() | st.floats() | text
odd = st.recursive(
    leaf, lambda it: st.lists(it, max_size=3) | st.dictionaries(text, it, max_size=3), max_leaves=6
)
id_ = st.sampled_from(["", "same", "msg_1", None, 0, "x" * 300, "\ud800"]) | text
part = (
    st.fixed_dictionaries({"type": st.just("output_text"), "text": text | odd})
    | st.fixed_dictionaries({"type": st.just("refusal"), "refusal": text | odd})
    | odd
)
content = text | st.lists(part, max_size=3) | odd
message = st.fixed_dictionaries(
    {"type": st.just("message"), "content": content},
    optional={"id": id_, "role": odd, "phase": odd, "status": odd, "refusal": text},
)
name = st.sampled_from(["act", "look", "send_email", " act", "", "a" * 100]) | odd
arguments = (
    st.dictionaries(st.sampled_from(["n", "reason", "\ud800"]), leaf, max_size=3).map(json.dumps)
    | st.sampled_from(["", "{", "[1]", '{"n": 1}', '{"a":' * 300 + "1" + "}" * 300])
    | odd
)
call = st.fixed_dictionaries(
    {"type": st.just("function_call"), "name": name, "arguments": arguments},
    optional={"call_id": id_, "id": id_, "status": st.sampled_from(["completed", "incomplete"])},
)
reasoning = st.fixed_dictionaries(
    {"type": st.just("reasoning")},
    optional={"id": id_, "summary": odd, "content": content, "encrypted_content": text | odd},
)
hosted = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["mcp_approval_request", "mcp_call", "mcp_list_tools"]),
        "id": id_ | st.just("mcpr_1"),
        "server_label": st.just("deploys") | odd,
        "name": name,
        "arguments": arguments,
    },
    optional={"approval_request_id": id_, "output": odd, "error": odd, "status": odd},
)
other = st.fixed_dictionaries({"type": st.sampled_from(["custom_tool_call", "shell_call"]) | odd})
output = st.lists(message | call | reasoning | hosted | other | odd, max_size=6) | odd
whole = st.fixed_dictionaries(
    {"output": output},
    optional={
        "id": id_,
        "status": st.sampled_from(["completed", "incomplete", "failed", "queued"]) | odd,
        "error": odd,
        "incomplete_details": odd | st.just({"reason": "content_filter"}),
        "usage": odd | st.just({"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}),
        "output_text": odd,
    },
)


@ANY
@example({"output": [a_call(arguments={"n": n, "a": "x" * 39_000}) for n in range(50)]})
@example({"output": [said("x" * 100_000) for _ in range(50)]})
@example({"output": [said([[[[["deep"]]]]])]})
@given(whole)
def test_what_comes_back_is_well_formed_bounded_and_can_be_stored(answer: Any) -> None:
    read = _read(answer)
    if isinstance(read, ApplicationError):
        assert ModelFault(read.type) is not ModelFault.UNFORESEEN, read
        str(read).encode()
        return
    payload = OpenAIPayloadConverter().to_payloads([read])
    assert OpenAIPayloadConverter().from_payloads(payload, [ModelResponse]) == [read]
    assert sum(len(it.data) for it in payload) < 2_000_000
    _is_bounded(read)
    _is_sound([it for it in read.output if isinstance(it, ResponseFunctionToolCall)])


@ANY
@given(st.binary(max_size=40) | odd.map(lambda it: json.dumps(it).encode()))
def test_bytes_that_are_no_answer_are_an_error_of_their_own_kind(body: bytes) -> None:
    read = _read(body)
    if isinstance(read, ApplicationError):
        assert ModelFault(read.type) is not ModelFault.UNFORESEEN, read


@ANY
@given(whole)
def test_the_sdk_runs_it_and_gives_it_back(answer: Any) -> None:
    result = asyncio.run(_run(answer))
    if result is None:
        return
    assert result.interruptions or isinstance(result.final_output, str)
    json.dumps(result.to_input_list(), default=dict, ensure_ascii=False).encode()


def _read(answer: Any) -> ModelResponse | ApplicationError:
    SERVER.body = answer
    try:
        return asyncio.run(ask(MODEL))
    except ApplicationError as error:
        return error


@function_tool(needs_approval=True, strict_mode=False)
def act(n: Any = None) -> str:
    """Act."""
    return f"acted on {n}"


@function_tool(strict_mode=False)
def look(n: Any = None) -> str:
    """Look."""
    return f"looked at {n}"


class Once(Server):
    """Gives its answer once, and then an end."""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        response = super().answer(request)
        self.body = {"output": [said("The end.")]}
        return response


ONCE = Once()
AGENT = Agent(name="A", model=ONCE.model(), tools=[act, look])


async def _run(answer: Any) -> Any:
    """A run whose model gives this answer first."""
    ONCE.body = answer
    try:
        return await Runner.run(AGENT, "hello", run_config=RUN_CONFIG)
    except ApplicationError:
        return None


def _is_bounded(read: ModelResponse) -> None:
    sizes: Counter[str] = Counter()
    for item in read.output:
        sizes[item.type] += len(item.model_dump_json(exclude_unset=True))
    calls = [it for it in read.output if isinstance(it, ResponseFunctionToolCall)]
    assert len(calls) <= CALLS_LIMIT
    assert all(len(it.arguments) <= ARGUMENTS_LIMIT for it in calls)
    assert sum(len(it.arguments) for it in calls) <= ALL_ARGUMENTS_LIMIT + CALLS_LIMIT * 1_000
    assert sizes["message"] <= 6 * TEXT_LIMIT + 50_000  # JSON may write a character as six
    assert sizes["reasoning"] <= 6 * REASONING_LIMIT + 50_000


def _is_sound(calls: list[ResponseFunctionToolCall]) -> None:
    assert len({it.call_id for it in calls}) == len(calls)
    run = [it for it in calls if NOT_RUN not in it.arguments]
    assert len({call_digest(it.name, it.arguments) for it in run}) == len(run)
    for it in calls:
        assert it.name
        assert it.name.isascii()
        read = json.loads(it.arguments)
        assert isinstance(read, dict)
        assert _depth(read) <= DEPTH_LIMIT + 1
        json.dumps(read, ensure_ascii=False).encode()
        assert "\0" not in str(read)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)
