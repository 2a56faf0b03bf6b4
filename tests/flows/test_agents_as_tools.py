"""Agents that are called as tools: what they ask for is asked by them, and waits as durably."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from agents import Agent, ModelResponse, Tool
from temporalio.client import Client

from tests.flows.flow import CAROL, a_rule, at_work
from tests.flows.own_agent import at_work_with, flow_of, look_up, ran, refund
from tests.support.builders import ALICE
from tests.support.scripted_model import Answer, Script, calls, says
from workflows.contracts.core import StopRequest, TurnLimits
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import Ruling, Verdict

REFUND = ("refund", '{"order": 7, "approval_reason": "it broke"}')


def _office(**more: Any) -> Agent[None]:
    """A director, who asks an office, which asks a clerk."""
    clerk = Agent[None](name="Clerk", instructions="Do it.", tools=[refund, look_up])
    ask_clerk = clerk.as_tool("ask_clerk", "Ask the clerk.", **more)
    office = Agent[None](name="Office", instructions="Have it done.", tools=[ask_clerk])
    ask_office = office.as_tool("ask_office", "Ask the office.")
    return Agent[None](name="Director", instructions="Direct.", tools=[ask_office, refund])


def _ask(tool: str, text: str = "refund 7") -> tuple[str, str]:
    return tool, f'{{"input": "{text}"}}'


async def test_two_agents_deep_it_waits_without_a_worker_and_runs_once(temporal: Client) -> None:
    answers = (
        calls(_ask("ask_office")),
        calls(_ask("ask_clerk", "pay 7 back")),
        calls(REFUND),
        says("Clerk: paid."),
        says("Office: paid."),
        says("It is paid back."),
    )
    flow = flow_of(temporal, _office(), *answers)
    async with at_work(flow):
        id_ = await flow.ask("my teapot broke")
        assert flow.cards.of(id_).shown.agent == "Clerk"
        assert flow.script.given[2][0]["content"] == "pay 7 back"
    assert ran(flow) == []

    async with at_work(flow):
        await flow.vote(id_)
        assert await flow.answered() == "It is paid back."
        assert ran(flow) == [("Clerk", "refund")]
        assert flow.threads.replies == ["It is paid back."]
        assert flow.outputs == ["Office: paid."]
        assert await flow.failed_tasks() == []


async def test_it_goes_on_in_a_fresh_history(temporal: Client) -> None:
    answers = (
        calls(_ask("ask_office")),
        calls(_ask("ask_clerk")),
        calls(REFUND),
        says("Clerk: paid."),
        says("Office: paid."),
        says("It is paid back."),
    )
    async with at_work_with(temporal, _office(), *answers) as flow:
        id_ = await flow.ask()
        await flow.renew()
        told = len(flow.threads.replies)
        await flow.vote(id_)
        assert await flow.answered(told + 1) == "It is paid back."
        assert ran(flow) == [("Clerk", "refund")]


async def test_others_are_answered_while_an_inner_call_waits(temporal: Client) -> None:
    answers = (
        calls(_ask("ask_office")),
        calls(_ask("ask_clerk")),
        calls(REFUND),
        says("I'm here."),
        says("Clerk: no."),
        says("Office: no."),
        says("It was not paid back."),
    )
    async with at_work_with(temporal, _office(), *answers) as flow:
        id_ = await flow.ask()
        await flow.say("anybody there?", who=CAROL)
        assert await flow.answered() == "I'm here."

        await flow.vote(id_, approve=False)
        assert await flow.answered(2) == "It was not paid back."
        assert ran(flow) == []


async def test_calls_of_an_agent_and_of_one_that_it_calls_are_decided_side_by_side(
    temporal: Client,
) -> None:
    clerk = Agent[None](name="Clerk", instructions="Do it.", tools=[refund])
    ask = clerk.as_tool("ask_clerk", "Ask.")
    desk = Agent[None](name="Desk", instructions="Help.", tools=[refund, ask])
    own = ("refund", '{"order": 8, "approval_reason": ""}')
    answers = (
        calls(own, _ask("ask_clerk")),
        calls(REFUND),
        says("Clerk: paid."),
        says("Both are paid back."),
    )
    async with at_work_with(temporal, desk, *answers) as flow:
        await flow.say("refund both")
        ids = await flow.asked(2)
        assert {flow.cards.of(it).shown.agent for it in ids} == {"Desk", "Clerk"}
        await asyncio.gather(*map(flow.vote, ids))

        assert await flow.answered() == "Both are paid back."
        assert sorted(ran(flow)) == [("", "refund"), ("Clerk", "refund")]
        assert "order 8 is paid back" in flow.outputs[0]
        assert flow.outputs[1] == "Clerk: paid."


class Together(Script):
    """Clerks of which none answers before both are asked."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(*answers)
        self._both = asyncio.Barrier(2)

    async def get_response(self, *given: Any, **named: Any) -> ModelResponse:
        answer = await super().get_response(*given, **named)
        if named["system_instructions"].startswith("Do it."):
            await self._both.wait()
        return answer


async def test_agents_of_one_answer_work_at_the_same_time(temporal: Client) -> None:
    names = ("Clerk", "Other")
    clerks = [Agent[None](name=it, instructions="Do it.", tools=[refund]) for it in names]
    tools: list[Tool] = [it.as_tool(f"ask_{it.name}".lower(), "Ask.") for it in clerks]
    desk = Agent[None](name="Desk", instructions="Help.", tools=tools)
    both = calls(_ask("ask_clerk"), _ask("ask_other"))
    flow = flow_of(temporal, desk)
    flow.script = Together(both, says("Paid."), says("Paid."), says("Both are paid back."))
    async with at_work(flow):
        await flow.say("refund both")
        assert await flow.answered() == "Both are paid back."
        assert flow.outputs == ["Paid.", "Paid."]


async def test_stopping_the_turn_withdraws_what_an_inner_agent_asks_for(temporal: Client) -> None:
    answers = (calls(_ask("ask_office")), calls(_ask("ask_clerk")), calls(REFUND))
    async with at_work_with(temporal, _office(), *answers) as flow:
        id_ = await flow.ask()
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        await handle.signal("stop", StopRequest(id="s1", by=ALICE))

        assert "stopped" in (await flow.answered()).lower()
        assert await flow.outcome(id_) is Outcome.WITHDRAWN
        assert (ran(flow), len(flow.script.given)) == ([], 3)


async def test_nonsense_in_an_inner_agent_is_told_to_that_agent(temporal: Client) -> None:
    answers = (
        calls(_ask("ask_office")),
        calls(_ask("ask_clerk")),
        calls(
            ("no_such_tool", "{}"),
            ("look_up", "not JSON"),
            ("look_up", '{"order": 7}'),
            ("look_up", '{"order": 7}'),
        ),
        says("Clerk: a teapot."),
        says("Office: a teapot."),
        says("A teapot."),
    )
    async with at_work_with(temporal, _office(), *answers) as flow:
        await flow.say("what is 7?")
        assert await flow.answered() == "A teapot."
        assert ran(flow) == [("Clerk", "look_up")]
        unknown, no_json, done, twice = (
            it["output"] for it in flow.script.given[3] if "output" in it
        )
        assert "NO SUCH TOOL" in unknown
        assert "NOT RUN" in no_json
        assert "teapot" in done
        assert "very same call" in twice


@pytest.mark.parametrize("arguments", ["{}", '{"input": 7}', '{"input": "x", "more": 1}', "no"])
async def test_an_agent_is_not_asked_with_arguments_that_do_not_fit(
    temporal: Client, arguments: str
) -> None:
    answers = (calls(("ask_office", arguments)), says("That went wrong."))
    async with at_work_with(temporal, _office(), *answers) as flow:
        await flow.say("do it")
        assert await flow.answered() == "That went wrong."
        assert "NOT RUN" in flow.outputs[0]


async def test_an_inner_agent_that_goes_in_circles_ends_alone(temporal: Client) -> None:
    circles = (calls(("look_up", f'{{"order": {n}}}')) for n in range(TurnLimits().model_calls))
    answers = (
        calls(_ask("ask_office")),
        calls(_ask("ask_clerk")),
        *circles,
        says("Office: the clerk is confused."),
        says("It did not work."),
    )
    async with at_work_with(temporal, _office(), *answers) as flow:
        await flow.say("what is 7?")
        assert await flow.answered() == "It did not work."
        [told] = (it["output"] for it in flow.script.given[-2] if "output" in it)
        assert "NO ANSWER from Clerk: it was stopped after 12 model calls" in told


async def test_so_many_model_calls_as_its_author_allows(temporal: Client) -> None:
    answers = (
        calls(_ask("ask_office")),
        calls(_ask("ask_clerk")),
        calls(("look_up", '{"order": 1}')),
        says("Office: nothing."),
        says("It did not work."),
    )
    async with at_work_with(temporal, _office(max_turns=1), *answers) as flow:
        await flow.say("what is 7?")
        assert await flow.answered() == "It did not work."


@dataclass
class Parcel:
    """What an agent is told that takes more than words."""

    to: str
    """Where it goes."""
    kilos: int


async def test_an_agent_with_arguments_of_its_own_is_told_them_as_data(temporal: Client) -> None:
    post = Agent[None](name="Post", instructions="Send.")
    send = post.as_tool("send", "Send.", parameters=Parcel, include_input_schema=True)
    desk = Agent[None](name="Desk", instructions="Help.", tools=[send])
    answers = (calls(("send", '{"to": "Rome", "kilos": 2}')), says("Sent."), says("It is sent."))
    async with at_work_with(temporal, desk, *answers) as flow:
        await flow.say("send it")
        assert await flow.answered() == "It is sent."
        told = flow.script.given[1][0]["content"]
        assert '"to": "Rome"' in told
        assert "## Input JSON Schema" in told


def _house(needs_approval: Any = True, **more: Any) -> Agent[None]:
    clerk = Agent[None](name="Clerk", instructions="Do it.", tools=[refund, look_up])
    ask = clerk.as_tool("ask_clerk", "Ask.", needs_approval=needs_approval, **more)
    return Agent[None](name="House", instructions="Host.", tools=[ask])


def _ask_with_reason(text: str = "refund 7") -> tuple[str, str]:
    return "ask_clerk", f'{{"input": "{text}", "approval_reason": "it broke"}}'


async def test_an_agent_that_needs_approval_begins_once_it_has_that(temporal: Client) -> None:
    answers = (
        calls(_ask_with_reason()),
        calls(REFUND),
        says("Clerk: paid."),
        says("It is paid back."),
    )
    async with at_work_with(temporal, _house(), *answers) as flow:
        id_ = await flow.ask()
        shown = flow.cards.of(id_).shown
        assert (shown.title, shown.reason) == ("Ask Clerk", "it broke")
        assert [(it.name, it.value) for it in shown.fields] == [("input", "refund 7")]
        assert len(flow.script.given) == 1

        await flow.renew()
        told = len(flow.threads.replies)
        await flow.vote(id_)
        _, inner = await flow.asked(2)
        assert flow.script.given[-1][-1]["content"] == "refund 7"
        await flow.vote(inner)
        assert await flow.answered(told + 1) == "It is paid back."
        assert flow.outputs == ["Clerk: paid."]
        assert ran(flow) == [("", "ask_clerk"), ("Clerk", "refund")]
        assert await flow.failed_tasks() == []


async def test_an_agent_that_is_not_approved_never_begins(temporal: Client) -> None:
    answers = (calls(_ask_with_reason()), says("Nobody was asked."))
    async with at_work_with(temporal, _house(), *answers) as flow:
        await flow.vote(await flow.ask(), approve=False)
        assert await flow.answered() == "Nobody was asked."
        assert "REJECTED" in flow.outputs[0]
        assert ran(flow) == []


async def test_an_agent_begins_with_what_an_approver_wrote(temporal: Client) -> None:
    answers = (calls(_ask_with_reason()), says("Clerk: a teapot."), says("A teapot."))
    flow = flow_of(temporal, _house(), *answers)
    flow.policy.rule = a_rule(edit=True)
    async with at_work(flow):
        await flow.vote(await flow.ask(), arguments='{"input": "look 7 up"}')
        assert await flow.answered() == "A teapot."
        assert flow.script.given[1][-1]["content"] == "look 7 up"


async def test_an_agent_may_say_of_each_call_whether_it_asks(temporal: Client) -> None:
    async def is_asked(_: object, arguments: dict[str, Any], __: str) -> bool:
        return "refund" in arguments["input"]

    answers = (calls(_ask_with_reason("look 7 up")), says("Clerk: a teapot."), says("A teapot."))
    flow = flow_of(temporal, _house(is_asked), *answers)
    flow.policy.rulings = [Ruling(verdict=Verdict.ALLOW)]
    async with at_work(flow):
        await flow.say("what is 7?")
        assert await flow.answered() == "A teapot."
        (query,) = flow.policy.queries
        assert query.prepared.asks is False


async def test_an_agent_with_arguments_of_its_own_gets_them_without_the_reason(
    temporal: Client,
) -> None:
    asked = '{"to": "Rome", "kilos": 2, "approval_reason": "a gift"}'
    answers = (calls(("ask_clerk", asked)), says("Clerk: sent."), says("It is sent."))
    house = _house(parameters=Parcel, include_input_schema=True)
    async with at_work_with(temporal, house, *answers) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "It is sent."
        told = flow.script.given[1][-1]["content"]
        assert '"kilos": 2' in told
        assert "## Input JSON Schema" in told
        assert "reason" not in told


async def test_a_handoff_beside_such_an_agent_comes_after_it(temporal: Client) -> None:
    house = _house()
    house.handoffs = [Agent[None](name="Porter", instructions="Carry.")]
    answers = (
        calls(_ask_with_reason(), ("transfer_to_porter", "{}")),
        says("Clerk: paid."),
        says("I am the porter."),
    )
    async with at_work_with(temporal, house, *answers) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "I am the porter."
        assert flow.outputs == ["Clerk: paid.", '{"assistant": "Porter"}']
