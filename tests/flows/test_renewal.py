"""A conversation goes on in a fresh history whatever waits in it, and loses nothing of it."""

import asyncio

import pytest
from temporalio.client import Client

from tests.builders import ALICE, BOB
from tests.flows.rig import Rig, act, working
from tests.model import says
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ENDED_SIGNAL
from workflows.contracts.decisions import Outcome
from workflows.conversation.memory import Memory
from workflows.conversation.workflow import ConversationWorkflow
from workflows.user_messages import HELP

AT_ONCE = 50
LONGEST = 10_000
"""Events of one history; Temporal warns at 10,240 and ends the workflow at 51,200."""
MINUTES = 60


@pytest.mark.parametrize(
    "messages",
    [
        300,
        pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(15 * MINUTES)]),
    ],
)
async def test_an_approval_outlives_whatever_is_said_meanwhile(
    temporal: Client, messages: int
) -> None:
    async with working(temporal, act(1), says("It is done.")) as rig:
        approval_id = await rig.ask()
        asked_in = await _run(rig)
        for so_far in range(0, messages, AT_ONCE):
            await asyncio.gather(*(rig.say("   ") for _ in range(AT_ONCE)))
            await rig.log.until(lambda heard=so_far + AT_ONCE: len(rig.log.posted) == heard)

        assert await _run(rig) != asked_in
        assert await _length(rig) < LONGEST
        await rig.vote(approval_id)
        assert await rig.answered(messages + 1) == "It is done."
        assert rig.log.replies == [HELP] * messages + ["It is done."]
        assert len(rig.bench.ran) == 1


@pytest.mark.parametrize(
    ("words", "outcome"), [("cancel that", Outcome.WITHDRAWN), ("approve", Outcome.PENDING)]
)
async def test_words_reach_what_was_asked_before_the_renewal(
    temporal: Client, words: str, outcome: Outcome
) -> None:
    async with working(temporal, act(1), says("Withdrawn.")) as rig:
        approval_id = await rig.ask()
        await rig.renew()
        told = len(rig.log.replies)

        await rig.say(words, who=ALICE if outcome is Outcome.WITHDRAWN else BOB)

        if outcome is Outcome.WITHDRAWN:
            assert await rig.answered(told + 1) == "Withdrawn."
        else:
            assert "decides nothing" in (await rig.told()).text
        assert await rig.outcome(approval_id) is outcome
        assert rig.bench.ran == []


async def test_an_end_that_is_told_before_the_fresh_run_has_begun_is_heard(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Nobody answered.")) as rig:
        await rig.ask()
        await rig.renew()
        memory = await _carried(rig)
        await temporal.get_workflow_handle(rig.thread.workflow_id).terminate()

        asked = memory.open_turns[0].calls[0].asked
        assert asked is not None
        ended = ApprovalStatus.pending(asked).model_copy(update={"outcome": Outcome.EXPIRED})
        await temporal.start_workflow(
            ConversationWorkflow.run,
            memory,
            id=rig.thread.workflow_id,
            task_queue=rig.queue,
            start_signal=ENDED_SIGNAL,
            start_signal_args=[ended],
        )
        await rig.log.until(lambda: "Nobody answered." in rig.log.replies)


async def _carried(rig: Rig) -> Memory:
    """What the conversation's latest run began with."""
    handle = rig.temporal.get_workflow_handle(rig.thread.workflow_id)
    began = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
    [memory] = await rig.temporal.data_converter.decode(began.input.payloads, [Memory])
    return memory


async def _run(rig: Rig) -> str:
    """The run that the conversation is in."""
    handle = rig.temporal.get_workflow_handle(rig.thread.workflow_id)
    return str((await handle.describe()).run_id)


async def _length(rig: Rig) -> int:
    handle = rig.temporal.get_workflow_handle(rig.thread.workflow_id)
    return (await handle.describe()).history_length
