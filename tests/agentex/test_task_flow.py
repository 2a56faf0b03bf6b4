"""An approval that is asked for in a task: decided in Slack, or without Slack by signal."""

from temporalio.client import Client

from tests.agentex.task_flow import a_task
from tests.agentex.tasks_support import BOB
from tests.flows.flow import a_rule, act
from tests.support.scripted_model import calls, says
from workflows.contracts.core import DECIDE_SIGNAL
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import Panel, People, Ruling, Verdict

ROOM = "C0FINANCE"
BY_BOB = a_rule(
    panels=(Panel(who=People(users=("U0BOB",))),),
    names={"U0BOB": "Bob", ROOM: "finance"},
    targets=(ROOM,),
)


async def test_what_is_asked_in_a_task_is_approved_in_slack(temporal: Client) -> None:
    async with a_task(temporal, act(1), says("All done."), with_slack=True) as flow:
        flow.policy.rule = BY_BOB
        await flow.ask_in_task()
        id_ = await flow.waiting_id()
        assert flow.workspace is not None
        [card] = flow.workspace.seen_in(ROOM)
        assert "AgentEx" in str(card)
        line = await flow.heard("card in")
        assert "Needs @Bob" in line["content"]
        assert "#finance" in line["content"]

        await flow.vote(id_, BOB)
        assert (await flow.heard("All done."))["content"] == "All done."
        await flow.settled_in_temporal(id_)
        shown = await flow.shown()
        assert [it["type"] for it in shown] == ["tool_request", "text", "tool_response", "text"]
        assert shown[1]["content"].startswith("✅ **Approved by Bob:**")
        assert "act ran with" in shown[2]["content"]
        [card] = flow.workspace.seen_in(ROOM)
        assert "Approved" in str(card)


async def test_without_slack_the_tutorials_signal_approves(temporal: Client) -> None:
    async with a_task(temporal, act(1), says("All done.")) as flow:
        await flow.ask_in_task()
        id_ = await flow.waiting_id()
        line = await flow.heard(f"--workflow-id={id_} --name={DECIDE_SIGNAL} --input=true")
        assert f"countersign approve {id_}" in line["content"]

        await temporal.get_workflow_handle(id_).signal(DECIDE_SIGNAL, True)
        await flow.heard("All done.")
        await flow.settled_in_temporal(id_)
        assert len(flow.agent.ran) == 1
        shown = await flow.shown()
        assert shown[1]["content"].startswith("✅ **Approved by an operator:**")
        assert shown[2]["is_error"] is False


async def test_without_slack_it_rejects_too(temporal: Client) -> None:
    async with a_task(temporal, act(1), says("Then not.")) as flow:
        await flow.ask_in_task()
        id_ = await flow.waiting_id()
        await temporal.get_workflow_handle(id_).signal(DECIDE_SIGNAL, False)
        await flow.heard("Then not.")
        await flow.settled_in_temporal(id_)
        assert flow.agent.ran == []
        assert await flow.outcome(id_) is Outcome.REJECTED
        shown = await flow.shown()
        assert shown[1]["content"].startswith("⛔ **Rejected by an operator:**")
        assert (shown[2]["type"], shown[2]["is_error"]) == ("tool_response", True)


async def test_the_backend_away_while_it_waits_is_told_all_when_it_is_back(
    temporal: Client,
) -> None:
    async with a_task(temporal, act(1), says("All done.")) as flow:
        await flow.ask_in_task()
        id_ = await flow.waiting_id()
        await flow.at.sandbox.public.go_away()
        await temporal.get_workflow_handle(id_).signal(DECIDE_SIGNAL, True)
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)
        await flow.at.sandbox.public.come_back()
        await flow.heard("All done.")
        await flow.settled_in_temporal(id_)
        kinds = [it["type"] for it in await flow.shown()]
        assert kinds == ["tool_request", "text", "tool_response", "text"]


async def test_a_free_call_and_its_result_are_shown_before_the_answer(temporal: Client) -> None:
    async with a_task(temporal, calls(("look", '{"n": 1}')), says("Seen.")) as flow:
        await flow.ask_in_task()
        await flow.heard("Seen.")
        request, response, answer = await flow.shown()
        assert (request["type"], request["name"], request["arguments"]) == (
            "tool_request",
            "look",
            {"n": 1},
        )
        assert (response["type"], response["content"]) == (
            "tool_response",
            'look ran with {"n": 1}',
        )
        assert answer["content"] == "Seen."


async def test_a_call_that_the_policy_denies_is_shown_with_the_reason(temporal: Client) -> None:
    async with a_task(temporal, act(1), says("I may not.")) as flow:
        denied = Ruling(verdict=Verdict.DENY, because="Nobody orders on Sundays.")
        flow.policy.rulings = [denied]
        await flow.ask_in_task()
        await flow.heard("I may not.")
        request, response, _ = await flow.shown()
        assert request["tool_call_id"] == response["tool_call_id"]
        assert "Sundays" in response["content"]
        assert response["is_error"] is True


async def test_a_call_that_a_rule_allows_is_shown_with_its_result(temporal: Client) -> None:
    async with a_task(temporal, act(1), says("All done.")) as flow:
        flow.policy.rule = a_rule(auto_approve=True)
        await flow.ask_in_task()
        await flow.heard("All done.")
        request, response, _ = await flow.shown()
        assert (request["type"], response["type"]) == ("tool_request", "tool_response")
        assert "act ran with" in response["content"]


async def test_a_typed_approval_decides_nothing_and_says_so(temporal: Client) -> None:
    async with a_task(temporal, act(1)) as flow:
        flow.policy.rule = BY_BOB
        await flow.ask_in_task()
        id_ = await flow.waiting_id()
        await flow.ask_in_task("approve")
        told = await flow.heard("Bob can")
        assert "<@" not in told["content"]
        assert await flow.outcome(id_) is Outcome.PENDING
