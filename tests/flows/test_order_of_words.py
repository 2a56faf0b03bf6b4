"""What is said counts for what was there when it was said, in whatever order Slack delivers it."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError

from countersign.messages.notices import EDIT_SEEN
from tests.flows.flow import Flow, act, working
from tests.support.builders import ALICE, BOB, a_message
from tests.support.scripted_model import says
from workflows.contracts.core import EDITED_SIGNAL, SAY_SIGNAL, Edit, Message
from workflows.contracts.decisions import Outcome
from workflows.conversation.memory import Memory


def _heard(flow: Flow) -> list[str]:
    """What people said, as the model was last told."""
    return [it["content"] for it in flow.script.given[-1] if it.get("role") == "user"]


async def _deliver(flow: Flow, text: str, ts: float, **fields: object) -> Message:
    """A message as it is delivered, whenever it was said."""
    said = a_message(text).model_copy(update={"ts": f"{ts:.6f}", **fields})
    await flow.conversations.start(flow.thread, said)
    return said


async def _edit(flow: Flow, message: Message, after: str) -> None:
    handle = flow.temporal.get_workflow_handle(flow.thread.workflow_id)
    edit = Edit(id=f"edit-{after}", ts=message.ts, author=ALICE, before=message.text, after=after)
    await handle.signal(EDITED_SIGNAL, edit)


async def test_a_reply_is_kept_until_its_mention_comes(temporal: Client) -> None:
    now = time.time()
    async with working(temporal, says("Ten."), says("Five, then.")) as flow:
        reply = a_message("make that 5").model_copy(
            update={"ts": f"{now:.6f}", "is_addressed": False}
        )
        await temporal.start_workflow(
            "ConversationWorkflow",
            Memory(origin=flow.thread, listening=True),
            id=flow.thread.workflow_id,
            task_queue=flow.queue,
            start_signal=SAY_SIGNAL,
            start_signal_args=[reply],
        )
        await _deliver(flow, "order 10 widgets", now - 1)
        await flow.answered(2)

        assert flow.threads.replies == ["Ten.", "Five, then."]
        assert _heard(flow) == ["order 10 widgets", "make that 5"]


async def test_words_leave_alone_what_was_asked_after_they_were_said(temporal: Client) -> None:
    async with working(temporal, act(1), says("No."), act(2)) as flow:
        first = await flow.ask()
        said_at = time.time()
        await flow.vote(first, BOB, approve=False, reason="no")
        await flow.answered()
        second = await flow.ask("then act on 2")

        await _deliver(flow, "cancel that", said_at)

        assert (await flow.told()).text.startswith("You said that before I asked for this")
        assert await flow.outcome(second) is Outcome.PENDING
        await _deliver(flow, "cancel that", time.time())
        assert (await flow.settled(second)).outcome is Outcome.WITHDRAWN


async def test_an_edit_of_what_was_read_changes_nothing_and_is_told_once(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine.")) as flow:
        message = await _deliver(flow, "act on 1", time.time())
        (id_,) = await flow.asked()
        await _edit(flow, message, "act on 2")
        assert await flow.answered(1) == EDIT_SEEN
        await _edit(flow, message, "act on 3")

        await flow.say("and?")
        assert await flow.answered(2) == "Fine."
        assert await flow.outcome(id_) is Outcome.PENDING
        assert "act on 2" in str(flow.script.given[-1]), "the model knows of it"


async def test_an_edit_of_what_never_came_in_is_nobodys_business(temporal: Client) -> None:
    async with working(temporal, says("Hello."), says("Fine.")) as flow:
        await flow.say("hello")
        await flow.answered(1)
        await _edit(flow, a_message("elsewhere"), "something")
        await flow.say("and?")
        assert await flow.answered(2) == "Fine."


@pytest.mark.parametrize("signal", [EDITED_SIGNAL, SAY_SIGNAL, "approval_ended", "revoke_grant"])
async def test_what_is_no_signal_of_ours_is_dropped(temporal: Client, signal: str) -> None:
    async with working(temporal, says("Hello."), says("Fine.")) as flow:
        await flow.say("hello")
        await flow.answered(1)
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        for args in ([], [None], ["x"], [{"ts": 1}], [[[[]]]], [{"a": {"b": "c"}}, 2]):
            await handle.signal(signal, args=args)
        await flow.say("and?")
        assert await flow.answered(2) == "Fine."
        assert len(flow.threads.replies) == 2
        assert await flow.failed_tasks() == []


async def test_a_thread_that_is_cancelled_ends_what_waits_in_it_visibly(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        id_ = await flow.ask()
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        await handle.cancel()

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is Outcome.STOPPED)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        assert (await handle.describe()).status is WorkflowExecutionStatus.CANCELED
        assert flow.agent.ran == []


async def test_nobody_can_be_asked_yet_is_said_once_and_then_it_is_asked(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.busy = 5  # once within the step, and four times in ten seconds
        id_ = await flow.ask()
        assert "so nobody has been asked" in flow.threads.replies[0]
        await flow.vote(id_, BOB)
        assert await flow.answered(2) == "Done."


async def test_what_nobody_was_asked_for_yet_can_be_taken_back(temporal: Client) -> None:
    async with working(temporal, act(1), says("Never mind, then.")) as flow:
        flow.policy.busy = 10**6
        await flow.say("please act")
        assert "so nobody has been asked" in await flow.answered(1)
        await flow.say("cancel that")
        assert await flow.answered(2) == "Never mind, then."
        assert "WITHDRAWN by alice before anybody was asked" in flow.outputs[-1]
        assert flow.cards.posted == 0


async def test_an_approval_that_is_ended_by_force_is_told_as_it_was(temporal: Client) -> None:
    async with working(temporal, act(1), says("It was stopped.")) as flow:
        id_ = await flow.ask_on_record()
        await temporal.get_workflow_handle(id_).terminate("tidying up")
        assert await flow.answered() == "It was stopped."
        assert "STOPPED" in flow.outputs[-1]
        assert "Nothing was done" in flow.outputs[-1]
        assert flow.cards.of(id_).outcome is Outcome.STOPPED


async def test_one_that_an_earlier_run_asked_for_is_found_by_the_sweep(temporal: Client) -> None:
    async with working(temporal, act(1), says("It was stopped.")) as flow:
        id_ = await flow.ask_on_record()
        since = datetime.now(UTC)
        await flow.renew()
        told = len(flow.threads.replies)
        await temporal.get_workflow_handle(id_).terminate("tidying up")
        async with asyncio.timeout(20):
            while not await flow.approvals.sweep(flow.queue, since):
                continue  # visibility follows in its own time
        assert await flow.answered(told + 1) == "It was stopped."
        assert flow.cards.of(id_).outcome is Outcome.STOPPED
