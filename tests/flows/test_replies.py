"""What becomes of words that were not said to the bot: replies, edits, and those before a mention.

No worker runs here: what counts is what Temporal is handed.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from tests.flows.flow import working
from tests.support.builders import ALICE, a_message, a_thread
from tests.support.scripted_model import says
from workflows.agent_queues import AgentQueue, AgentQueues
from workflows.client import MENTION_SECONDS, Conversations
from workflows.contracts.core import EDITED_SIGNAL, SAY_SIGNAL, Edit, Message, Origin
from workflows.conversation.memory import Memory

Given = list[tuple[str, object]]
"""Signals, by name and what they bring."""
_roots = count(1_000_000)


@pytest.fixture
def thread() -> Origin:
    return a_thread().model_copy(update={"id": f"{next(_roots)}.000100"})


@pytest.fixture
def conversations(temporal: Client) -> Conversations:
    return Conversations(temporal, AgentQueues.single("a-queue-without-a-worker"))


def _reply(thread: Origin, seconds: float) -> Message:
    ts = f"{float(thread.id) + seconds:.6f}"
    return a_message("make that 5").model_copy(update={"ts": ts, "is_addressed": False})


def _handle(temporal: Client, thread: Origin) -> WorkflowHandle[object, object]:
    return temporal.get_workflow_handle(thread.workflow_id)


async def _history(temporal: Client, thread: Origin) -> tuple[Memory, Given]:
    """What the conversation of a thread was begun with, and what it was told."""
    memory: list[Memory] = []
    told: Given = []
    decode: Callable[..., list[object]] = pydantic_data_converter.payload_converter.from_payloads
    async for event in _handle(temporal, thread).fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            memory.append(Memory.model_validate(decode(payloads, [Memory])[0]))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            signal = event.workflow_execution_signaled_event_attributes
            kind = Edit if signal.signal_name == EDITED_SIGNAL else Message
            told.append((signal.signal_name, decode(signal.input.payloads, [kind])[0]))
    (begun,) = memory
    return begun, told


async def _exists(temporal: Client, thread: Origin) -> bool:
    try:
        await _handle(temporal, thread).describe()
    except RPCError:
        return False
    return True


async def test_a_conversation_begins_and_goes_on_where_its_agent_works(
    temporal: Client, thread: Origin
) -> None:
    elsewhere, other = AgentQueue("buyer", "buying"), AgentQueue("deployer", "deploying")
    before = AgentQueues((elsewhere, replace(other, channels=frozenset({thread.channel}))))
    after = AgentQueues((replace(elsewhere, channels=frozenset({thread.channel})), other))
    gone = AgentQueues((replace(elsewhere, name="only"),))

    async def queue(agents: AgentQueues) -> str:
        message = a_message("hello").model_copy(update={"ts": thread.id})
        await Conversations(temporal, agents).start(thread, message)
        found = (await _handle(temporal, thread).describe()).task_queue
        await _handle(temporal, thread).terminate()
        return found

    assert await queue(before) == "deploying"
    assert await queue(after) == "deploying"  # as before, although the channel is another's
    assert await queue(gone) == "buying"


@pytest.mark.parametrize("seconds", [0.5, MENTION_SECONDS - 1, -1])
async def test_a_reply_that_comes_before_its_mention_is_kept_for_it(
    temporal: Client, conversations: Conversations, thread: Origin, seconds: float
) -> None:
    reply, mention = _reply(thread, seconds), a_message("order 10 widgets")
    assert await conversations.follow_up(thread, reply)
    await conversations.start(thread, mention)
    begun, told = await _history(temporal, thread)
    assert begun.listening
    assert told == [(SAY_SIGNAL, reply), (SAY_SIGNAL, mention)]


async def test_a_mention_that_comes_first_waits_for_nothing(
    temporal: Client, conversations: Conversations, thread: Origin
) -> None:
    mention, reply = a_message("order 10 widgets"), _reply(thread, 2)
    await conversations.start(thread, mention)
    assert await conversations.follow_up(thread, reply)
    begun, told = await _history(temporal, thread)
    assert not begun.listening
    assert told == [(SAY_SIGNAL, mention), (SAY_SIGNAL, reply)]


@pytest.mark.parametrize("seconds", [MENTION_SECONDS + 1, 0])
async def test_a_thread_of_others_is_left_alone(
    temporal: Client, conversations: Conversations, thread: Origin, seconds: float
) -> None:
    """Long begun, or only just begun without a mention."""
    assert not await conversations.follow_up(thread, _reply(thread, seconds))
    assert not await _exists(temporal, thread)


@pytest.mark.parametrize("seconds", [5, MENTION_SECONDS + 1])
async def test_a_reply_begins_a_conversation_anew_that_was_ended_by_force(
    temporal: Client, conversations: Conversations, thread: Origin, seconds: float
) -> None:
    await conversations.start(thread, a_message("order 10 widgets"))
    await _handle(temporal, thread).terminate("an operator")
    reply = _reply(thread, seconds)
    assert await conversations.follow_up(thread, reply)
    begun, told = await _history(temporal, thread)
    assert not begun.listening
    assert told == [(SAY_SIGNAL, reply)]


async def test_an_edit_is_told_to_a_conversation_and_begins_none(
    temporal: Client, conversations: Conversations, thread: Origin
) -> None:
    edit = Edit(id="Ev9", ts=thread.id, author=ALICE, before="order 10", after="order 100")
    assert not await conversations.edited(thread, edit)
    assert not await _exists(temporal, thread)
    await conversations.start(thread, a_message("order 10"))
    assert await conversations.edited(thread, edit)
    _, told = await _history(temporal, thread)
    assert told[1:] == [(EDITED_SIGNAL, edit)]


async def test_what_people_said_to_each_other_before_the_mention_is_not_answered(
    temporal: Client,
) -> None:
    async with working(temporal, says("Plenty."), says("Five, then.")) as flow:
        root = float(flow.thread.id)

        async def tell(text: str, seconds: float, *, addressed: bool = False) -> None:
            message = a_message(text).model_copy(
                update={"ts": f"{root + seconds:.6f}", "is_addressed": addressed}
            )
            say = flow.conversations.start if addressed else flow.conversations.follow_up
            await say(flow.thread, message)

        await tell("make that 5", 30)
        await tell("no idea", 10)
        await tell("how much budget is left?", 20, addressed=True)
        await flow.answered(2)
        heard = [it["content"] for it in flow.script.given[-1] if it.get("role") == "user"]
        assert heard == ["how much budget is left?", "make that 5"]
