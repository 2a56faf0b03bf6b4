"""Somebody stops the agent where it is asked: for now, or for good."""

import asyncio

import pytest
from agents import ModelResponse
from temporalio.client import Client, WorkflowExecutionStatus

from tests.flows.flow import Flow, act, working
from tests.flows.slow_fakes import SlowAgent
from tests.support.builders import ALICE, a_message
from tests.support.scripted_model import Script, calls, says
from workflows.client import ConversationEndedError
from workflows.contracts.core import STOP_SIGNAL, Origin, Person, StopRequest
from workflows.contracts.decisions import Execution, Outcome, Via

LOOK = calls(("look", '{"n": 1}'))
TASK = Origin(kind="agentex", team="buyer", channel="", id="7d3c")
ELSEWHERE = Person(team="", user="agentex:alice", name="alice")
NOTHING = "Nothing was done"


class Pondering(Script):
    """A model that thinks until a test lets it speak."""

    def __init__(self, *answers: ModelResponse) -> None:
        super().__init__(*answers)
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()

    async def get_response(self, *_: object, **named: object) -> ModelResponse:
        answer = await super().get_response(*_, **named)
        self.asked.set()
        await self.gate.wait()
        return answer


def a_stop(id_: str = "stop-1", **more: bool) -> StopRequest:
    return StopRequest(id=id_, by=ELSEWHERE, **more)


async def _ends(flow: Flow) -> None:
    """Wait until the conversation is over."""
    await flow.temporal.get_workflow_handle(flow.thread.workflow_id).result()


async def test_an_answer_that_is_being_thought_of_is_left_off(temporal: Client) -> None:
    model = Pondering(says("Too late."), says("Hello."))
    async with working(temporal, script=model) as flow:
        await flow.say("hello")
        await model.asked.wait()
        assert await flow.conversations.stop(flow.thread, a_stop())
        assert (await flow.answered()).startswith("Stopped.")
        model.gate.set()

        await flow.say("hello again")
        assert await flow.answered(2) == "Hello."
        assert "stopped before it was answered" in str(model.given[-1])


async def test_what_waits_for_people_is_withdrawn_and_the_model_is_not_asked_again(
    temporal: Client,
) -> None:
    async with working(temporal, act(1, 2), says("Later.")) as flow:
        await flow.say("please act")
        ids = await flow.asked(2)
        await flow.conversations.stop(flow.thread, a_stop())

        told = await flow.answered()
        assert told.startswith("Stopped.")
        for id_ in ids:
            status = await flow.settled(id_)
            assert status.outcome is Outcome.WITHDRAWN
            assert status.decision is not None
            assert (status.decision.via, status.decision.by) == (Via.STOP, ELSEWHERE)
        assert len(flow.script.given) == 1
        assert flow.agent.ran == []
        await flow.say("and now?")
        assert await flow.answered(2) == "Later."
        assert await flow.failed_tasks() == []


async def test_what_nobody_was_asked_about_yet_is_not_asked(temporal: Client) -> None:
    agent = SlowAgent()
    async with working(temporal, act(1), agent=agent) as flow:
        agent.doors.close("preview")
        await flow.say("please act")
        await agent.until(lambda: agent.previewed > 0)
        await flow.conversations.stop(flow.thread, a_stop())
        agent.doors.open("preview")
        assert (await flow.answered()).startswith("Stopped.")
        assert flow.cards.ids == []


async def test_what_was_approved_before_goes_on_and_is_told(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.agent.gate.clear()
        id_ = await flow.ask()
        await flow.vote(id_)
        await flow.agent.until(lambda: bool(flow.agent.ran))
        await flow.conversations.stop(flow.thread, a_stop())
        flow.agent.gate.set()

        assert "ran with" in await flow.answered()
        status = await flow.settled(id_)
        assert (status.outcome, status.execution) == (Outcome.APPROVED, Execution.DONE)


async def test_a_free_tool_that_was_running_may_have_run(temporal: Client) -> None:
    async with working(temporal, LOOK) as flow:
        flow.agent.gate.clear()
        await flow.say("look")
        await flow.agent.until(lambda: bool(flow.agent.ran))
        await flow.conversations.stop(flow.thread, a_stop())
        assert "This may have been done" in await flow.answered()
        flow.agent.gate.set()


async def test_the_last_stop_ends_the_conversation_with_all_that_it_asks(temporal: Client) -> None:
    async with working(temporal, act(1), says("Anew.")) as flow:
        flow.thread = TASK.model_copy(update={"id": flow.queue})
        id_ = await flow.ask()
        await flow.conversations.stop(flow.thread, a_stop(is_last=True))
        await _ends(flow)
        assert (await flow.settled(id_)).outcome is Outcome.WITHDRAWN
        assert (await flow.answered()).startswith("Stopped.")

        assert not await flow.conversations.stop(flow.thread, a_stop("stop-2"))
        with pytest.raises(ConversationEndedError):
            await flow.conversations.open(flow.thread)
        with pytest.raises(ConversationEndedError):
            await flow.conversations.start(flow.thread, a_message("hello"), anew=False)
        await flow.say("hello")
        assert await flow.answered(2) == "Anew."


async def test_what_was_ended_by_force_begins_anew(temporal: Client) -> None:
    async with working(temporal, says("Hello."), says("Hello again.")) as flow:
        await flow.say("hello")
        await flow.answered()
        await temporal.get_workflow_handle(flow.thread.workflow_id).terminate()
        await flow.conversations.start(flow.thread, a_message("hello"), anew=False)
        assert await flow.answered(2) == "Hello again."


async def test_opened_twice_and_said_to_it_is_one_conversation(temporal: Client) -> None:
    async with working(temporal, says("Hello.")) as flow:
        await asyncio.gather(*(flow.conversations.open(flow.thread) for _ in range(3)))
        await flow.conversations.start(flow.thread, a_message("hello"), anew=False)
        assert await flow.answered() == "Hello."
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_stopping_what_does_nothing_or_stopping_twice_or_badly_changes_nothing(
    temporal: Client,
) -> None:
    async with working(temporal, says("Hello."), act(1)) as flow:
        await flow.conversations.open(flow.thread)
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        for garbage in (None, {"by": 1}, {"id": "x"}, []):
            await handle.signal(STOP_SIGNAL, garbage)
        await flow.conversations.stop(flow.thread, a_stop())
        await flow.say("hello")
        assert await flow.answered() == "Hello."
        id_ = await flow.ask(who=ALICE)
        for _ in range(2):
            await flow.conversations.stop(flow.thread, a_stop("stop-2"))
        assert NOTHING in await flow.answered(2)
        assert (await flow.settled(id_)).outcome is Outcome.WITHDRAWN
        assert await flow.failed_tasks() == []
        assert await flow.refusals(id_) == []
