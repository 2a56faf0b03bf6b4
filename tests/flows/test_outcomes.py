"""Ends other than yes and no: sent back, run out of time, withdrawn."""

import asyncio
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import Client

from tests.flows.flow import CAROL, a_rule, act, working
from tests.support.builders import ALICE, BOB
from tests.support.fakes import FakeCards
from tests.support.scripted_model import says
from workflows.client import ApprovalClosedError
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Difference
from workflows.contracts.decisions import Outcome, Refusal, Verb
from workflows.digest import SUMMARY

SOON = timedelta(seconds=1)


class SlowBoard(FakeCards):
    """Slack, when it takes its time with cards that are decided."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    @activity.defn
    async def redraw_card(self, status: ApprovalStatus) -> Card:
        card = await super().redraw_card(status)
        await self.gate.wait()
        return card


async def test_requested_changes_reach_the_model_and_its_next_call_replaces_the_card(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), act(2), says("Done.")) as flow:
        first = await flow.ask()

        await flow.vote(first, BOB, approve=False, verb=Verb.REQUEST_CHANGES, reason="make it 2")

        second = (await flow.asked(2))[-1]
        assert "CHANGES REQUESTED by bob: make it 2." in flow.outputs[-1]
        request = flow.cards.of(second).request
        assert request.replaces == first
        assert request.changes == (
            Difference(name=SUMMARY, before='Act on {"n": 1}', after='Act on {"n": 2}'),
        )
        await flow.cards.until(lambda: flow.cards.of(first).replaced_by == second)
        assert flow.cards.of(first).outcome is Outcome.CHANGES_REQUESTED
        await flow.vote(second, BOB)
        assert await flow.answered() == "Done."
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 2}']


async def test_changes_are_asked_for_in_words(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, approve=False, verb=Verb.REQUEST_CHANGES)

        assert "needs a reason" in (await flow.told()).text
        assert await flow.outcome(approval_id) is Outcome.PENDING


async def test_the_same_call_after_requested_changes_is_not_asked_again(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), act(1), says("I don't get it.")) as flow:
        approval_id = await flow.ask()

        await flow.vote(
            approval_id, BOB, approve=False, verb=Verb.REQUEST_CHANGES, reason="make it 2"
        )

        assert await flow.answered() == "I don't get it."
        assert "REFUSED A MOMENT AGO" in flow.outputs[-1]
        assert "make it 2" in flow.outputs[-1]
        assert flow.cards.posted == 1


async def test_what_expired_is_told_as_neither_refused_nor_permitted(temporal: Client) -> None:
    async with working(temporal, act(1), says("Nobody answered.")) as flow:
        flow.policy.rule = a_rule(expires_after=SOON)
        approval_id = await flow.ask()
        assert flow.cards.of(approval_id).deadline is not None

        assert await flow.answered() == "Nobody answered."

        output = flow.outputs[-1]
        assert output.startswith("EXPIRED: nobody answered by ")
        assert "neither a refusal nor a permission" in output
        assert "REJECTED" not in output
        assert flow.agent.ran == []
        with pytest.raises(ApprovalClosedError) as late:
            await flow.vote(approval_id, BOB)
        assert late.value.status is not None
        assert late.value.status.outcome is Outcome.EXPIRED


async def test_a_vote_while_the_last_card_is_drawn_is_too_late_and_told_so(
    temporal: Client,
) -> None:
    board = SlowBoard()
    async with working(temporal, act(1), says("No."), cards=board) as flow:
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, approve=False)
        await flow.cards.until(lambda: flow.cards.of(approval_id).outcome is Outcome.REJECTED)

        await flow.vote(approval_id, CAROL)

        ephemeral = await flow.told()
        assert ephemeral.to == CAROL
        assert "<@U0BOB> already rejected this" in ephemeral.text
        board.gate.set()
        assert await flow.answered() == "No."


async def test_what_expired_may_be_asked_again_at_once(temporal: Client) -> None:
    async with working(temporal, act(1), says("Again?"), act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(expires_after=SOON)
        await flow.ask()
        await flow.answered(1)
        flow.policy.rule = a_rule()

        await flow.vote(await flow.ask("yes, again"), BOB)

        assert await flow.answered(2) == "Done."


async def test_who_asked_may_withdraw_and_the_model_is_told(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine.")) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, ALICE, approve=False, verb=Verb.WITHDRAW)

        assert await flow.answered() == "Fine."
        assert flow.cards.of(approval_id).outcome is Outcome.WITHDRAWN
        assert "WITHDRAWN by alice" in flow.outputs[-1]
        assert flow.agent.ran == []


async def test_nobody_else_can_withdraw(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, CAROL, approve=False, verb=Verb.WITHDRAW)

        assert "Only the person who asked for it can withdraw it" in (await flow.told()).text
        assert await flow.refusals(approval_id) == [Refusal.NOT_THE_REQUESTER]
        assert await flow.outcome(approval_id) is Outcome.PENDING
