"""Cards of one answer appear in the order of its calls; one that is stuck holds nobody for long."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from tests.flows.flow import Flow, act, working
from tests.flows.slow_fakes import SlowAgent, SlowSlack
from tests.support.fakes import FakeCards
from tests.support.scripted_model import says
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import CARD_SHOWN_SIGNAL
from workflows.contracts.decisions import Outcome

ONE, TWO, THREE = ('{"n": 1}', '{"n": 2}', '{"n": 3}')


class LateSlack(FakeCards):
    """Slack, when the first try to post each card fails, the first card's more often."""

    def __init__(self) -> None:
        super().__init__()
        self._tries: dict[str, int] = {ONE: 2, TWO: 1}

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Card:
        """Fail as often as is set."""
        arguments = status.call.arguments
        if self._tries.get(arguments, 0):
            self._tries[arguments] -= 1
            raise ApplicationError("away")
        return await super().post_card(status)


def _shown(flow: Flow) -> Sequence[str]:
    """Arguments of every card, in the order of posting."""
    return [flow.cards.of(id_).call.arguments for id_ in flow.cards.ids]


async def _events(flow: Flow, workflow_id: str) -> Sequence[Any]:
    history = await flow.temporal.get_workflow_handle(workflow_id).fetch_history()
    return history.events


async def test_cards_come_in_the_order_asked(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3), says("Done."), cards=LateSlack()) as flow:
        await flow.say("act on all")
        ids = await flow.asked(3)
        await flow.cards.until(lambda: bool(flow.cards.batches))

        assert _shown(flow) == [ONE, TWO, THREE]
        assert [row.id for row in flow.cards.batches[0].rows] == ids
        asked = [flow.cards.of(id_).request.asked_at for id_ in ids]
        assert asked == sorted(set(asked))
        for id_ in ids:
            await flow.vote(id_)
        assert await flow.answered() == "Done."
        assert await flow.failed_tasks() == []


async def test_a_slow_preview_keeps_its_place(temporal: Client) -> None:
    agent = SlowAgent()
    agent.doors.close(ONE)
    async with working(temporal, act(1, 2), agent=agent) as flow:
        await flow.say("act on both")
        await agent.until(lambda: agent.previewed == 2)
        agent.doors.open(ONE)
        await flow.asked(2)

        assert _shown(flow) == [ONE, TWO]


async def test_a_card_that_is_stuck_is_overtaken(temporal: Client) -> None:
    cards = SlowSlack(ONE)
    async with working(temporal, act(1, 2), says("Done."), cards=cards) as flow:
        await flow.say("act on both")
        await flow.asked(1)
        assert _shown(flow) == [TWO]

        cards.free.set()
        ids = await flow.asked(2)
        await flow.cards.until(lambda: bool(flow.cards.batches))
        assert [row.id for row in flow.cards.batches[0].rows] == [ids[1], ids[0]]


async def test_a_card_that_cannot_be_posted_holds_nobody(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("Nobody could be asked.")) as flow:
        flow.cards.refuses = "channel_not_found"
        async with asyncio.timeout(4):
            await flow.say("act on both")
            assert await flow.answered() == "Nobody could be asked."


async def test_a_call_that_is_not_asked_holds_nobody(temporal: Client) -> None:
    async with working(temporal, act(1, 2)) as flow:
        flow.agent.unpreparable = {ONE}
        async with asyncio.timeout(4):
            await flow.say("act on both")
            (id_,) = await flow.asked(1)
        assert await flow.outcome(id_) is Outcome.PENDING


@pytest.mark.parametrize(("numbers", "told"), [((1,), 0), ((1, 2), 1), ((1, 2, 3), 2)])
async def test_only_those_with_others_behind_them_tell_of_their_card(
    temporal: Client, numbers: Sequence[int], told: int
) -> None:
    async with working(temporal, act(*numbers)) as flow:
        await flow.say("act on all")
        await flow.asked(len(numbers))

        events = await _events(flow, flow.thread.workflow_id)
        signals = [it.workflow_execution_signaled_event_attributes.signal_name for it in events]
        assert signals.count(CARD_SHOWN_SIGNAL) == told
        timers = [it.event_type == EventType.EVENT_TYPE_TIMER_STARTED for it in events]
        assert timers.count(True) <= told
