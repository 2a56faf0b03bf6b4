"""What the policy says of a call is done, whoever wants what."""

from temporalio.client import Client

from tests.builders import BOB
from tests.flows.rig import a_rule, act, so_many, working
from tests.model import says
from workflows.contracts.decisions import Execution, Outcome, Via
from workflows.contracts.rules import Ruling, Verdict
from workflows.listing.search_attributes import OUTCOME, TOOL


async def test_a_denied_call_asks_nobody_and_the_model_is_told_the_rule(temporal: Client) -> None:
    async with working(temporal, act(1), says("I may not.")) as rig:
        rule = a_rule(name="no-acts")
        because = "Acts are never done here."
        rig.policy.rulings = [Ruling(verdict=Verdict.DENY, rule=rule, because=because)]

        await rig.say("please act")

        assert await rig.answered() == "I may not."
        assert rig.outputs[-1].startswith(f"DENIED by policy (rule no-acts): {because}")
        assert rig.cards.posted == 0
        assert rig.bench.ran == []


async def test_a_policy_that_failed_denies_and_is_no_refusal_by_a_person(temporal: Client) -> None:
    async with working(temporal, act(1), says("Something is wrong.")) as rig:
        because = "The condition of rule orders failed."
        rig.policy.rulings = [Ruling(verdict=Verdict.DENY, because=because, failed=True)]

        await rig.say("please act")

        assert await rig.answered() == "Something is wrong."
        assert rig.outputs[-1].startswith(f"NOT ASKED: {because}")
        assert "not a refusal by a person" in rig.outputs[-1]
        assert rig.cards.posted == 0


async def test_a_policy_that_cannot_be_asked_denies(temporal: Client) -> None:
    async with working(temporal, act(1), says("Something is wrong.")) as rig:
        rig.policy.down = True

        await rig.say("please act")

        assert await rig.answered() == "Something is wrong."
        assert rig.outputs[-1].startswith("NOT ASKED: The policy could not be asked.")
        assert rig.bench.ran == []


async def test_an_answer_without_a_rule_denies(temporal: Client) -> None:
    async with working(temporal, act(1), says("Nobody could decide it.")) as rig:
        rig.policy.rulings = [Ruling(verdict=Verdict.ASK, because="No rule covers this.")]

        await rig.say("please act")

        assert await rig.answered() == "Nobody could decide it."
        assert "No rule covers this." in rig.outputs[-1]
        assert rig.cards.posted == 0


async def test_what_a_rule_allows_runs_without_a_card_and_is_on_record(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        rig.policy.rule = a_rule(name="small-acts", auto_approve=True)

        await rig.say("please act")

        assert await rig.answered() == "Done."
        assert rig.cards.posted == 0
        assert "APPROVED by the rule small-acts, without asking anybody" in rig.outputs[-1]
        (call,) = rig.bench.ran
        status = await rig.approvals.status(call.approval)
        assert (status.outcome, status.execution) == (Outcome.APPROVED, Execution.DONE)
        assert status.decision is not None
        assert status.decision.via is Via.RULE
        found = await temporal.get_workflow_handle(call.approval).describe()
        assert found.typed_search_attributes.get(OUTCOME) == "approved"
        assert found.typed_search_attributes.get(TOOL) == "act"


async def test_a_tool_that_needs_no_approval_runs_without_a_rule(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        rig.policy.rulings = [Ruling(verdict=Verdict.ALLOW)]

        await rig.say("please act")

        assert await rig.answered() == "Done."
        assert len(rig.bench.ran) == 1
        assert rig.cards.posted == 0


async def test_what_waits_keeps_the_rule_it_was_asked_under(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        old = a_rule(name="orders", version="3")
        rig.policy.rule = old
        approval_id = await rig.ask()
        rig.policy.rule = a_rule(name="orders", version="4", panels=so_many(2))

        await rig.vote(approval_id, BOB)

        assert await rig.answered() == "Done."
        assert rig.cards.of(approval_id).in_force == old
        assert [question.rule for question in rig.directory.asked] == [old]
