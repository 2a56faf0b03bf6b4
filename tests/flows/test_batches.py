"""Several calls of one answer: a card each, and above three a summary."""

from temporalio.client import Client

from tests.builders import BOB
from tests.fakes import ANYBODY
from tests.flows.rig import act, working
from tests.model import calls, says
from workflows.contracts.decisions import Execution, Outcome
from workflows.contracts.rules import Ruling, Verdict

MIXED = calls(
    ("act", '{"n": 1}'),
    ("look", '{"n": 9}'),
    ("act", '{"n": 2}'),
    ("act", '{"n": 3}'),
    ("act", '{"n": 4}'),
)
ASK = Ruling(verdict=Verdict.ASK, rule=ANYBODY)


async def test_four_calls_get_a_summary_that_is_rewritten_as_they_end(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3, 4), says("All ended.")) as rig:
        await rig.say("act on all")
        ids = await rig.asked(4)
        await rig.cards.until(lambda: len(rig.cards.batches) == 1)
        first = rig.cards.batches[0]
        assert sorted(row.id for row in first.rows) == sorted(ids)
        assert {row.outcome for row in first.rows} == {Outcome.PENDING}

        for approval_id in ids:
            await rig.vote(approval_id, BOB, approve=approval_id != ids[0])

        assert await rig.answered() == "All ended."
        last = rig.cards.batches[-1]
        assert (last.key, last.ts) == (first.key, "9.0")
        assert {row.id: row.outcome for row in last.rows} == {
            id_: Outcome.REJECTED if id_ == ids[0] else Outcome.APPROVED for id_ in ids
        }


async def test_three_calls_are_taken_in_at_a_glance(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3), says("All ended.")) as rig:
        await rig.say("act on all")
        for approval_id in await rig.asked(3):
            await rig.vote(approval_id, BOB)

        assert await rig.answered() == "All ended."
        assert rig.cards.batches == []


async def test_what_nobody_is_asked_for_is_in_no_summary(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3, 4, 5, 6), says("All ended.")) as rig:
        denied = Ruling(verdict=Verdict.DENY, because="Never.")
        allowed = Ruling(verdict=Verdict.ALLOW)
        rig.policy.rulings = [denied, ASK, ASK, allowed, ASK, ASK]
        await rig.say("act on all")
        ids = await rig.asked(4)
        await rig.cards.until(lambda: len(rig.cards.batches) == 1)
        assert sorted(row.id for row in rig.cards.batches[0].rows) == sorted(ids)

        for approval_id in ids:
            await rig.vote(approval_id, BOB)

        assert await rig.answered() == "All ended."


async def test_a_batch_with_few_to_ask_for_gets_no_summary(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3, 4), says("All ended.")) as rig:
        rig.policy.rulings = [Ruling(verdict=Verdict.ALLOW), ASK, ASK, ASK]
        await rig.say("act on all")
        for approval_id in await rig.asked(3):
            await rig.vote(approval_id, BOB)

        assert await rig.answered() == "All ended."
        assert rig.cards.batches == []


async def test_siblings_are_decided_apart_and_free_calls_do_not_wait(temporal: Client) -> None:
    async with working(temporal, MIXED, says("One of four.")) as rig:
        await rig.say("look, and act on all")
        ids = await rig.asked(4)
        await rig.bench.until(lambda: len(rig.bench.ran) == 1)
        assert rig.bench.ran[0].tool == "look"

        await rig.vote(ids[2], BOB)

        assert (await rig.settled(ids[2])).execution is Execution.DONE
        others = [id_ for id_ in ids if id_ != ids[2]]
        assert {await rig.outcome(id_) for id_ in others} == {Outcome.PENDING}
        for id_ in others:
            await rig.vote(id_, BOB, approve=False)
        assert await rig.answered() == "One of four."
        assert len(rig.outputs) == 5
        assert sum("look ran" in output for output in rig.outputs) == 1
        assert sum("act ran" in output for output in rig.outputs) == 1
        assert sum("REJECTED" in output for output in rig.outputs) == 3


async def test_a_call_that_cannot_be_prepared_leaves_its_siblings_alone(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("One of two.")) as rig:
        rig.bench.unpreparable.add('{"n": 1}')
        approval_id = await rig.ask()

        await rig.vote(approval_id)

        assert await rig.answered() == "One of two."
        assert [call.arguments for call in rig.bench.ran] == ['{"n": 2}']
        assert any(output.startswith("NOT ASKED") for output in rig.outputs)
