"""Who may not decide is told why and what to do, and changes nothing."""

import pytest
from temporalio.client import Client

from tests.flows.flow import DAVE, a_rule, act, so_many, working
from tests.support.builders import ALICE, BOB
from tests.support.scripted_model import says
from workflows.contracts.core import DECIDE_SIGNAL
from workflows.contracts.decisions import Account, Outcome, Refusal, Verb
from workflows.contracts.rules import Panel, People

NAMED = Panel(who=People(users=(BOB.user,), groups=("S0FINANCE",)))


async def test_who_asked_is_refused_before_anybody_is_looked_up(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, ALICE)

        ephemeral = await flow.told()
        assert "You asked for this yourself" in ephemeral.text
        assert ephemeral.nudge == approval_id
        assert flow.directory.asked == []
        assert await flow.refusals(approval_id) == [Refusal.OWN_REQUEST]


async def test_who_asked_may_approve_where_the_rule_says_so(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(self_approval=True)

        await flow.vote(await flow.ask(), ALICE)

        assert await flow.answered() == "Done."


async def test_an_outsider_is_told_who_can_and_may_nudge_them(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(panels=(NAMED,))
        flow.directory.panels = {DAVE.user: ()}
        approval_id = await flow.ask()

        await flow.vote(approval_id, DAVE)

        ephemeral = await flow.told()
        assert ephemeral.to == DAVE
        assert "You can't decide this. <@U0BOB> or <!subteam^S0FINANCE> can." in ephemeral.text
        assert ephemeral.nudge == approval_id
        assert await flow.outcome(approval_id) is Outcome.PENDING


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Account.GUEST, "Guests of this workspace can't decide here."),
        (Account.EXTERNAL, "People from another workspace can't decide here."),
        (Account.DEACTIVATED, "This account is deactivated"),
    ],
)
async def test_an_account_that_never_decides_is_told_why_though_it_is_on_the_list(
    temporal: Client, account: Account, words: str
) -> None:
    async with working(temporal, act(1)) as flow:
        flow.directory.accounts = {DAVE.user: account}
        approval_id = await flow.ask()

        await flow.vote(approval_id, DAVE)

        assert words in (await flow.told()).text
        assert await flow.refusals(approval_id) == [Refusal(account.value)]


async def test_a_look_up_that_fails_is_no_no_and_the_next_press_counts(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.directory.down = True
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)
        words = (await flow.told()).text
        assert "couldn't check" in words
        assert "can't" not in words
        assert await flow.refusals(approval_id) == [Refusal.UNVERIFIED]

        flow.directory.down = False
        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Done."


async def test_an_operators_yes_is_nobody_where_two_people_are_needed(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(panels=so_many(2))
        approval_id = await flow.ask()

        await temporal.get_workflow_handle(approval_id).signal(DECIDE_SIGNAL, True)

        assert await flow.refusals(approval_id) == [Refusal.OPERATOR_IS_NOBODY]
        assert await flow.outcome(approval_id) is Outcome.PENDING
        assert flow.threads.ephemerals == []


async def test_an_operators_no_counts_where_two_people_are_needed(temporal: Client) -> None:
    async with working(temporal, act(1), says("No.")) as flow:
        flow.policy.rule = a_rule(panels=so_many(2))
        approval_id = await flow.ask()

        await temporal.get_workflow_handle(approval_id).signal(DECIDE_SIGNAL, False)

        assert await flow.answered() == "No."
        assert "REJECTED by an operator from outside Slack" in flow.outputs[-1]


async def test_a_rule_may_leave_operators_out(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(operator=False)
        approval_id = await flow.ask()

        for value in (True, False):
            await temporal.get_workflow_handle(approval_id).signal(DECIDE_SIGNAL, value)

        assert await flow.refusals(approval_id) == [Refusal.NO_OPERATORS] * 2


async def test_a_rule_may_leave_slack_out(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(from_slack=False)
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)
        assert "can't be decided in Slack" in (await flow.told()).text
        assert flow.directory.asked == []

        await temporal.get_workflow_handle(approval_id).signal(DECIDE_SIGNAL, True)

        assert await flow.answered() == "Done."


async def test_a_rejection_needs_its_reason_where_the_rule_says_so(temporal: Client) -> None:
    async with working(temporal, act(1), says("No.")) as flow:
        flow.policy.rule = a_rule(reason_required=True)
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, approve=False, reason="  ")
        assert "needs a reason" in (await flow.told()).text
        assert await flow.outcome(approval_id) is Outcome.PENDING

        await flow.vote(approval_id, BOB, approve=False, reason="no budget")

        assert await flow.answered() == "No."
        assert "no budget" in flow.outputs[-1]


async def test_what_was_seen_has_to_be_what_is_asked(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, digest="0123456789abcdef")
        assert "has changed since you saw it" in (await flow.told()).text
        seen = (await flow.approvals.status(approval_id)).shown.digest

        await flow.vote(approval_id, BOB, digest=seen[:16])

        assert await flow.answered() == "Done."


async def test_only_named_people_break_the_glass_and_only_with_a_reason(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(panels=so_many(2), break_glass=(DAVE.user,))
        flow.directory.panels = {DAVE.user: ()}
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, verb=Verb.BREAK_GLASS, reason="fire")
        assert "one of the people who may break the glass" in (await flow.told(1)).text
        await flow.vote(approval_id, DAVE, verb=Verb.BREAK_GLASS)
        assert "needs a reason" in (await flow.told(2)).text
        assert flow.agent.ran == []
        await flow.vote(approval_id, DAVE, verb=Verb.BREAK_GLASS, reason="fire")

        assert await flow.answered() == "Done."
        decision = flow.cards.of(approval_id).decision
        assert decision is not None
        assert (decision.verb, decision.reason) == (Verb.BREAK_GLASS, "fire")
