"""Agents that hand over to each other: whose call it is, and who answers next."""

import json

from agents import Agent, ModelSettings, RunContextWrapper, handoff
from pydantic import BaseModel
from temporalio.client import Client

from countersign.agents.approval_rules import RULES
from tests.flows.own_agent import at_work_with, look_up, ran, refund
from tests.support.scripted_model import calls, says
from workflows.contracts.decisions import Outcome

REFUND = ("refund", '{"order": 7, "approval_reason": "it broke"}')


def _triage() -> Agent[None]:
    """Two agents that may hand over to each other."""
    refunds = Agent[None](name="Refunds", instructions="Refund.", tools=[refund, look_up])
    triage = Agent[None](name="Triage", instructions="Sort.", handoffs=[refunds], tools=[look_up])
    refunds.handoffs.append(handoff(triage, tool_name_override="give_back"))
    return triage


def _asked_in_turn(instructions: list[str]) -> list[str]:
    return [it.removesuffix(RULES).strip() for it in instructions]


async def test_who_was_handed_over_to_asks_for_approval_and_stays_with_the_thread(
    temporal: Client,
) -> None:
    answers = (
        calls(("transfer_to_refunds", "{}")),
        calls(REFUND),
        says("Done."),
        says("You are welcome."),
    )
    async with at_work_with(temporal, _triage(), *answers) as flow:
        id_ = await flow.ask("my teapot broke")
        assert flow.cards.of(id_).shown.agent == "Refunds"
        await flow.vote(id_)

        assert await flow.answered() == "Done."
        await flow.say("thank you")
        assert await flow.answered(2) == "You are welcome."
        assert ran(flow) == [("Refunds", "refund")]
        told = _asked_in_turn(flow.script.instructions)
        assert told == ["Sort.", "Refund.", "Refund.", "Refund."]


async def test_agents_may_hand_over_in_a_circle(temporal: Client) -> None:
    answers = (
        calls(("transfer_to_refunds", "{}")),
        calls(("look_up", '{"order": 7}')),
        calls(("give_back", "{}")),
        says("It is a teapot."),
    )
    async with at_work_with(temporal, _triage(), *answers) as flow:
        await flow.say("what is 7?")
        assert await flow.answered() == "It is a teapot."
        assert _asked_in_turn(flow.script.instructions) == ["Sort.", "Refund.", "Refund.", "Sort."]
        assert ran(flow) == [("Refunds", "look_up")]


async def test_the_card_comes_first_and_the_handoff_after(temporal: Client) -> None:
    billing = Agent[None](name="Billing", instructions="Bill.")
    desk = Agent[None](
        name="Desk",
        instructions="Help.",
        tools=[refund],
        handoffs=[billing],
        model_settings=ModelSettings(tool_choice="required"),
    )
    answers = (
        calls(REFUND, ("transfer_to_billing", "{}"), ("transfer_to_billing", '{"x": 1}')),
        says("Billed."),
    )
    async with at_work_with(temporal, desk, *answers) as flow:
        id_ = await flow.ask()
        assert flow.cards.of(id_).shown.agent == "Desk"
        assert len(flow.script.given) == 1
        await flow.vote(id_)

        assert await flow.answered() == "Billed."
        assert _asked_in_turn(flow.script.instructions) == ["Help.", "Bill."]
        done, transferred, ignored = flow.outputs
        assert "order 7 is paid back" in done
        assert json.loads(transferred) == {"assistant": "Billing"}
        assert "ignoring this one" in ignored
        called = [it["call_id"] for it in flow.script.given[-1] if "name" in it]
        outputs = [it["call_id"] for it in flow.script.given[-1] if "output" in it]
        assert called == outputs


async def test_a_rejected_call_does_not_keep_a_handoff(temporal: Client) -> None:
    billing = Agent[None](name="Billing", instructions="Bill.")
    desk = Agent[None](name="Desk", instructions="Help.", tools=[refund], handoffs=[billing])
    answers = (calls(REFUND, ("transfer_to_billing", "{}")), says("Not refunded."))
    async with at_work_with(temporal, desk, *answers) as flow:
        id_ = await flow.ask()
        await flow.renew()
        told = len(flow.threads.replies)
        await flow.vote(id_, approve=False)

        assert await flow.answered(told + 1) == "Not refunded."
        assert await flow.outcome(id_) is Outcome.REJECTED
        assert _asked_in_turn(flow.script.instructions) == ["Help.", "Bill."]
        assert ran(flow) == []


class Why(BaseModel):
    """What a handoff is told."""

    why: str


async def test_what_the_author_wants_done_at_a_handoff_runs_in_the_worker(
    temporal: Client,
) -> None:
    seen: list[tuple[str, str]] = []

    async def note(context: RunContextWrapper[str], given: Why) -> None:
        seen.append((context.context, given.why))

    billing = Agent[str](name="Billing", instructions="Bill.")
    desk = Agent[str](
        name="Desk",
        instructions="Help.",
        tools=[refund],
        handoffs=[handoff(billing, on_handoff=note, input_type=Why)],
    )
    answers = (
        calls(("transfer_to_billing", '{"why": "angry"}')),
        says("Billed."),
    )
    async with at_work_with(temporal, desk, *answers, context="the shop") as flow:
        await flow.say("bill me")
        assert await flow.answered() == "Billed."
        assert seen == [("the shop", "angry")]


async def test_arguments_of_a_handoff_that_do_not_fit_end_the_turn_in_words(
    temporal: Client,
) -> None:
    billing = Agent[None](name="Billing", instructions="Bill.")
    to_billing = handoff(billing, on_handoff=lambda _, __: None, input_type=Why)
    desk = Agent[None](name="Desk", instructions="Help.", handoffs=[to_billing])
    answer = calls(("transfer_to_billing", '{"why": 7}'))
    async with at_work_with(temporal, desk, answer) as flow:
        await flow.say("bill me")
        assert "made no sense" in await flow.answered()
        assert await flow.failed_tasks() == []


async def test_an_agent_that_has_to_call_a_tool_may_answer_after_the_approval(
    temporal: Client,
) -> None:
    desk = Agent[None](
        name="Desk",
        instructions="Help.",
        tools=[refund],
        model_settings=ModelSettings(tool_choice="required"),
    )
    async with at_work_with(temporal, desk, calls(REFUND), says("Done.")) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "Done."
        assert [it.tool_choice for it in flow.script.settings] == ["required", None]
