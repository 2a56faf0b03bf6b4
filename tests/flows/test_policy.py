"""What the policy says of a call is done, whoever wants what."""

from temporalio.client import Client

from tests.flows.flow import a_rule, act, so_many, working
from tests.support.builders import BOB
from tests.support.scripted_model import says
from workflows.contracts.decisions import Execution, Outcome, Via
from workflows.contracts.rules import Ruling, Verdict
from workflows.listing.search_attributes import OUTCOME, TOOL


async def test_a_denied_call_asks_nobody_and_the_model_is_told_the_rule(temporal: Client) -> None:
    async with working(temporal, act(1), says("I may not.")) as flow:
        rule = a_rule(name="no-acts")
        because = "Acts are never done here."
        flow.policy.rulings = [Ruling(verdict=Verdict.DENY, rule=rule, because=because)]

        await flow.say("please act")

        assert await flow.answered() == "I may not."
        assert flow.outputs[-1].startswith(f"DENIED by policy (rule no-acts): {because}")
        assert flow.cards.posted == 0
        assert flow.agent.ran == []


async def test_a_policy_that_failed_denies_and_is_no_refusal_by_a_person(temporal: Client) -> None:
    async with working(temporal, act(1), says("Something is wrong.")) as flow:
        because = "The condition of rule orders failed."
        flow.policy.rulings = [Ruling(verdict=Verdict.DENY, because=because, failed=True)]

        await flow.say("please act")

        assert await flow.answered() == "Something is wrong."
        assert flow.outputs[-1].startswith(f"NOT ASKED: {because}")
        assert "not a refusal by a person" in flow.outputs[-1]
        assert flow.cards.posted == 0


async def test_a_policy_that_cannot_be_asked_denies(temporal: Client) -> None:
    async with working(temporal, act(1), says("Something is wrong.")) as flow:
        flow.policy.down = True

        await flow.say("please act")

        assert await flow.answered() == "Something is wrong."
        assert flow.outputs[-1].startswith("NOT ASKED: The policy could not be asked.")
        assert flow.agent.ran == []


async def test_an_answer_without_a_rule_denies(temporal: Client) -> None:
    async with working(temporal, act(1), says("Nobody could decide it.")) as flow:
        flow.policy.rulings = [Ruling(verdict=Verdict.ASK, because="No rule covers this.")]

        await flow.say("please act")

        assert await flow.answered() == "Nobody could decide it."
        assert "No rule covers this." in flow.outputs[-1]
        assert flow.cards.posted == 0


async def test_what_a_rule_allows_runs_without_a_card_and_is_on_record(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(name="small-acts", auto_approve=True)

        await flow.say("please act")

        assert await flow.answered() == "Done."
        assert flow.cards.posted == 0
        assert "APPROVED by the rule small-acts, without asking anybody" in flow.outputs[-1]
        (call,) = flow.agent.ran
        status = await flow.approvals.status(call.approval)
        assert (status.outcome, status.execution) == (Outcome.APPROVED, Execution.DONE)
        assert status.decision is not None
        assert status.decision.via is Via.RULE
        found = await temporal.get_workflow_handle(call.approval).describe()
        assert found.typed_search_attributes.get(OUTCOME) == "approved"
        assert found.typed_search_attributes.get(TOOL) == "act"


async def test_a_tool_that_needs_no_approval_runs_without_a_rule(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rulings = [Ruling(verdict=Verdict.ALLOW)]

        await flow.say("please act")

        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1
        assert flow.cards.posted == 0


async def test_what_waits_keeps_the_rule_it_was_asked_under(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        old = a_rule(name="orders", version="3")
        flow.policy.rule = old
        approval_id = await flow.ask()
        flow.policy.rule = a_rule(name="orders", version="4", panels=so_many(2))

        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Done."
        assert flow.cards.of(approval_id).in_force == old
        assert [question.rule for question in flow.directory.asked] == [old]
