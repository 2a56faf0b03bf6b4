"""What changes between the asking and the approval is never run unseen."""

from temporalio import activity
from temporalio.client import Client

from tests.flows.flow import CAROL, a_rule, act, so_many, working
from tests.support.builders import BOB
from tests.support.fakes import FakeAgent
from tests.support.scripted_model import says
from workflows.contracts.core import Call, Difference, Prepared
from workflows.contracts.decisions import Execution, Outcome
from workflows.conversation.approval_gate import MOST_REPLACEMENTS

DEARER = (Difference(name="price", before="1", after="2"),)


class ClosingShop(FakeAgent):
    """A shop that closes while somebody decides."""

    closed = False

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        if self.closed:
            return Prepared(problem="The shop has closed.")
        return await super().prepare_call(call)


async def test_what_has_changed_is_not_run_but_asked_again_with_the_difference(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        first = await flow.ask()
        flow.agent.price = 2

        await flow.vote(first, BOB)

        second = (await flow.asked(2))[-1]
        assert flow.agent.ran == []
        assert flow.cards.of(second).request.replaces == first
        assert flow.cards.of(second).request.changes == DEARER
        await flow.cards.until(lambda: flow.cards.of(first).replaced_by == second)
        assert flow.cards.of(first).outcome is Outcome.SUPERSEDED
        assert flow.cards.of(first).drift == DEARER
        ephemeral = await flow.told()
        assert ephemeral.to == BOB
        assert "price: 1 → 2" in ephemeral.text
        await flow.vote(second, BOB)
        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1


async def test_only_the_vote_that_approves_looks_again(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(panels=so_many(2))
        first = await flow.ask()
        flow.agent.price = 2
        await flow.vote(first, BOB)
        await flow.counted(first, 1)
        assert await flow.outcome(first) is Outcome.PENDING

        await flow.vote(first, CAROL)

        await flow.asked(2)
        assert await flow.outcome(first) is Outcome.SUPERSEDED
        assert flow.agent.ran == []


async def test_the_press_that_found_the_change_is_on_record_and_known_again(
    temporal: Client,
) -> None:
    async with working(temporal, act(1)) as flow:
        flow.directory.gate.clear()
        first = await flow.ask()
        flow.agent.price = 2
        press = await flow.vote(first, BOB)
        await flow.approvals.decide(first, True, press)

        flow.directory.gate.set()

        await flow.asked(2)
        (refused,) = (await flow.approvals.status(first)).refused
        assert refused.decision == press
        assert len(flow.threads.ephemerals) == 1


async def test_what_never_settles_ends_and_nothing_is_done(temporal: Client) -> None:
    async with working(temporal, act(1), says("It keeps changing.")) as flow:
        await flow.say("please act")
        for count in range(1, MOST_REPLACEMENTS + 1):
            approval_id = (await flow.asked(count))[-1]
            flow.agent.price += 1
            await flow.vote(approval_id, BOB)

        assert await flow.answered() == "It keeps changing."
        assert "SUPERSEDED: what it would do kept changing" in flow.outputs[-1]
        assert flow.cards.posted == MOST_REPLACEMENTS
        assert flow.agent.ran == []


async def test_what_has_become_impossible_fails_with_words(temporal: Client) -> None:
    agent = ClosingShop()
    async with working(temporal, act(1), says("It is closed."), agent=agent) as flow:
        approval_id = await flow.ask()
        agent.closed = True

        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "It is closed."
        card = flow.cards.of(approval_id)
        assert (card.outcome, card.execution) == (Outcome.APPROVED, Execution.FAILED)
        assert "failed: The shop has closed. Nothing was done." in flow.outputs[-1]
        assert agent.ran == []  # it could do something else by now than what was shown
