"""Guardrails: what they stop ends the turn in a plain sentence, and harms nothing else."""

from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    RunContextWrapper,
    function_tool,
    input_guardrail,
    output_guardrail,
)
from pydantic import BaseModel
from temporalio.client import Client

from tests.flows.own_agent import at_work_with, ran
from tests.support.scripted_model import calls, says
from workflows.contracts.decisions import Outcome

REFUND = ("refund", '{"order": 7, "approval_reason": "it broke"}')


@function_tool(needs_approval=True)
def refund(order: int) -> str:
    """Pay an order back."""
    return f"order {order} is paid back"


def _stops(*, really: bool) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=really)


@input_guardrail(run_in_parallel=False)
async def no_homework(
    context: RunContextWrapper[str], agent: Agent[Any], given: str | list[Any]
) -> GuardrailFunctionOutput:
    """Stop homework, with what the lifespan made."""
    assert isinstance(given, list)
    last = [it["content"] for it in given if it.get("role") == "user"][-1]
    if last == "break":
        raise ValueError(f"{agent.name} cannot say")
    return _stops(really=context.context in str(given))


@output_guardrail
def no_secrets(_: object, __: object, answer: Any) -> GuardrailFunctionOutput:
    """Stop secrets."""
    return _stops(really="hunter2" in str(answer))


def _desk(**more: Any) -> Agent[str]:
    return Agent[str](name="Desk", instructions="Help.", tools=[refund], **more)


async def test_what_a_guardrail_stops_is_answered_and_forgotten(
    temporal: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "temporalio.workflow")
    desk = _desk(input_guardrails=[no_homework])
    async with at_work_with(temporal, desk, says("Hello."), context="homework") as flow:
        await flow.say("do my homework")
        told = await flow.answered()
        assert "the check `no_homework` of this assistant did not let it through" in told
        assert "Nothing was done." in told
        assert flow.script.given == []
        assert "A guardrail held something: no_homework" in caplog.text
        assert "The agent's run failed" not in caplog.text

        await flow.say("hi")
        assert await flow.answered(2) == "Hello."
        assert "homework" not in str(flow.script.given)
        assert await flow.failed_tasks() == []


async def test_nobody_is_asked_for_what_a_guardrail_stops_meanwhile(temporal: Client) -> None:
    @input_guardrail
    async def never(_: object, __: object, given: str | list[Any]) -> GuardrailFunctionOutput:
        return _stops(really=bool(given))

    async with at_work_with(temporal, _desk(input_guardrails=[never]), calls(REFUND)) as flow:
        await flow.say("refund 7")
        assert "`never` of this assistant did not let it through" in await flow.answered()
        assert (list(flow.cards.ids), ran(flow)) == ([], [])


async def test_a_guardrail_that_fails_is_closed(temporal: Client) -> None:
    desk = _desk(input_guardrails=[no_homework])
    async with at_work_with(temporal, desk, context="homework") as flow:
        await flow.say("break")
        assert "the check `no_homework` of this assistant failed" in await flow.answered()
        assert flow.script.given == []


async def test_what_waits_goes_on_while_another_message_is_stopped(temporal: Client) -> None:
    desk = _desk(input_guardrails=[no_homework])
    answers = (calls(REFUND), says("Done."))
    async with at_work_with(temporal, desk, *answers, context="homework") as flow:
        id_ = await flow.ask()
        await flow.say("do my homework")
        assert "still waiting" in await flow.answered()

        await flow.vote(id_)
        assert await flow.answered(2) == "Done."
        assert await flow.outcome(id_) is Outcome.APPROVED
        assert ran(flow) == [("", "refund")]


async def test_a_message_is_checked_once_and_not_again_after_an_approval(temporal: Client) -> None:
    asked: list[int] = []

    @input_guardrail
    async def counting(_: object, __: object, given: str | list[Any]) -> GuardrailFunctionOutput:
        asked.append(len(given))
        return _stops(really=len(asked) > 1)

    desk = _desk(input_guardrails=[counting])
    async with at_work_with(temporal, desk, calls(REFUND), says("Done.")) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "Done."
        assert asked == [1]


class Said(BaseModel):
    """An answer with fields."""

    word: str


@pytest.mark.parametrize(
    ("output_type", "answer"), [(None, "It is hunter2."), (Said, '{"word": "hunter2"}')]
)
async def test_an_answer_that_is_stopped_is_not_said_and_what_was_done_is(
    temporal: Client, output_type: Any, answer: str
) -> None:
    desk = _desk(output_guardrails=[no_secrets], output_type=output_type)
    async with at_work_with(temporal, desk, calls(REFUND), says(answer)) as flow:
        await flow.vote(await flow.ask())
        told = await flow.answered()
        assert "the check `no_secrets` of this assistant did not let it through" in told
        assert "order 7 is paid back" in told
        assert "hunter2" not in told
        assert ran(flow) == [("", "refund")]


async def test_a_guardrail_of_an_inner_agent_is_told_to_the_outer_one(temporal: Client) -> None:
    clerk = Agent[str](name="Clerk", instructions="Do it.", input_guardrails=[no_homework])
    tools: list[Any] = [clerk.as_tool("ask_clerk", "Ask.")]
    desk = Agent[str](name="Desk", instructions="Help.", tools=tools)
    answers = (calls(("ask_clerk", '{"input": "homework"}')), says("The clerk may not."))
    async with at_work_with(temporal, desk, *answers, context="homework") as flow:
        await flow.say("do it")
        assert await flow.answered() == "The clerk may not."
        assert flow.outputs[0].startswith("STOPPED: the check no_homework of Clerk")
