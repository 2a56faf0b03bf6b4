"""What one message may cost, as the worker is set up; whoever reaches a limit is told which."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from agents import Agent, function_tool
from temporalio import activity
from temporalio.client import Client

from tests.flows.flow import Flow, act, at_work, working
from tests.flows.own_agent import OwnAgent, flow_of
from tests.support.fakes import FakeAgent
from tests.support.scripted_model import calls, says
from workflows.contracts.core import AgentSpec, Call, ToolResult, TurnLimits
from workflows.conversation.memory import SCANT, fits


class Bounded(FakeAgent):
    """An agent with limits, whose tools come back with what a test says."""

    def __init__(self, comes_back: Callable[[Call], str] | None = None, **limits: int) -> None:
        super().__init__()
        self.limits = TurnLimits(**limits)
        self.comes_back = comes_back

    async def describe(self) -> AgentSpec:
        return (await super().describe()).model_copy(update={"limits": self.limits})

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        result = await super().run_tool(call)
        told = self.comes_back(call) if self.comes_back else result.text
        return result.model_copy(update={"text": told})


def _look(*numbers: int) -> Any:
    return calls(*(("look", f'{{"n": {n}}}') for n in numbers))


@pytest.mark.parametrize(("most", "told"), [(1, "1 step"), (2, "2 steps")])
async def test_whoever_asks_hears_after_how_many_model_calls_it_was_stopped(
    temporal: Client, most: int, told: str
) -> None:
    answers = (*(_look(n) for n in range(most)), says("Hello."))
    async with working(temporal, *answers, agent=Bounded(model_calls=most)) as flow:
        await flow.say("look everywhere")

        assert (await flow.answered()).startswith(f"I stopped after {told} without an answer.")
        assert len(flow.script.given) == most
        await flow.say("hello?")
        assert await flow.answered(2) == "Hello."


async def test_what_was_approved_is_told_even_if_all_calls_are_used_up(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done."), agent=Bounded(model_calls=1)) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "Done."


async def test_agents_at_work_side_by_side_share_what_is_allowed(temporal: Client) -> None:
    @function_tool
    def look_up(order: int) -> str:
        """Look an order up."""
        return f"order {order} is a teapot"

    clerk = Agent[None](name="Clerk", instructions="Do it.", tools=[look_up])
    desk = Agent[None](name="Desk", tools=[clerk.as_tool("ask_clerk", "Ask the clerk.")])
    asked = calls(*(("ask_clerk", f'{{"input": "order {n}"}}') for n in range(6)))
    looks = (calls(("look_up", f'{{"order": {n}}}')) for n in range(7))
    flow = flow_of(temporal, desk, asked, *looks, says("It did not work."))
    assert isinstance(flow.agent, OwnAgent)
    flow.agent.runner.limits = TurnLimits(inner_model_calls=7)
    async with at_work(flow):
        await flow.say("what are they?")
        assert await flow.answered() == "It did not work."
        assert all("it was stopped after 7 model calls" in it for it in flow.outputs)
        assert len(flow.script.given) == 1 + 7 + 1


async def test_a_try_of_a_tool_has_the_time_that_is_set(temporal: Client) -> None:
    answers = (_look(1), act(1), says("Done."))
    async with working(temporal, *answers, agent=Bounded(tool_seconds=77)) as flow:
        id_ = await flow.ask()
        await flow.vote(id_)
        assert await flow.answered() == "Done."
        for workflow_id in (flow.thread.workflow_id, id_):
            assert await _times(flow, workflow_id) == [timedelta(seconds=77)]


async def test_a_model_call_is_given_what_is_set_and_what_was_asked_is_cut_last(
    temporal: Client,
) -> None:
    most, question = 20_000, "what is in all of them? " * 100
    agent = Bounded(lambda call: f"{call.arguments} {'x' * 7_000}", given=most)
    answers = (*(_look(n) for n in range(4)), says("Nothing."))
    async with working(temporal, *answers, agent=agent) as flow:
        await flow.say(question)
        assert await flow.answered() == "Nothing."
        assert all(fits(it, most) for it in flow.script.given)
        assert flow.script.given[-1][0]["content"] == question
        oldest, *_, newest = flow.outputs
        assert "characters are left out]" in oldest
        assert len(oldest) < SCANT + 100
        assert newest.endswith("x" * 7_000)


async def test_a_history_that_is_full_is_told_and_the_next_one_has_room(
    temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.conversation.model_calls.FULL_HISTORY", 100_000)
    agent = Bounded(lambda call: "x" * 20_000)
    answers = (act(0), *(_look(n) for n in range(1, 4)), says("Here."), says("Done."))
    async with working(temporal, *answers, agent=agent) as flow:
        id_ = await flow.ask()
        await flow.say("look at all of them")

        assert "more than I can keep in mind for one message" in await flow.answered()
        flow.script.answers[:] = [says("Here."), says("Done.")]
        await flow.renew()
        told = len(flow.threads.replies)
        await flow.say("hello?")
        assert await flow.answered(told + 1) == "Here."
        await flow.vote(id_)
        assert await flow.answered(told + 2) == "Done."


async def _times(flow: Flow, workflow_id: str) -> list[timedelta]:
    """How long each tool might take that a workflow ran."""
    history = await flow.temporal.get_workflow_handle(workflow_id).fetch_history()
    planned = (it.activity_task_scheduled_event_attributes for it in history.events)
    return [
        it.start_to_close_timeout.ToTimedelta()
        for it in planned
        if it.activity_type.name == "run_tool"
    ]
