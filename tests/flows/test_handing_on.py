"""A first message that goes on with an earlier conversation is left to that one."""

from temporalio.client import Client

from countersign.messages.notices import spoken
from countersign.messages.voice import MarkdownVoice
from tests.flows.flow import Flow, act, working
from tests.support.builders import a_message, a_thread
from tests.support.scripted_model import says
from workflows.contracts.activity_inputs import Earlier
from workflows.contracts.core import Origin
from workflows.contracts.decisions import Outcome
from workflows.contracts.notices import Notice, NoticeCode

LINK = "https://slack.test/thread"


async def _say_elsewhere(flow: Flow, text: str) -> Origin:
    """Say something outside of the thread, where Temporal finds that thread to go on with."""
    flow.earlier = Earlier(origin=flow.thread, link=LINK)
    elsewhere = a_thread()
    await flow.conversations.start(elsewhere, a_message(text))
    return elsewhere


async def test_it_is_heard_there_and_said_here(temporal: Client) -> None:
    async with working(temporal, act(1), says("It is off.")) as flow:
        approval_id = await flow.ask()

        elsewhere = await _say_elsewhere(flow, "never mind")

        await flow.answered(2)
        said = {it.origin.id: it for it in flow.threads.posted}
        notice = Notice(code=NoticeCode.GOES_ON, link=LINK)
        assert said[elsewhere.id].notices == (notice,)
        assert LINK in spoken(notice, MarkdownVoice())
        assert said[flow.thread.id].markdown == "It is off."
        assert flow.cards.of(approval_id).outcome is Outcome.WITHDRAWN
        await temporal.get_workflow_handle(elsewhere.workflow_id).result()  # it has ended


async def test_what_stands_alone_is_answered_where_it_was_said(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine weather.")) as flow:
        await flow.ask()

        elsewhere = await _say_elsewhere(flow, "how is the weather?")

        assert await flow.answered() == "Fine weather."
        assert flow.threads.posted[0].origin == elsewhere


async def test_where_the_earlier_one_is_gone_it_is_answered_too(temporal: Client) -> None:
    async with working(temporal, says("Never mind what?")) as flow:
        elsewhere = await _say_elsewhere(flow, "never mind")

        assert await flow.answered() == "Never mind what?"
        assert flow.threads.posted[0].origin == elsewhere
