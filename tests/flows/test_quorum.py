"""Several people, each counted once and in the order in which they pressed."""

from temporalio.client import Client

from tests.flows.flow import CAROL, DAVE, a_rule, act, so_many, working
from tests.support.builders import BOB, a_press
from tests.support.scripted_model import says
from workflows.contracts.decisions import Execution, Outcome, Refusal
from workflows.listing.search_attributes import VOTED

TWO = a_rule(panels=so_many(2))


async def test_one_of_two_votes_is_shown_and_decides_nothing(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB)

        card = await flow.counted(approval_id, 1)
        assert card.outcome is Outcome.PENDING
        assert [vote.decision.by for vote in card.votes] == [BOB]
        found = await temporal.get_workflow_handle(approval_id).describe()
        assert found.typed_search_attributes.get(VOTED) == [BOB.user]
        assert flow.agent.ran == []


async def test_the_second_vote_runs_the_action_once(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB)
        await flow.vote(approval_id, CAROL)

        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1
        assert flow.cards.of(approval_id).execution is Execution.DONE
        assert "APPROVED by bob and carol" in flow.outputs[-1]


async def test_the_same_person_is_not_two(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)

        await flow.vote(approval_id, BOB)

        assert "Your approval already counts" in (await flow.told()).text
        assert (await flow.approvals.status(approval_id)).counted == 1


async def test_somebody_in_both_panels_counts_in_the_one_that_is_short(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(panels=so_many(1, 1))
        flow.directory.panels = {BOB.user: (0, 1), CAROL.user: (0,)}
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)
        await flow.counted(approval_id, 1)

        await flow.vote(approval_id, CAROL)

        assert await flow.answered() == "Done."


async def test_two_of_one_panel_do_not_make_up_for_the_other(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(panels=so_many(1, 1))
        flow.directory.panels = {BOB.user: (0, 1), CAROL.user: (0,), DAVE.user: (0,)}
        approval_id = await flow.ask()
        await flow.vote(approval_id, CAROL)
        await flow.vote(approval_id, DAVE)
        await flow.cards.until(lambda: len(flow.cards.of(approval_id).votes) == 2)
        card = flow.cards.of(approval_id)
        assert (card.outcome, card.counted) == (Outcome.PENDING, 1)

        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Done."


async def test_one_rejection_is_enough(temporal: Client) -> None:
    async with working(temporal, act(1), says("No.")) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)

        await flow.vote(approval_id, CAROL, approve=False)

        assert await flow.answered() == "No."
        assert flow.cards.of(approval_id).outcome is Outcome.REJECTED
        assert flow.agent.ran == []


async def test_votes_that_arrive_while_the_directory_hangs_count_in_their_order(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()
        flow.directory.gate.clear()
        await flow.vote(approval_id, BOB)
        await flow.vote(approval_id, CAROL)
        await flow.directory.until(lambda: len(flow.directory.asked) == 1)

        flow.directory.gate.set()

        assert await flow.answered() == "Done."
        votes = flow.cards.of(approval_id).votes
        assert [vote.decision.by for vote in votes] == [BOB, CAROL]


async def test_a_press_delivered_again_while_it_is_looked_up_counts_once(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()
        flow.directory.gate.clear()
        press = a_press(BOB)
        for _ in range(3):
            await flow.approvals.decide(approval_id, True, press)
        flow.directory.gate.set()
        await flow.counted(approval_id, 1)

        await flow.vote(approval_id, CAROL)

        assert await flow.answered() == "Done."
        assert flow.cards.of(approval_id).refused == ()
        assert flow.threads.ephemerals == []


async def test_a_rejection_between_two_votes_that_are_looked_up_stands(temporal: Client) -> None:
    async with working(temporal, act(1), says("No.")) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()
        flow.directory.gate.clear()
        await flow.vote(approval_id, BOB)
        await flow.vote(approval_id, CAROL, approve=False)
        await flow.vote(approval_id, DAVE)

        flow.directory.gate.set()

        assert await flow.answered() == "No."
        await flow.told(2)
        assert {it.to for it in flow.threads.ephemerals} == {BOB, DAVE}
        assert all("<@U0CAROL> already rejected this" in it.text for it in flow.threads.ephemerals)
        assert await flow.refusals(approval_id) == [Refusal.CLOSED] * 2
