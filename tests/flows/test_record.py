"""What is known already is not asked of people again, and nobody is worn down."""

from temporalio.client import Client

from tests.flows.flow import act, working
from tests.support.builders import ALICE, ANYBODY, BOB
from tests.support.scripted_model import calls, says
from workflows.contracts.decisions import Outcome, Verb
from workflows.contracts.rules import Limits, Ruling, Verdict


def _asks(times: int, limits: Limits) -> list[Ruling]:
    return [Ruling(verdict=Verdict.ASK, rule=ANYBODY, limits=limits)] * times


async def test_a_call_that_was_refused_a_moment_ago_is_answered_with_its_reason(
    temporal: Client,
) -> None:
    script = (act(1), says("No."), calls(("act", '{ "n":1 }')), says("Still no."))
    async with working(temporal, *script) as flow:
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, approve=False, reason="too dear")
        await flow.answered(1)

        await flow.say("do it all the same")

        assert await flow.answered(2) == "Still no."
        assert flow.outputs[-1].startswith(f"REFUSED A MOMENT AGO as {approval_id}")
        assert "too dear" in flow.outputs[-1]
        assert flow.cards.posted == 1


async def test_a_call_that_has_changed_since_it_was_refused_is_asked(temporal: Client) -> None:
    async with working(temporal, act(1), says("No."), act(2), says("Done.")) as flow:
        await flow.vote(await flow.ask(), BOB, approve=False)
        await flow.answered(1)

        await flow.vote(await flow.ask("act on 2"), BOB)

        assert await flow.answered(2) == "Done."


async def test_what_was_withdrawn_may_be_asked_again(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine."), act(1), says("Done.")) as flow:
        await flow.vote(await flow.ask(), ALICE, approve=False, verb=Verb.WITHDRAW)
        await flow.answered(1)

        await flow.vote(await flow.ask("no, please act"), BOB)

        assert await flow.answered(2) == "Done."


async def test_a_call_that_waits_is_not_asked_twice(temporal: Client) -> None:
    async with working(temporal, act(1), act(1), says("It waits."), says("Done.")) as flow:
        approval_id = await flow.ask()

        await flow.say("please act, I said")

        assert await flow.answered(1) == "It waits."
        assert f"ALREADY ASKED: this very call waits for approval as {approval_id}" in str(
            flow.outputs
        )
        assert flow.cards.posted == 1
        await flow.vote(approval_id, BOB)
        assert await flow.answered(2) == "Done."
        assert len(flow.agent.ran) == 1


async def test_the_same_call_twice_in_one_answer_is_asked_once(temporal: Client) -> None:
    async with working(temporal, act(1, 1), says("Done.")) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Done."
        assert flow.cards.posted == 1
        assert len(flow.agent.ran) == 1
        assert sorted(output.split()[0] for output in flow.outputs) == ["APPROVED", "NOT"]


async def test_a_turn_asks_only_so_often(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3), says("Two of three.")) as flow:
        flow.policy.rulings = _asks(3, Limits(asks_per_turn=2))
        await flow.say("act on all")
        for approval_id in await flow.asked(2):
            await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Two of three."
        assert flow.cards.posted == 2
        (refused,) = [it for it in flow.outputs if it.startswith("TOO MANY REQUESTS")]
        assert "at most 2 times in one turn" in refused


async def test_an_hour_has_only_so_many_asks(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done."), act(2), says("Later.")) as flow:
        flow.policy.rulings = _asks(2, Limits(asks_per_hour=1))
        await flow.vote(await flow.ask(), BOB)
        await flow.answered(1)

        await flow.say("again")

        assert await flow.answered(2) == "Later."
        assert "at most 1 times an hour" in flow.outputs[-1]
        assert flow.cards.posted == 1


async def test_what_nobody_has_to_be_asked_for_is_no_ask(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("Done.")) as flow:
        limits = Limits(asks_per_turn=1)
        allowed = Ruling(verdict=Verdict.ALLOW, limits=limits)
        flow.policy.rulings = [allowed, allowed]

        await flow.say("act twice")

        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 2
        assert await flow.outcome(flow.agent.ran[0].approval) is Outcome.APPROVED
