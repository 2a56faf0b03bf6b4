"""Who decides in somebody else's place: by hand-over, absence and escalation."""

from datetime import timedelta

from temporalio.client import Client

from tests.flows.flow import CAROL, DAVE, Flow, a_rule, act, working
from tests.support.builders import BOB, NOON
from tests.support.scripted_model import says
from workflows.contracts.decisions import Outcome, Refusal, Verb
from workflows.contracts.rules import Absence, Escalation, Panel, People

BOBS = (Panel(who=People(users=(BOB.user,))),)
"""Bob has to approve, and nobody else can."""


def _only_bob(flow: Flow, **fields: object) -> None:
    flow.policy.rule = a_rule(panels=BOBS, **fields)
    flow.directory.panels = {CAROL.user: (), DAVE.user: ()}


async def test_a_vote_that_is_handed_over_is_the_receivers_alone(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        _only_bob(flow, hand_over=People(users=(CAROL.user,)))
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, approve=False, verb=Verb.HAND_OVER, to=CAROL)
        await flow.cards.until(lambda: len(flow.cards.reminders) == 1)
        assert (flow.cards.reminders[0].kind, flow.cards.reminders[0].by) == ("hand over", BOB)
        assert [it.to for it in flow.cards.reminders[0].status.handed] == [CAROL]
        await flow.vote(approval_id, BOB)
        assert "You handed this to <@U0CAROL>." in (await flow.told()).text
        await flow.vote(approval_id, CAROL)

        assert await flow.answered() == "Done."
        (vote,) = flow.cards.of(approval_id).votes
        assert (vote.decision.by, vote.instead_of) == (CAROL, BOB.user)


async def test_a_vote_is_handed_only_to_whom_the_rule_allows(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        _only_bob(flow, hand_over=People(users=(CAROL.user,)))
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, approve=False, verb=Verb.HAND_OVER, to=DAVE)

        assert "isn't one of those to whom a vote on this may be handed" in (await flow.told()).text
        assert (await flow.approvals.status(approval_id)).handed == ()


async def test_who_has_no_vote_can_hand_none_over(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        _only_bob(flow, hand_over=People(users=(CAROL.user,)))
        approval_id = await flow.ask()

        await flow.vote(approval_id, DAVE, approve=False, verb=Verb.HAND_OVER, to=CAROL)

        await flow.told()
        assert await flow.refusals(approval_id) == [Refusal.NOT_AN_APPROVER]


async def test_a_delegate_counts_in_the_place_of_who_is_away(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        _only_bob(flow, absences=(Absence(user=BOB.user, delegate=CAROL.user),))
        approval_id = await flow.ask()

        await flow.vote(approval_id, CAROL)

        assert await flow.answered() == "Done."
        assert [vote.instead_of for vote in flow.cards.of(approval_id).votes] == [BOB.user]


async def test_a_delegate_counts_for_nobody_who_is_back(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        back = Absence(user=BOB.user, delegate=CAROL.user, end=NOON)
        _only_bob(flow, absences=(back,))
        approval_id = await flow.ask()

        await flow.vote(approval_id, CAROL)

        await flow.told()
        assert await flow.refusals(approval_id) == [Refusal.NOT_AN_APPROVER]


async def test_before_an_escalation_those_that_it_adds_have_no_vote(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        to = People(users=(CAROL.user,))
        _only_bob(flow, escalation=Escalation(after=timedelta(hours=1), to=to))
        approval_id = await flow.ask()

        await flow.vote(approval_id, CAROL)

        assert "You can't decide this" in (await flow.told()).text


async def test_an_escalation_asks_more_people_who_then_count(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        to = People(users=(CAROL.user,))
        _only_bob(flow, escalation=Escalation(after=timedelta(seconds=1), to=to))
        approval_id = await flow.ask()

        await flow.cards.until(lambda: flow.cards.of(approval_id).escalated)
        await flow.cards.until(lambda: len(flow.cards.reminders) == 1)
        assert flow.cards.reminders[0].kind == "escalation"
        assert await flow.outcome(approval_id) is Outcome.PENDING
        await flow.vote(approval_id, CAROL)

        assert await flow.answered() == "Done."
        assert [vote.escalated for vote in flow.cards.of(approval_id).votes] == [True]
