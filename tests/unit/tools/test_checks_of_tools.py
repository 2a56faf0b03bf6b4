"""What decides about one call of a tool in the worker: its guardrails, and its needs_approval."""

from typing import Any

import pytest
from agents import (
    Agent,
    FunctionTool,
    RunContextWrapper,
    ToolGuardrailFunctionOutput,
    function_tool,
    tool_input_guardrail,
    tool_output_guardrail,
)

from countersign.agents.catalogue import Catalogue
from tests.support.builders import a_call
from worker.agent import AgentRunner
from workflows.contracts.core import Call

RAN: list[int] = []


@tool_input_guardrail
def odd_only(data: Any) -> ToolGuardrailFunctionOutput:
    """Look at the arguments as they came."""
    match data.context.tool_arguments:
        case '{"n": 2}':
            return ToolGuardrailFunctionOutput.reject_content("Two is not odd.")
        case '{"n": 4}':
            return ToolGuardrailFunctionOutput.raise_exception()
        case '{"n": 6}':
            raise ValueError(data.agent.name)
        case _:
            return ToolGuardrailFunctionOutput.allow()


@tool_output_guardrail
def small_only(data: Any) -> ToolGuardrailFunctionOutput:
    """Look at the answer."""
    match data.output:
        case "n is 7":
            return ToolGuardrailFunctionOutput.reject_content("Seven is kept back.")
        case "n is 9":
            return ToolGuardrailFunctionOutput.raise_exception()
        case "n is 11":
            raise ValueError(data.agent.name)
        case _:
            return ToolGuardrailFunctionOutput.allow()


@function_tool(tool_input_guardrails=[odd_only], tool_output_guardrails=[small_only])
def count(n: int) -> str:
    """Count."""
    RAN.append(n)
    return f"n is {n}"


def _runner(tool: FunctionTool, context: object = None) -> AgentRunner:
    return AgentRunner(Catalogue.of(Agent(name="A", instructions="I", tools=[tool])), context, "m")


def _count(n: int) -> Call:
    return a_call().model_copy(update={"tool": "count", "arguments": f'{{"n": {n}}}'})


@pytest.mark.parametrize(
    ("n", "ran", "ok", "told"),
    [
        (1, True, True, "n is 1"),
        (2, False, False, "Two is not odd."),
        (4, False, False, "check odd_only of this tool stopped the call. Nothing was done."),
        (6, False, False, "check odd_only of this tool failed"),
        (7, True, True, "Seven is kept back."),
        (9, True, True, "It was done. Its answer is not shown"),
        (11, True, True, "It was done. Its answer is not shown"),
    ],
)
async def test_guardrails_stand_around_the_tool(n: int, ran: bool, ok: bool, told: str) -> None:
    RAN.clear()
    result = await _runner(count).run_tool(_count(n))
    assert (RAN, result.ok) == ([n] if ran else [], ok)
    assert told in result.text


async def _large(context: RunContextWrapper[int], given: dict[str, Any], call_id: str) -> bool:
    assert call_id
    assert "approval_reason" not in given
    if given["n"] < 0:
        raise ValueError("negative")
    return given["n"] > context.context


@pytest.mark.parametrize(
    ("asked", "n", "asks"),
    [
        (_large, 5, False),
        (_large, 50, True),
        (_large, -1, True),
        (True, 5, True),
        (False, 50, False),
    ],
)
async def test_a_tool_may_say_of_each_call_whether_it_asks(asked: Any, n: int, asks: bool) -> None:
    @function_tool(needs_approval=asked)
    def spend(n: int) -> str:
        """Spend."""
        return str(n)

    runner = _runner(spend, 10)
    call = a_call().model_copy(
        update={"tool": "spend", "arguments": f'{{"n": {n}, "approval_reason": "fun"}}'}
    )
    prepared = await runner.prepare_call(call)
    assert (prepared.problem, prepared.asks) == ("", asks)


async def test_the_card_names_the_agent_that_asked() -> None:
    runner = _runner(count)
    prepared = await runner.prepare_call(_count(1).model_copy(update={"agent": "Clerk"}))
    assert prepared.agent == "Clerk"
    assert (await runner.prepare_call(_count(1))).agent == "A"
