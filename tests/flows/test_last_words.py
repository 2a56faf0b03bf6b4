"""Agents that end with a tool's answer (`tool_use_behavior`), also where that was waited for."""

from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    StopAtTools,
    Tool,
    output_guardrail,
)
from temporalio.client import Client

from tests.flows.own_agent import at_work_with, look_up, ran, refund
from tests.support.scripted_model import calls, says

REFUND = ("refund", '{"order": 7, "approval_reason": ""}')
LOOK_UP = ("look_up", '{"order": 7}')
STOP: Any = "stop_on_first_tool"
AT_REFUND = StopAtTools(stop_at_tool_names=["refund"])


@output_guardrail
def no_teapots(_: object, __: object, answer: Any) -> GuardrailFunctionOutput:
    """Stop what people should not read."""
    is_stopped = "order 7" in answer
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=is_stopped)


def _desk(behavior: Any = STOP, **more: Any) -> Agent[None]:
    tools: list[Tool] = [refund, look_up]
    return Agent[None](
        name="Desk", instructions="Help.", tools=tools, tool_use_behavior=behavior, **more
    )


async def test_what_a_free_tool_answers_is_the_answer(temporal: Client) -> None:
    async with at_work_with(temporal, _desk(), calls(LOOK_UP), says("Hello.")) as flow:
        await flow.say("what is 7?")
        assert await flow.answered() == "order 7 is a teapot"
        await flow.say("hi")
        assert await flow.answered(2) == "Hello."
        assert len(flow.script.given) == 2
        assert await flow.failed_tasks() == []


@pytest.mark.parametrize("behavior", [STOP, AT_REFUND])
async def test_what_was_approved_ends_it_in_a_fresh_history_too(
    temporal: Client, behavior: Any
) -> None:
    async with at_work_with(temporal, _desk(behavior), calls(REFUND)) as flow:
        id_ = await flow.ask()
        await flow.renew()
        told = len(flow.threads.replies)
        await flow.vote(id_)
        assert await flow.answered(told + 1) == "order 7 is paid back"
        assert (len(flow.script.given), ran(flow)) == (1, [("", "refund")])


async def test_what_was_not_done_is_for_the_model(temporal: Client) -> None:
    answers = (calls(REFUND), says("Bob said no."), calls(("look_up", "{}")), says("Which order?"))
    async with at_work_with(temporal, _desk(), *answers) as flow:
        await flow.vote(await flow.ask(), approve=False)
        assert await flow.answered() == "Bob said no."
        assert "REJECTED" in flow.outputs[0]

        await flow.say("what is it?")
        assert await flow.answered(2) == "Which order?"


async def test_other_tools_end_nothing(temporal: Client) -> None:
    answers = (calls(LOOK_UP), says("A teapot."), calls(LOOK_UP, REFUND))
    async with at_work_with(temporal, _desk(AT_REFUND), *answers) as flow:
        await flow.say("what is 7?")
        assert await flow.answered() == "A teapot."
        await flow.vote(await flow.ask())
        assert await flow.answered(2) == "order 7 is paid back"


async def test_an_agent_that_is_a_tool_ends_so_for_the_one_that_called_it(
    temporal: Client,
) -> None:
    ask = _desk().as_tool("ask_desk", "Ask.")
    house = Agent[None](name="House", instructions="Host.", tools=[ask], tool_use_behavior=STOP)
    answers = (calls(("ask_desk", '{"input": "refund 7"}')), calls(REFUND))
    async with at_work_with(temporal, house, *answers) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "order 7 is paid back"
        assert len(flow.script.given) == 2


async def test_guardrails_check_such_an_answer_too(temporal: Client) -> None:
    desk = _desk(output_guardrails=[no_teapots])
    async with at_work_with(temporal, desk, calls(REFUND)) as flow:
        await flow.vote(await flow.ask())
        told = await flow.answered()
        assert "This was approved and done" in told
        assert "the check `no_teapots` of this assistant did not let it through" in told

    async with at_work_with(temporal, desk, calls(LOOK_UP)) as flow:
        await flow.say("what is 7?")
        told = await flow.answered()
        assert "`no_teapots` of this assistant did not let it through" in told
        assert "order 7" not in told
