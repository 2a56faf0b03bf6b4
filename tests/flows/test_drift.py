"""What changes between the asking and the approval is never run unseen."""

from temporalio import activity
from temporalio.client import Client

from tests.builders import BOB
from tests.fakes import Workbench
from tests.flows.rig import CAROL, a_rule, act, so_many, working
from tests.model import says
from workflows.contracts.core import Call, Difference, Prepared, ToolResult
from workflows.contracts.decisions import Execution, Outcome
from workflows.conversation.approval_gate import MOST_REPLACEMENTS

DEARER = (Difference(name="price", before="1", after="2"),)


class ClosingShop(Workbench):
    """A shop that closes while somebody decides."""

    closed = False

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        if self.closed:
            return Prepared(problem="The shop has closed.")
        return await super().prepare_call(call)

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        self.fails = "the shop has closed" if self.closed else None
        return await super().run_tool(call)


async def test_what_has_changed_is_not_run_but_asked_again_with_the_difference(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        first = await rig.ask()
        rig.bench.price = 2

        await rig.vote(first, BOB)

        second = (await rig.asked(2))[-1]
        assert rig.bench.ran == []
        assert rig.cards.of(second).request.replaces == first
        assert rig.cards.of(second).request.changes == DEARER
        await rig.cards.until(lambda: rig.cards.of(first).replaced_by == second)
        assert rig.cards.of(first).outcome is Outcome.SUPERSEDED
        assert rig.cards.of(first).drift == DEARER
        whisper = await rig.told()
        assert whisper.to == BOB
        assert "price: 1 → 2" in whisper.text
        await rig.vote(second, BOB)
        assert await rig.answered() == "Done."
        assert len(rig.bench.ran) == 1


async def test_only_the_vote_that_approves_looks_again(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        rig.policy.rule = a_rule(panels=so_many(2))
        first = await rig.ask()
        rig.bench.price = 2
        await rig.vote(first, BOB)
        await rig.counted(first, 1)
        assert await rig.outcome(first) is Outcome.PENDING

        await rig.vote(first, CAROL)

        await rig.asked(2)
        assert await rig.outcome(first) is Outcome.SUPERSEDED
        assert rig.bench.ran == []


async def test_the_press_that_found_the_change_is_on_record_and_known_again(
    temporal: Client,
) -> None:
    async with working(temporal, act(1)) as rig:
        rig.directory.gate.clear()
        first = await rig.ask()
        press = await rig.vote(first, BOB)
        await rig.approvals.decide(first, True, press)
        rig.bench.price = 2

        rig.directory.gate.set()

        await rig.asked(2)
        (refused,) = (await rig.approvals.status(first)).refused
        assert refused.decision == press
        assert len(rig.log.whispers) == 1


async def test_what_never_settles_ends_and_nothing_is_done(temporal: Client) -> None:
    async with working(temporal, act(1), says("It keeps changing.")) as rig:
        await rig.say("please act")
        for count in range(1, MOST_REPLACEMENTS + 1):
            approval_id = (await rig.asked(count))[-1]
            rig.bench.price += 1
            await rig.vote(approval_id, BOB)

        assert await rig.answered() == "It keeps changing."
        assert "SUPERSEDED: what it would do kept changing" in rig.outputs[-1]
        assert rig.cards.posted == MOST_REPLACEMENTS
        assert rig.bench.ran == []


async def test_what_has_become_impossible_fails_with_words(temporal: Client) -> None:
    shop = ClosingShop()
    async with working(temporal, act(1), says("It is closed."), bench=shop) as rig:
        approval_id = await rig.ask()
        shop.closed = True

        await rig.vote(approval_id, BOB)

        assert await rig.answered() == "It is closed."
        card = rig.cards.of(approval_id)
        assert (card.outcome, card.execution) == (Outcome.APPROVED, Execution.FAILED)
        assert "FAILED: the shop has closed" in rig.outputs[-1]
