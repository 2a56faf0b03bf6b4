"""A first message that goes on with an earlier conversation is left to that one."""

from temporalio.client import Client

from countersign.messages.notices import spoken
from countersign.messages.voice import MarkdownVoice
from tests.flows.flow import Flow, act, working
from tests.support.builders import ALICE, a_message, a_thread
from tests.support.scripted_model import says
from workflows.contracts.activity_inputs import Earlier
from workflows.contracts.core import Edit, Message, Origin
from workflows.contracts.decisions import Outcome
from workflows.contracts.notices import Notice, NoticeCode

LINK = "https://slack.test/thread"


async def _say_elsewhere(flow: Flow, message: Message) -> Origin:
    """Say something outside of the thread, where Temporal finds that thread to go on with."""
    flow.earlier = Earlier(origin=flow.thread, link=LINK)
    elsewhere = a_thread()
    await flow.conversations.start(elsewhere, message)
    return elsewhere


async def test_it_is_heard_there_and_said_here(temporal: Client) -> None:
    async with working(temporal, act(1), says("It is off.")) as flow:
        approval_id = await flow.ask()

        elsewhere = await _say_elsewhere(flow, a_message("never mind"))

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

        elsewhere = await _say_elsewhere(flow, a_message("how is the weather?"))

        assert await flow.answered() == "Fine weather."
        assert flow.threads.posted[0].origin == elsewhere


async def test_where_the_earlier_one_is_gone_it_is_answered_too(temporal: Client) -> None:
    async with working(temporal, says("Never mind what?")) as flow:
        elsewhere = await _say_elsewhere(flow, a_message("never mind"))

        assert await flow.answered() == "Never mind what?"
        assert flow.threads.posted[0].origin == elsewhere


async def test_an_edit_of_it_is_told_where_it_is_answered(temporal: Client) -> None:
    async with working(temporal, act(1), says("It is off.")) as flow:
        await flow.ask()
        message = a_message("never mind")
        elsewhere = await _say_elsewhere(flow, message)
        await flow.answered(2)
        await temporal.get_workflow_handle(elsewhere.workflow_id).result()
        edit = Edit(id="Ev9", ts=message.ts, author=ALICE, before=message.text, after="order 2")

        assert await flow.conversations.edited(elsewhere, edit)

        await flow.answered(3)
        told = flow.threads.posted[-1]
        assert (told.origin, told.notices) == (flow.thread, (Notice(code=NoticeCode.EDIT_SEEN),))
