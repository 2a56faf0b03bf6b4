"""Tools that never come back: people are told that it may have been done, and nothing hangs."""

import asyncio
from typing import Any

import pytest
from agents import Agent, FunctionTool, function_tool
from temporalio.client import Client

from tests.flows.own_agent import at_work_with, ran
from tests.support.scripted_model import calls, says
from workflows.contracts.decisions import Execution, Outcome


@function_tool(timeout=0.2, failure_error_function=None)
async def act() -> str:
    """Never end."""
    await asyncio.Event().wait()
    return "never"


@pytest.mark.parametrize("needs_approval", [True, False])
async def test_a_tool_that_its_own_time_ends_may_have_done_it_and_runs_once(
    temporal: Client, *, needs_approval: bool
) -> None:
    tool: FunctionTool = act
    tool.needs_approval = needs_approval
    agent = Agent[Any](name="A", instructions="I", tools=[tool])
    answers = (calls(("act", "{}")), says("I don't know."))
    async with at_work_with(temporal, agent, *answers) as flow:
        if needs_approval:
            id_ = await flow.ask()
            await flow.vote(id_)
            card = await flow.settled(id_)
            assert (card.outcome, card.execution) == (Outcome.APPROVED, Execution.UNKNOWN)
            assert card.result == "It did not answer."
        else:
            await flow.say("do it")
        assert await flow.answered() == "I don't know."
        told = "MAY HAVE BEEN DONE" if needs_approval else "it may have worked or not"
        assert told in flow.outputs[0]
        assert ran(flow) == [("", "act")]
