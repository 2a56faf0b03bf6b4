"""Several calls of one answer: a card each, and above three a summary."""

import pytest
from temporalio.client import Client

from tests.flows.flow import act, working
from tests.support.builders import ANYBODY, BOB
from tests.support.scripted_model import calls, says
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
    async with working(temporal, act(1, 2, 3, 4), says("All ended.")) as flow:
        await flow.say("act on all")
        ids = await flow.asked(4)
        await flow.cards.until(lambda: len(flow.cards.batches) == 1)
        first = flow.cards.batches[0]
        assert sorted(row.id for row in first.rows) == sorted(ids)
        assert {row.outcome for row in first.rows} == {Outcome.PENDING}

        for approval_id in ids:
            await flow.vote(approval_id, BOB, approve=approval_id != ids[0])

        assert await flow.answered() == "All ended."
        last = flow.cards.batches[-1]
        assert (last.key, last.ts) == (first.key, "9.0")
        assert {row.id: row.outcome for row in last.rows} == {
            id_: Outcome.REJECTED if id_ == ids[0] else Outcome.APPROVED for id_ in ids
        }


@pytest.mark.parametrize("calls", [1, 2])
async def test_two_calls_get_a_summary_and_one_gets_none(temporal: Client, calls: int) -> None:
    numbers = range(1, calls + 1)
    async with working(temporal, act(*numbers), says("All ended.")) as flow:
        await flow.say("act on all")
        ids = await flow.asked(calls)
        if calls > 1:
            await flow.cards.until(lambda: len(flow.cards.batches) == 1)
        for approval_id in ids:
            await flow.vote(approval_id, BOB)

        assert await flow.answered() == "All ended."
        assert bool(flow.cards.batches) is (calls > 1)


async def test_what_nobody_is_asked_for_is_in_no_summary(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3, 4, 5, 6), says("All ended.")) as flow:
        denied = Ruling(verdict=Verdict.DENY, because="Never.")
        allowed = Ruling(verdict=Verdict.ALLOW)
        flow.policy.rulings = [denied, ASK, ASK, allowed, ASK, ASK]
        await flow.say("act on all")
        ids = await flow.asked(4)
        await flow.cards.until(lambda: len(flow.cards.batches) == 1)
        assert sorted(row.id for row in flow.cards.batches[0].rows) == sorted(ids)

        for approval_id in ids:
            await flow.vote(approval_id, BOB)

        assert await flow.answered() == "All ended."


async def test_a_batch_with_few_to_ask_for_gets_no_summary(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3, 4), says("All ended.")) as flow:
        allowed = Ruling(verdict=Verdict.ALLOW)
        flow.policy.rulings = [allowed, allowed, allowed, ASK]
        await flow.say("act on all")
        for approval_id in await flow.asked(1):
            await flow.vote(approval_id, BOB)

        assert await flow.answered() == "All ended."
        assert flow.cards.batches == []


async def test_siblings_are_decided_apart_and_free_calls_do_not_wait(temporal: Client) -> None:
    async with working(temporal, MIXED, says("One of four.")) as flow:
        await flow.say("look, and act on all")
        ids = await flow.asked(4)
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)
        assert flow.agent.ran[0].tool == "look"

        await flow.vote(ids[2], BOB)

        assert (await flow.settled(ids[2])).execution is Execution.DONE
        others = [id_ for id_ in ids if id_ != ids[2]]
        assert {await flow.outcome(id_) for id_ in others} == {Outcome.PENDING}
        for id_ in others:
            await flow.vote(id_, BOB, approve=False)
        assert await flow.answered() == "One of four."
        assert len(flow.outputs) == 5
        assert sum("look ran" in output for output in flow.outputs) == 1
        assert sum("act ran" in output for output in flow.outputs) == 1
        assert sum("REJECTED" in output for output in flow.outputs) == 3


async def test_a_call_that_cannot_be_prepared_leaves_its_siblings_alone(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("One of two.")) as flow:
        flow.agent.unpreparable.add('{"n": 1}')
        approval_id = await flow.ask()

        await flow.vote(approval_id)

        assert await flow.answered() == "One of two."
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 2}']
        assert any(output.startswith("NOT ASKED") for output in flow.outputs)
