"""A person changes what they asked for while it waits: the old request gives way to the new one."""

import asyncio

from temporalio.client import Client

from tests.flows.flow import CAROL, Flow, act, working
from tests.flows.slow_fakes import SlowSlack
from tests.support.scripted_model import Answer, calls, says
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome, Via


def act_instead(number: int, replaced: str) -> Answer:
    """The model wants to act on a number, in place of a request that waits."""
    return calls(("act", f'{{"n": {number}, "replaces": "{replaced}"}}'))


async def _change(flow: Flow, replaced: str, *more: Answer, who: Person | None = None) -> None:
    flow.script.answers += [act_instead(2, replaced), *more]
    await flow.say("make it 2", **({"who": who} if who else {}))


async def test_a_change_withdraws_the_old_request_and_names_it(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        old = await flow.ask()
        await _change(flow, old, says("Done with 2."))
        _, new = await flow.asked(2)

        await flow.cards.until(lambda: flow.cards.of(old).replaced_by == new)
        withdrawn = flow.cards.of(old)
        assert withdrawn.replaced_at == "http://card.test"
        assert (await flow.approvals.status(old)).replaced_at == "http://card.test"
        assert (withdrawn.outcome, withdrawn.replaced_by) == (Outcome.WITHDRAWN, new)
        assert withdrawn.decision is not None
        assert withdrawn.decision.via is Via.MESSAGE
        assert flow.cards.of(new).request.replaces == old
        assert (await flow.approvals.status(old)).replaced_by == new
        await flow.vote(new)
        assert await flow.answered() == "Done with 2."
        assert [it.arguments for it in flow.agent.ran] == ['{"n": 2}']
        assert flow.threads.replies == ["Done with 2."]
        assert await flow.failed_tasks() == []


async def test_a_new_card_that_is_late_is_named_without_its_address(temporal: Client) -> None:
    cards = SlowSlack('{"n": 2}')
    async with working(temporal, act(1), cards=cards) as flow:
        old = await flow.ask()
        await _change(flow, old, says("Done with 2."))

        await flow.cards.until(lambda: bool(flow.cards.of(old).replaced_by))
        assert flow.cards.of(old).replaced_at == ""
        cards.free.set()
        _, new = await flow.asked(2)
        assert flow.cards.of(old).replaced_by == new


async def test_what_gave_way_is_remembered(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        old = await flow.ask()
        await _change(flow, old, says("Done with 2."), says("Once."))
        _, new = await flow.asked(2)
        await flow.vote(new)
        await flow.answered()

        await flow.say("what came of it?")

        await flow.answered(2)
        assert any(it.startswith("REPLACED by") for it in flow.outputs)


async def test_only_the_requester_may_replace(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        old = await flow.ask()
        await _change(flow, old, says("That is not yours."), who=CAROL)

        assert await flow.answered() == "That is not yours."
        assert flow.outputs[-1].startswith("NOT REPLACED")
        assert await flow.outcome(old) is Outcome.PENDING
        assert flow.cards.posted == 1


async def test_what_does_not_wait_cannot_be_replaced(temporal: Client) -> None:
    async with working(temporal) as flow:
        await _change(flow, "approval-000000000000", says("What do you mean?"))

        assert await flow.answered() == "What do you mean?"
        assert flow.cards.posted == 0


async def test_a_change_that_cannot_be_made_leaves_the_old_request(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.agent.unpreparable = {'{"n": 2}'}
        old = await flow.ask()
        await _change(flow, old, says("It can't be 2."))

        assert await flow.answered() == "It can't be 2."
        assert await flow.outcome(old) is Outcome.PENDING


async def test_what_is_approved_in_the_same_moment_is_not_replaced(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.agent.gate.clear()
        old = await flow.ask()
        await flow.vote(old)
        await flow.agent.until(lambda: bool(flow.agent.ran))
        flow.script.answers += [act_instead(2, old)]
        await flow.say("make it 2")
        async with asyncio.timeout(20):
            while len(flow.policy.queries) < 2:
                await flow.outcome(old)
        flow.script.answers += [says("Done."), says("Too late.")]
        flow.agent.gate.set()

        await flow.answered(2)
        assert sorted(flow.threads.replies) == ["Done.", "Too late."]
        assert flow.cards.posted == 1
        assert len(flow.agent.ran) == 1


async def test_of_two_requests_of_a_turn_the_other_goes_on(temporal: Client) -> None:
    async with working(temporal, act(1, 3)) as flow:
        await flow.say("please act")
        one, three = await flow.asked(2)
        await _change(flow, one)
        *_, two = await flow.asked(3)
        flow.script.answers.append(says("Both told."))

        await flow.vote(three)

        assert await flow.answered() == "Both told."
        assert any(it.startswith("REPLACED by") for it in flow.outputs)
        assert await flow.outcome(two) is Outcome.PENDING


async def test_a_change_survives_a_fresh_history(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        old = await flow.ask()
        await _change(flow, old)
        _, new = await flow.asked(2)
        await flow.cards.until(lambda: flow.cards.of(old).replaced_by == new)
        await flow.renew()
        told = len(flow.threads.replies)
        flow.script.answers.append(says("Done with 2."))

        await flow.vote(new)

        assert await flow.answered(told + 1) == "Done with 2."
