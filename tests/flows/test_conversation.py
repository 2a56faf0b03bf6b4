"""A thread: who is answered, when, and what is remembered."""

import pytest
from temporalio.client import Client

from countersign.messages.effects import NOTHING
from countersign.messages.faults import UNFORESEEN
from tests.flows.flow import working
from tests.support.builders import a_message, a_press, a_sentence
from tests.support.scripted_model import calls, says
from workflows.contracts.core import MESSAGE_LIMIT
from workflows.contracts.notices import NoticeCode


def _texts(given: list[dict[str, object]]) -> list[object]:
    return [item.get("content") for item in given if item.get("role") == "user"]


async def test_a_thread_is_remembered(temporal: Client) -> None:
    async with working(temporal, says("Hello!"), says("You said hello.")) as flow:
        await flow.say("hello")
        await flow.answered(1)
        await flow.say("what did I say?")
        assert await flow.answered(2) == "You said hello."

        given = flow.script.given[-1]
        assert _texts(given) == ["hello", "what did I say?"]
        assert any(item.get("role") == "assistant" for item in given)


@pytest.mark.parametrize(
    "again",
    [
        {},  # Slack tells it once more
        {"id": "Ev-of-the-mention"},  # a mention is told as two events
        {"ts": "9999999999.000300"},  # "Ask again", pressed twice
    ],
)
async def test_what_is_delivered_twice_is_heard_once(
    temporal: Client, again: dict[str, str]
) -> None:
    async with working(temporal, says("Once."), says("Now.")) as flow:
        message = a_message("hello")
        for copy in (message, message.model_copy(update=again)):
            await flow.conversations.start(flow.thread, copy)
        await flow.answered(1)
        await flow.say("and now?")
        await flow.answered(2)

        assert _texts(flow.script.given[-1]) == ["hello", "and now?"]
        assert flow.threads.replies == ["Once.", "Now."]


async def test_a_message_during_the_wait_is_answered_and_nothing_is_lost_or_doubled(
    temporal: Client,
) -> None:
    script = (
        calls(("act", '{"n": 1}')),
        says("I am waiting for Bob."),
        says("Now it is done."),
        says("I acted once."),
    )
    async with working(temporal, *script) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        await flow.say("what are you waiting for?")
        assert await flow.answered(1) == "I am waiting for Bob."
        note = flow.script.given[1][1]
        assert note["role"] == "developer"
        assert approval_id in note["content"]

        await flow.approvals.decide(approval_id, True, a_press())
        assert await flow.answered(2) == "Now it is done."
        await flow.say("how often did you act?")
        await flow.answered(3)

        last = flow.script.given[-1]
        assert _texts(last) == ["please act", "what are you waiting for?", "how often did you act?"]
        assert len([item for item in last if item.get("type") == "function_call"]) == 1
        assert len([item for item in last if item.get("type") == "function_call_output"]) == 1
        assert "Waiting for approval" not in str(last)


async def test_what_needs_no_model_is_answered_without_one(temporal: Client) -> None:
    async with working(temporal) as flow:
        await flow.say("   ")
        assert await flow.answered(1) == a_sentence(NoticeCode.HELP)
        await flow.say("", "invoice.pdf")
        assert await flow.answered(2) == a_sentence(NoticeCode.FILES_ONLY)
        await flow.say("x" * (MESSAGE_LIMIT + 1))
        assert await flow.answered(3) == a_sentence(NoticeCode.TOO_LONG, count=MESSAGE_LIMIT + 1)


async def test_a_model_that_fails_is_admitted_and_the_next_message_is_answered(
    temporal: Client,
) -> None:
    async with working(temporal, RuntimeError("odd"), says("Here I am.")) as flow:
        await flow.say("hello")
        assert await flow.answered(1) == f"{UNFORESEEN} {NOTHING}"
        await flow.say("are you there?")
        assert await flow.answered(2) == "Here I am."


async def test_a_model_that_fails_after_an_approval_does_not_hide_what_was_done(
    temporal: Client,
) -> None:
    async with working(
        temporal, calls(("act", '{"n": 1}')), RuntimeError("odd"), says("I know.")
    ) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        await flow.approvals.decide(approval_id, True, a_press())
        assert "act ran with" in await flow.answered(1)
        await flow.say("did you act?")
        await flow.answered(2)

        assert "act ran with" in str(flow.script.given[-1])
        assert len(flow.agent.ran) == 1


async def test_a_signal_that_is_no_message_is_dropped(temporal: Client) -> None:
    async with working(temporal, says("Hello!"), says("Still here.")) as flow:
        await flow.say("hello")
        await flow.answered(1)
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        for args in ([], ["hello"], [None], [{"text": 1}], [1, 2, 3]):
            await handle.signal("say", args=args)
        await flow.say("still there?")
        assert await flow.answered(2) == "Still here."


async def test_a_long_conversation_goes_on_in_a_fresh_history(temporal: Client) -> None:
    async with working(temporal, says("First."), says("Last.")) as flow:
        await flow.say("message 0")
        await flow.answered(1)
        await flow.renew()
        told = len(flow.threads.replies)

        await flow.say("message 1")

        assert await flow.answered(told + 1) == "Last."
        assert _texts(flow.script.given[-1]) == ["message 0", "message 1"]


async def test_what_is_refused_is_remembered_in_the_fresh_history(temporal: Client) -> None:
    act = calls(("act", '{"n": 1}'))
    async with working(temporal, act, says("No."), act, says("Still no.")) as flow:
        await flow.vote(await flow.ask(), approve=False, reason="too dear")
        await flow.answered(1)
        await flow.renew()
        told = len(flow.threads.replies)

        await flow.say("do it all the same")

        assert await flow.answered(told + 1) == "Still no."
        assert "too dear" in flow.outputs[-1]
        assert flow.cards.posted == 1
