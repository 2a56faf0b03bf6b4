"""What an operator ends by force ends visibly, and nothing runs after it."""

from datetime import UTC, datetime

import pytest
from temporalio.client import Client

from tests.flows.flow import Flow, act, working
from tests.flows.slow_fakes import SlowAgent, SlowDirectory
from tests.support.builders import ALICE, ANYBODY, BOB, a_thread
from tests.support.scripted_model import says
from workflows.approval.workflow import ApprovalWorkflow
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
from workflows.contracts.core import ENDED_SIGNAL, Call, Prepared
from workflows.contracts.decisions import Execution, Outcome, Refusal, Stop


async def _ask_in_a_conversation(flow: Flow) -> str:
    """An approval that outlives the conversation of its thread."""
    await flow.say("hello")
    await flow.answered()
    call = Call(
        id="call_1",
        tool="act",
        arguments='{"n": 1}',
        origin=flow.thread,
        requester=ALICE,
        approval=f"approval-{flow.queue}",
    )
    prepared: Prepared = await flow.agent.prepare_call(call)
    request = ApprovalRequest(
        call=call, prepared=prepared, asked_at=datetime.now(UTC), rule=ANYBODY
    )
    await flow.temporal.start_workflow(
        ApprovalWorkflow.run, request, id=call.approval, task_queue=flow.queue
    )
    await flow.asked()
    return call.approval


async def _end(flow: Flow, approval_id: str) -> ApprovalStatus:
    """With what an approval ended."""
    handle = flow.temporal.get_workflow_handle(approval_id, result_type=ApprovalStatus)
    return await handle.result()


async def _told(flow: Flow) -> ApprovalStatus:
    """The end of an approval as its conversation hears of it."""
    handle = flow.temporal.get_workflow_handle(flow.thread.workflow_id)
    async for event in handle.fetch_history_events(wait_new_event=True):
        signal = event.workflow_execution_signaled_event_attributes
        if signal.signal_name == ENDED_SIGNAL:
            converter = flow.temporal.data_converter
            (told,) = await converter.decode(signal.input.payloads, [ApprovalStatus])
            return told
    pytest.fail("the conversation ended without hearing of it")


async def test_a_cancelled_approval_is_stopped_visibly_and_told(temporal: Client) -> None:
    async with working(temporal, act(1), says("It was stopped.")) as flow:
        id_ = await flow.ask()
        handle = temporal.get_workflow_handle(id_)

        await handle.cancel()

        assert await flow.answered() == "It was stopped."
        card = flow.cards.of(id_)
        assert (card.outcome, card.stop) == (Outcome.STOPPED, Stop.CANCELED)
        assert card.execution is Execution.NOT_STARTED
        assert await _end(flow, id_) == card
        assert flow.agent.ran == []


async def test_a_yes_that_is_being_checked_loses_against_a_cancellation(temporal: Client) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("It was stopped."), directory=directory) as flow:
        id_ = await flow.ask()
        directory.doors.close(BOB.user)
        await flow.vote(id_, BOB)
        await directory.until(lambda: bool(directory.asked))

        await temporal.get_workflow_handle(id_).cancel()

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is Outcome.STOPPED)
        directory.doors.open(BOB.user)
        told = (await flow.told()).text
        assert "was ended by an operator" in told
        assert "nothing was done" in told
        assert await flow.answered() == "It was stopped."
        assert flow.agent.ran == []


async def test_what_runs_when_it_is_cancelled_is_told_as_what_it_becomes(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.agent.gate.clear()
        id_ = await flow.ask()
        await flow.vote(id_, BOB)
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)

        await temporal.get_workflow_handle(id_).cancel()
        flow.agent.gate.set()

        assert await flow.answered() == "Done."
        card = flow.cards.of(id_)
        assert (card.outcome, card.execution) == (Outcome.APPROVED, Execution.DONE)
        assert card.stop is None


@pytest.mark.parametrize("how", ["terminate", "cancel"])
async def test_an_approval_finds_out_that_its_conversation_was_ended(
    temporal: Client, how: str
) -> None:
    async with working(temporal, says("Hello.")) as flow:
        id_ = await _ask_in_a_conversation(flow)
        conversation = temporal.get_workflow_handle(flow.thread.workflow_id)

        await (conversation.terminate() if how == "terminate" else conversation.cancel())

        end = await _end(flow, id_)
        assert (end.outcome, end.stop) == (Outcome.STOPPED, Stop.CONVERSATION)
        assert flow.cards.of(id_).outcome is Outcome.STOPPED
        told = flow.threads.replies[-1]
        assert "was ended together with its conversation" in told
        assert "nothing was done. Ask again" in told
        assert flow.agent.ran == []


async def test_a_yes_does_not_count_once_the_conversation_was_ended(temporal: Client) -> None:
    agent = SlowAgent()
    async with working(temporal, says("Hello."), agent=agent) as flow:
        id_ = await _ask_in_a_conversation(flow)
        await temporal.get_workflow_handle(flow.thread.workflow_id).terminate()

        await flow.vote(id_, BOB)

        ephemeral = await flow.told()
        assert "was ended together with its conversation" in ephemeral.text
        assert "nothing was done." in ephemeral.text
        end = await _end(flow, id_)
        assert (end.outcome, end.stop) == (Outcome.STOPPED, Stop.CONVERSATION)
        assert [it.why for it in end.refused] == [Refusal.CLOSED]
        assert agent.ran == []


async def test_an_approval_without_any_conversation_can_be_decided(temporal: Client) -> None:
    async with working(temporal, says("Hello."), says("Hello again.")) as flow:
        id_ = await _ask_in_a_conversation(flow)
        other = a_thread()
        request = flow.cards.of(id_).request
        call = request.call.model_copy(update={"origin": other, "approval": f"{id_}-alone"})
        await temporal.start_workflow(
            ApprovalWorkflow.run,
            request.model_copy(update={"call": call}),
            id=call.approval,
            task_queue=flow.queue,
        )
        await flow.asked(2)

        await flow.vote(call.approval, BOB)

        end = await _end(flow, call.approval)
        assert (end.outcome, end.execution) == (Outcome.APPROVED, Execution.DONE)


async def test_what_outlives_its_conversation_while_it_runs_is_told_in_the_thread(
    temporal: Client,
) -> None:
    async with working(temporal, says("Hello.")) as flow:
        id_ = await _ask_in_a_conversation(flow)
        flow.agent.gate.clear()
        await flow.vote(id_, BOB)
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)
        await temporal.get_workflow_handle(flow.thread.workflow_id).terminate()

        flow.agent.gate.set()

        end = await _end(flow, id_)
        assert (end.outcome, end.execution) == (Outcome.APPROVED, Execution.DONE)
        assert "outlived the conversation in which it was asked" in flow.threads.replies[-1]
        assert "It was approved; it was done. act ran" in flow.threads.replies[-1]


async def test_the_conversation_is_told_the_end_before_slack_has_taken_the_last_card(
    temporal: Client,
) -> None:
    async with working(temporal, says("Hello.")) as flow:
        id_ = await _ask_in_a_conversation(flow)

        await flow.vote(id_, BOB)

        told = await _told(flow)
        assert (told.id, told.execution) == (id_, Execution.DONE)
