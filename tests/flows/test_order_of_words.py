"""What is said counts for what was there when it was said, in whatever order Slack delivers it."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError

from tests.builders import ALICE, BOB, a_message
from tests.flows.rig import Rig, act, working
from tests.model import says
from workflows.contracts.core import EDITED_SIGNAL, SAY_SIGNAL, Edit, Message
from workflows.contracts.decisions import Outcome
from workflows.conversation.memory import Memory
from workflows.user_messages import EDIT_SEEN, SAID_EARLIER


def _heard(rig: Rig) -> list[str]:
    """What people said, as the model was last told."""
    return [it["content"] for it in rig.script.given[-1] if it.get("role") == "user"]


async def _deliver(rig: Rig, text: str, ts: float, **fields: object) -> Message:
    """A message as it is delivered, whenever it was said."""
    said = a_message(text).model_copy(update={"ts": f"{ts:.6f}", **fields})
    await rig.conversations.start(rig.thread, said)
    return said


async def _edit(rig: Rig, message: Message, after: str) -> None:
    handle = rig.temporal.get_workflow_handle(rig.thread.workflow_id)
    edit = Edit(id=f"edit-{after}", ts=message.ts, author=ALICE, before=message.text, after=after)
    await handle.signal(EDITED_SIGNAL, edit)


async def test_a_reply_is_kept_until_its_mention_comes(temporal: Client) -> None:
    now = time.time()
    async with working(temporal, says("Ten."), says("Five, then.")) as rig:
        reply = a_message("make that 5").model_copy(
            update={"ts": f"{now:.6f}", "is_addressed": False}
        )
        await temporal.start_workflow(
            "ConversationWorkflow",
            Memory(thread=rig.thread, listening=True),
            id=rig.thread.workflow_id,
            task_queue=rig.queue,
            start_signal=SAY_SIGNAL,
            start_signal_args=[reply],
        )
        await _deliver(rig, "order 10 widgets", now - 1)
        await rig.answered(2)

        assert rig.log.replies == ["Ten.", "Five, then."]
        assert _heard(rig) == ["order 10 widgets", "make that 5"]


async def test_words_leave_alone_what_was_asked_after_they_were_said(temporal: Client) -> None:
    async with working(temporal, act(1), says("No."), act(2)) as rig:
        first = await rig.ask()
        said_at = time.time()
        await rig.vote(first, BOB, approve=False, reason="no")
        await rig.answered()
        second = await rig.ask("then act on 2")

        await _deliver(rig, "cancel that", said_at)

        assert (await rig.told()).text == SAID_EARLIER
        assert await rig.outcome(second) is Outcome.PENDING
        await _deliver(rig, "cancel that", time.time())
        assert (await rig.settled(second)).outcome is Outcome.WITHDRAWN


async def test_an_edit_of_what_was_read_changes_nothing_and_is_told_once(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine.")) as rig:
        message = await _deliver(rig, "act on 1", time.time())
        (id_,) = await rig.asked()
        await _edit(rig, message, "act on 2")
        assert await rig.answered(1) == EDIT_SEEN
        await _edit(rig, message, "act on 3")

        await rig.say("and?")
        assert await rig.answered(2) == "Fine."
        assert await rig.outcome(id_) is Outcome.PENDING
        assert "act on 2" in str(rig.script.given[-1]), "the model knows of it"


async def test_an_edit_of_what_never_came_in_is_nobodys_business(temporal: Client) -> None:
    async with working(temporal, says("Hello."), says("Fine.")) as rig:
        await rig.say("hello")
        await rig.answered(1)
        await _edit(rig, a_message("elsewhere"), "something")
        await rig.say("and?")
        assert await rig.answered(2) == "Fine."


@pytest.mark.parametrize("args", [[], [None], ["x"], [{"ts": 1}], [[[[]]]], [{"a": {"b": "c"}}, 2]])
@pytest.mark.parametrize("signal", [EDITED_SIGNAL, SAY_SIGNAL, "approval_ended", "revoke_grant"])
async def test_what_is_no_signal_of_ours_is_dropped(
    temporal: Client, signal: str, args: list[object]
) -> None:
    async with working(temporal, says("Hello."), says("Fine.")) as rig:
        await rig.say("hello")
        await rig.answered(1)
        handle = temporal.get_workflow_handle(rig.thread.workflow_id)
        await handle.signal(signal, args=args)
        await rig.say("and?")
        assert await rig.answered(2) == "Fine."


async def test_a_thread_that_is_cancelled_ends_what_waits_in_it_visibly(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        id_ = await rig.ask()
        handle = temporal.get_workflow_handle(rig.thread.workflow_id)
        await handle.cancel()

        await rig.cards.until(lambda: rig.cards.of(id_).outcome is Outcome.STOPPED)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        assert (await handle.describe()).status is WorkflowExecutionStatus.CANCELED
        assert rig.bench.ran == []


async def test_nobody_can_be_asked_yet_is_said_once_and_then_it_is_asked(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        rig.policy.busy = 4
        id_ = await rig.ask()
        assert "nobody has been asked yet" in rig.log.replies[0]
        await rig.vote(id_, BOB)
        assert await rig.answered(2) == "Done."


async def test_what_nobody_was_asked_for_yet_can_be_taken_back(temporal: Client) -> None:
    async with working(temporal, act(1), says("Never mind, then.")) as rig:
        rig.policy.busy = 10**6
        await rig.say("please act")
        assert "nobody has been asked yet" in await rig.answered(1)
        await rig.say("cancel that")
        assert await rig.answered(2) == "Never mind, then."
        assert "WITHDRAWN by alice before anybody was asked" in rig.outputs[-1]
        assert rig.cards.posted == 0


async def test_an_approval_that_is_ended_by_force_is_told_as_it_was(temporal: Client) -> None:
    async with working(temporal, act(1), says("It was stopped.")) as rig:
        id_ = await rig.ask_on_record()
        await temporal.get_workflow_handle(id_).terminate("tidying up")
        assert await rig.answered() == "It was stopped."
        assert "STOPPED" in rig.outputs[-1]
        assert "Nothing was done" in rig.outputs[-1]
        assert rig.cards.of(id_).outcome is Outcome.STOPPED


async def test_one_that_an_earlier_run_asked_for_is_found_by_the_sweep(temporal: Client) -> None:
    async with working(temporal, act(1), says("It was stopped.")) as rig:
        id_ = await rig.ask_on_record()
        since = datetime.now(UTC)
        await rig.renew()
        told = len(rig.log.replies)
        await temporal.get_workflow_handle(id_).terminate("tidying up")
        async with asyncio.timeout(20):
            while not await rig.approvals.sweep(rig.queue, since):
                continue  # visibility follows in its own time
        assert await rig.answered(told + 1) == "It was stopped."
        assert rig.cards.of(id_).outcome is Outcome.STOPPED
