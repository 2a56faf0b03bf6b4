"""A conversation goes on in a fresh history whatever waits in it, and loses nothing of it."""

import asyncio

import pytest
from temporalio.client import Client

from tests.flows.flow import Flow, act, working
from tests.support.builders import ALICE, BOB, a_sentence
from tests.support.scripted_model import says
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ENDED_SIGNAL
from workflows.contracts.decisions import Outcome
from workflows.contracts.notices import NoticeCode
from workflows.conversation.memory import Memory
from workflows.conversation.workflow import ConversationWorkflow

AT_ONCE = 50
LONGEST = 10_000
"""Events of one history; Temporal warns at 10,240 and ends the workflow at 51,200."""
MINUTES = 60


@pytest.mark.parametrize(
    "messages",
    [
        100,
        pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(15 * MINUTES)]),
    ],
)
async def test_an_approval_outlives_whatever_is_said_meanwhile(
    temporal: Client, messages: int
) -> None:
    async with working(temporal, act(1), says("It is done.")) as flow:
        approval_id = await flow.ask()
        asked_in = await _run(flow)
        for so_far in range(0, messages, AT_ONCE):
            await asyncio.gather(*(flow.say("   ") for _ in range(AT_ONCE)))
            await flow.threads.until(
                lambda heard=so_far + AT_ONCE: len(flow.threads.posted) == heard
            )

        assert await _run(flow) != asked_in
        assert await _length(flow) < LONGEST
        await flow.vote(approval_id)
        assert await flow.answered(messages + 1) == "It is done."
        assert flow.threads.replies == [a_sentence(NoticeCode.HELP)] * messages + ["It is done."]
        assert len(flow.agent.ran) == 1


@pytest.mark.parametrize(
    ("words", "outcome"), [("cancel that", Outcome.WITHDRAWN), ("approve", Outcome.PENDING)]
)
async def test_words_reach_what_was_asked_before_the_renewal(
    temporal: Client, words: str, outcome: Outcome
) -> None:
    async with working(temporal, act(1), says("Withdrawn.")) as flow:
        approval_id = await flow.ask()
        await flow.renew()
        told = len(flow.threads.replies)

        await flow.say(words, who=ALICE if outcome is Outcome.WITHDRAWN else BOB)

        if outcome is Outcome.WITHDRAWN:
            assert await flow.answered(told + 1) == "Withdrawn."
        else:
            assert "doesn't count" in (await flow.told()).text
        assert await flow.outcome(approval_id) is outcome
        assert flow.agent.ran == []


async def test_an_end_that_is_told_before_the_fresh_run_has_begun_is_heard(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Nobody answered.")) as flow:
        await flow.ask()
        await flow.renew()
        memory = await _carried(flow)
        await temporal.get_workflow_handle(flow.thread.workflow_id).terminate()

        asked = memory.open_turns[0].calls[0].asked
        assert asked is not None
        ended = ApprovalStatus.pending(asked).model_copy(update={"outcome": Outcome.EXPIRED})
        await temporal.start_workflow(
            ConversationWorkflow.run,
            memory,
            id=flow.thread.workflow_id,
            task_queue=flow.queue,
            start_signal=ENDED_SIGNAL,
            start_signal_args=[ended],
        )
        await flow.threads.until(lambda: "Nobody answered." in flow.threads.replies)


async def _carried(flow: Flow) -> Memory:
    """What the conversation's latest run began with."""
    handle = flow.temporal.get_workflow_handle(flow.thread.workflow_id)
    began = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
    [memory] = await flow.temporal.data_converter.decode(began.input.payloads, [Memory])
    return memory


async def _run(flow: Flow) -> str:
    """The run that the conversation is in."""
    handle = flow.temporal.get_workflow_handle(flow.thread.workflow_id)
    return str((await handle.describe()).run_id)


async def _length(flow: Flow) -> int:
    handle = flow.temporal.get_workflow_handle(flow.thread.workflow_id)
    return (await handle.describe()).history_length
