"""One approval, from the question to what came of it."""

from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.client import Client

from tests.flows.flow import Flow, working
from tests.support.builders import ALICE, BOB, a_press
from tests.support.scripted_model import calls, says
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import DECIDE_SIGNAL
from workflows.contracts.decisions import Execution, Outcome, Refusal, Via

ACT = calls(("act", '{"n": 1}'))


async def _signal(flow: Flow, approval_id: str, *args: Any) -> None:
    """What `temporal workflow signal --name fulfill_order_signal --input …` sends."""
    await flow.temporal.get_workflow_handle(approval_id).signal(DECIDE_SIGNAL, args=args)


async def test_an_approved_call_runs_once_with_what_was_shown(temporal: Client) -> None:
    async with working(temporal, ACT, says("It is done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        assert flow.agent.ran == []

        await flow.approvals.decide(approval_id, True, a_press())

        assert await flow.answered() == "It is done."
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 1}']
        card = flow.cards.of(approval_id)
        assert card.outcome is Outcome.APPROVED
        assert card.execution is Execution.DONE
        assert card.decision is not None
        assert card.decision.by == BOB


async def test_a_rejected_call_never_runs_and_the_model_is_told_why(temporal: Client) -> None:
    async with working(temporal, ACT, says("It was rejected.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        press = a_press().model_copy(update={"reason": "too dear"})
        await flow.approvals.decide(approval_id, False, press)

        assert await flow.answered() == "It was rejected."
        assert flow.agent.ran == []
        output = flow.script.given[-1][-1]["output"]
        assert "REJECTED by bob" in output
        assert "too dear" in output


async def test_two_calls_of_one_turn_are_decided_apart_and_free_ones_do_not_wait(
    temporal: Client,
) -> None:
    batch = calls(("act", '{"n": 1}'), ("look", '{"n": 2}'), ("act", '{"n": 3}'))
    async with working(temporal, batch, says("One of two.")) as flow:
        await flow.say("act twice, and look")
        first, second = await flow.asked(2)
        assert [call.tool for call in flow.agent.ran] == ["look"]

        await flow.approvals.decide(second, True, a_press())
        assert (await flow.settled(second)).execution is Execution.DONE
        assert await flow.outcome(first) is Outcome.PENDING
        await flow.approvals.decide(first, False, a_press())

        assert await flow.answered() == "One of two."
        outputs = [item["output"] for item in flow.script.given[-1] if "output" in item]
        assert len(outputs) == 3
        assert any("look ran" in output for output in outputs)
        assert any("act ran" in output for output in outputs)
        assert any("REJECTED" in output for output in outputs)


@pytest.mark.parametrize(
    ("value", "outcome"), [(True, Outcome.APPROVED), (False, Outcome.REJECTED)]
)
async def test_a_bare_signal_is_an_operators_decision(
    temporal: Client, value: bool, outcome: Outcome
) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        await _signal(flow, approval_id, value)

        card = await flow.settled(approval_id)
        assert card.outcome is outcome
        assert card.decision is not None
        assert card.decision.via is Via.OPERATOR
        assert card.decision.by is None
        await flow.answered()


MALFORMED: Sequence[list[Any]] = (
    [],
    ["true"],
    ["false"],
    [1],
    [0],
    [None],
    [{"success": True}],
    [[True]],
    [True, "alice"],
    [True, {"via": "button"}],
    [True, {"id": "x", "at": "2026-11-23T12:00:00Z", "via": "button"}],
    [True, None, None],
    [True, True, True, True, True],
)


@pytest.mark.parametrize(
    "signals", [MALFORMED[::2], MALFORMED[1::2]], ids=["one half", "the other"]
)
async def test_a_malformed_signal_decides_nothing_and_wedges_nothing(
    temporal: Client, signals: Sequence[list[Any]]
) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        for told, args in enumerate(signals, 1):
            await _signal(flow, approval_id, *args)
            status = await flow.approvals.status(approval_id)
            assert status.outcome is Outcome.PENDING, args
            assert [refused.why for refused in status.refused] == [Refusal.MALFORMED] * told, args
        await flow.approvals.decide(approval_id, True, a_press())
        assert await flow.answered() == "Done."


async def test_the_same_press_delivered_twice_counts_once(temporal: Client) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        press = a_press()
        handle = temporal.get_workflow_handle(approval_id)

        await handle.signal(DECIDE_SIGNAL, args=[True, press])
        await flow.settled(approval_id)
        with pytest.raises(ApprovalClosedError) as late:
            await flow.approvals.decide(approval_id, True, press)

        assert len(flow.agent.ran) == 1
        assert late.value.status is not None
        assert late.value.status.decision == press
        await flow.answered()


async def test_a_press_after_the_decision_is_answered_privately(temporal: Client) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        flow.agent.gate.clear()
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        await flow.approvals.decide(approval_id, True, a_press(BOB))
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)

        await flow.approvals.decide(approval_id, False, a_press(ALICE))

        await flow.threads.until(lambda: len(flow.threads.ephemerals) == 1)
        assert flow.threads.ephemerals[0].to == ALICE
        assert "<@U0BOB> already approved this" in flow.threads.ephemerals[0].text
        flow.agent.gate.set()
        assert await flow.answered() == "Done."
        assert [it.why for it in flow.cards.of(approval_id).refused] == [Refusal.CLOSED]


async def test_a_press_on_a_card_that_was_replaced_decides_nothing(temporal: Client) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        await flow.cards.until(lambda: flow.cards.posted == 1)
        flow.cards.lost.add("1.0")

        await flow.approvals.card_lost(approval_id, "1.0")
        await flow.cards.until(lambda: flow.cards.posted == 2)
        await flow.approvals.decide(approval_id, True, a_press(card="1.0"))

        await flow.threads.until(lambda: len(flow.threads.ephemerals) == 1)
        assert "replaced" in flow.threads.ephemerals[0].text
        assert await flow.outcome(approval_id) is Outcome.PENDING
        await flow.approvals.decide(approval_id, True, a_press(card="2.0"))
        assert await flow.answered() == "Done."


async def test_what_cannot_be_asked_is_told_as_that_and_not_as_a_refusal(
    temporal: Client,
) -> None:
    async with working(temporal, ACT, says("I could not ask.")) as flow:
        flow.cards.refuses = "not_in_channel"
        await flow.say("please act")

        assert await flow.answered() == "I could not ask."
        assert "FAILED TO ASK" in flow.script.given[-1][-1]["output"]
        assert flow.agent.ran == []


async def test_a_card_that_is_found_gone_at_the_end_is_known_where_it_is_now(
    temporal: Client,
) -> None:
    async with working(temporal, ACT, says("It is done.")) as flow:
        id_ = await flow.ask()
        flow.cards.lost.add("1.0")
        await flow.vote(id_, BOB)
        assert await flow.answered() == "It is done."
        handle = flow.temporal.get_workflow_handle(id_, result_type=ApprovalStatus)
        end = await handle.result()
        assert end.card is not None
        assert (end.card.ts, end.edition) == ("2.0", 1)


async def test_an_action_that_fails_is_told_as_failed(temporal: Client) -> None:
    async with working(temporal, ACT, says("It failed.")) as flow:
        flow.agent.fails = "out of stock"
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        await flow.approvals.decide(approval_id, True, a_press())

        card = await flow.settled(approval_id)
        assert card.execution is Execution.FAILED
        assert card.result == "out of stock"
        await flow.answered()
        assert "failed: out of stock" in flow.script.given[-1][-1]["output"]


async def test_nobody_is_asked_for_a_call_whose_arguments_make_no_sense(temporal: Client) -> None:
    nonsense = calls(("act", "100 widgets, please"))
    async with working(temporal, nonsense, says("Sorry, what?")) as flow:
        await flow.say("please act")

        assert await flow.answered() == "Sorry, what?"
        assert flow.cards.posted == 0
        assert "JSON object" in flow.script.given[-1][-1]["output"]


async def test_an_approval_that_an_operator_ends_by_force_is_no_decision(temporal: Client) -> None:
    async with working(temporal, ACT, says("It was stopped.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        await temporal.get_workflow_handle(approval_id).terminate("tidying up")

        assert await flow.answered() == "It was stopped."
        assert flow.agent.ran == []
        assert "STOPPED" in flow.script.given[-1][-1]["output"]


async def test_pending_approvals_are_listed_newest_first_and_then_no_more(
    temporal: Client,
) -> None:
    batch = calls(("act", '{"n": 1}'), ("act", '{"n": 2}'))
    async with working(temporal, batch, says("Done.")) as flow:
        await flow.say("act twice")
        ids = await flow.asked(2)
        rows = await _listed(flow, ids)

        assert rows == sorted(rows, key=lambda row: row.asked_at, reverse=True)
        assert {row.summary for row in rows} == {'Act on {"n": 1}', 'Act on {"n": 2}'}
        assert {row.permalink for row in rows} == {"http://card.test"}
        assert {row.requester for row in rows} == {ALICE}
        for approval_id in ids:
            await flow.approvals.decide(approval_id, False, a_press())
        await flow.answered()


async def _listed(flow: Flow, ids: list[str]) -> list[Any]:
    """Visibility follows in its own time; cards are linked once they are posted."""
    for _ in range(200):
        rows = [
            row for row in (await flow.approvals.pending("T0ACME", size=50)).rows if row.id in ids
        ]
        if len(rows) == len(ids) and all(row.permalink for row in rows):
            return rows
    pytest.fail("the approvals were not listed")


@pytest.mark.parametrize("value", ["approval-000000000000", "conversation-T-C-1", "", "' OR 1=1"])
async def test_an_unknown_approval_is_an_error_of_its_own(temporal: Client, value: str) -> None:
    async with working(temporal) as flow:
        with pytest.raises(ApprovalNotFoundError):
            await flow.approvals.decide(value, True, a_press())
