"""A tool whose worker dies is run again; one that takes long is alive and holds up nobody else."""

import asyncio

import pytest
from temporalio import activity
from temporalio.client import Client

from tests.flows.flow import act, working
from tests.flows.slow_fakes import SlowAgent
from tests.support.fakes import FakeAgent
from tests.support.scripted_model import Answer, calls, says
from workflows.contracts.core import Call, ToolResult

LOOK = calls(("look", '{"n": 1}'))


class Fragile(FakeAgent):
    """The first try of every tool breaks in the middle."""

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        result = await super().run_tool(call)
        if activity.info().attempt == 1:
            raise ConnectionError("the worker is gone")
        return result


@pytest.mark.parametrize("asked", [act(1), LOOK], ids=["approved", "free"])
async def test_a_tool_that_broke_is_tried_again(temporal: Client, asked: Answer) -> None:
    async with working(temporal, asked, says("Done."), agent=Fragile()) as flow:
        await flow.say("please act")
        if asked is not LOOK:
            await flow.vote((await flow.asked())[-1])

        assert await flow.answered() == "Done."
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 1}', '{"n": 1}']
        assert "ran with" in flow.outputs[-1]
        assert "failed" not in flow.outputs[-1]


@pytest.mark.parametrize("asked", [act(1), LOOK], ids=["approved", "free"])
async def test_a_tool_that_takes_long_is_known_to_be_alive(temporal: Client, asked: Answer) -> None:
    async with working(temporal, asked, says("Done.")) as flow:
        flow.agent.gate.clear()
        await flow.say("please act")
        if asked is not LOOK:
            await flow.vote((await flow.asked())[-1])
        await flow.agent.until(lambda: bool(flow.agent.ran))

        runs_in = flow.thread.workflow_id if asked is LOOK else flow.cards.ids[-1]
        await _heartbeat(temporal, runs_in)
        flow.agent.gate.set()
        assert await flow.answered() == "Done."


async def test_a_preview_that_takes_long_holds_up_nobody_else(temporal: Client) -> None:
    agent = SlowAgent()
    agent.doors.close("preview")
    async with working(temporal, act(1), says("I'm here."), says("Done."), agent=agent) as flow:
        await flow.say("please act")
        await agent.until(lambda: agent.previewed == 1)

        await flow.say("are you there?")
        assert await flow.answered() == "I'm here."

        agent.doors.open("preview")
        await flow.vote((await flow.asked())[-1])
        assert await flow.answered(2) == "Done."


async def _heartbeat(temporal: Client, workflow_id: str) -> None:
    """Wait until Temporal has a sign of life from the activity of a workflow."""
    handle = temporal.get_workflow_handle(workflow_id)
    async with asyncio.timeout(10):
        while True:
            running = (await handle.describe()).raw_description.pending_activities
            if any(it.HasField("last_heartbeat_time") for it in running):
                return
            await asyncio.sleep(0.1)  # Temporal tells nobody
