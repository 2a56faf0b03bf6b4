"""Ends other than yes and no: sent back, run out of time, withdrawn."""

import asyncio
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import Client

from tests.builders import ALICE, BOB
from tests.fakes import CardBoard
from tests.flows.rig import CAROL, a_rule, act, working
from tests.model import says
from workflows.client import ApprovalClosedError
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Difference
from workflows.contracts.decisions import Outcome, Refusal, Verb
from workflows.digest import SUMMARY

SOON = timedelta(seconds=1)


class SlowBoard(CardBoard):
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
    async with working(temporal, act(1), act(2), says("Done.")) as rig:
        first = await rig.ask()

        await rig.vote(first, BOB, approve=False, verb=Verb.REQUEST_CHANGES, reason="make it 2")

        second = (await rig.asked(2))[-1]
        assert "CHANGES REQUESTED by bob: make it 2." in rig.outputs[-1]
        request = rig.cards.of(second).request
        assert request.replaces == first
        assert request.changes == (
            Difference(name=SUMMARY, before='Act on {"n": 1}', after='Act on {"n": 2}'),
        )
        await rig.cards.until(lambda: rig.cards.of(first).replaced_by == second)
        assert rig.cards.of(first).outcome is Outcome.CHANGES_REQUESTED
        await rig.vote(second, BOB)
        assert await rig.answered() == "Done."
        assert [call.arguments for call in rig.bench.ran] == ['{"n": 2}']


async def test_changes_are_asked_for_in_words(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        approval_id = await rig.ask()

        await rig.vote(approval_id, BOB, approve=False, verb=Verb.REQUEST_CHANGES)

        assert "needs a reason" in (await rig.told()).text
        assert await rig.outcome(approval_id) is Outcome.PENDING


async def test_the_same_call_after_requested_changes_is_not_asked_again(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), act(1), says("I don't get it.")) as rig:
        approval_id = await rig.ask()

        await rig.vote(
            approval_id, BOB, approve=False, verb=Verb.REQUEST_CHANGES, reason="make it 2"
        )

        assert await rig.answered() == "I don't get it."
        assert "REFUSED A MOMENT AGO" in rig.outputs[-1]
        assert "make it 2" in rig.outputs[-1]
        assert rig.cards.posted == 1


async def test_what_expired_is_told_as_neither_refused_nor_permitted(temporal: Client) -> None:
    async with working(temporal, act(1), says("Nobody answered.")) as rig:
        rig.policy.rule = a_rule(expires_after=SOON)
        approval_id = await rig.ask()
        assert rig.cards.of(approval_id).deadline is not None

        assert await rig.answered() == "Nobody answered."

        output = rig.outputs[-1]
        assert output.startswith("EXPIRED: nobody answered by 20")
        assert "neither a refusal nor a permission" in output
        assert "REJECTED" not in output
        assert rig.bench.ran == []
        with pytest.raises(ApprovalClosedError) as late:
            await rig.vote(approval_id, BOB)
        assert late.value.status is not None
        assert late.value.status.outcome is Outcome.EXPIRED


async def test_a_vote_while_the_last_card_is_drawn_is_too_late_and_told_so(
    temporal: Client,
) -> None:
    board = SlowBoard()
    async with working(temporal, act(1), says("No."), cards=board) as rig:
        approval_id = await rig.ask()
        await rig.vote(approval_id, BOB, approve=False)
        await rig.cards.until(lambda: rig.cards.of(approval_id).outcome is Outcome.REJECTED)

        await rig.vote(approval_id, CAROL)

        whisper = await rig.told()
        assert whisper.to == CAROL
        assert "already rejected by <@U0BOB>" in whisper.text
        board.gate.set()
        assert await rig.answered() == "No."


async def test_what_expired_may_be_asked_again_at_once(temporal: Client) -> None:
    async with working(temporal, act(1), says("Again?"), act(1), says("Done.")) as rig:
        rig.policy.rule = a_rule(expires_after=SOON)
        await rig.ask()
        await rig.answered(1)
        rig.policy.rule = a_rule()

        await rig.vote(await rig.ask("yes, again"), BOB)

        assert await rig.answered(2) == "Done."


async def test_who_asked_may_withdraw_and_the_model_is_told(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine.")) as rig:
        approval_id = await rig.ask()

        await rig.vote(approval_id, ALICE, approve=False, verb=Verb.WITHDRAW)

        assert await rig.answered() == "Fine."
        assert rig.cards.of(approval_id).outcome is Outcome.WITHDRAWN
        assert "WITHDRAWN by alice" in rig.outputs[-1]
        assert rig.bench.ran == []


async def test_nobody_else_can_withdraw(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        approval_id = await rig.ask()

        await rig.vote(approval_id, CAROL, approve=False, verb=Verb.WITHDRAW)

        assert "Only who asked for it can withdraw it" in (await rig.told()).text
        assert await rig.refusals(approval_id) == [Refusal.NOT_THE_REQUESTER]
        assert await rig.outcome(approval_id) is Outcome.PENDING
