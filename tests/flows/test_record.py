"""What is known already is not asked of people again, and nobody is worn down."""

from temporalio.client import Client

from tests.builders import ALICE, BOB
from tests.fakes import ANYBODY
from tests.flows.rig import act, working
from tests.model import calls, says
from workflows.contracts.decisions import Outcome, Verb
from workflows.contracts.rules import Limits, Ruling, Verdict


def _asks(times: int, limits: Limits) -> list[Ruling]:
    return [Ruling(verdict=Verdict.ASK, rule=ANYBODY, limits=limits)] * times


async def test_a_call_that_was_refused_a_moment_ago_is_answered_with_its_reason(
    temporal: Client,
) -> None:
    script = (act(1), says("No."), calls(("act", '{ "n":1 }')), says("Still no."))
    async with working(temporal, *script) as rig:
        approval_id = await rig.ask()
        await rig.vote(approval_id, BOB, approve=False, reason="too dear")
        await rig.answered(1)

        await rig.say("do it all the same")

        assert await rig.answered(2) == "Still no."
        assert rig.outputs[-1].startswith(f"REFUSED A MOMENT AGO as {approval_id}")
        assert "too dear" in rig.outputs[-1]
        assert rig.cards.posted == 1


async def test_a_call_that_has_changed_since_it_was_refused_is_asked(temporal: Client) -> None:
    async with working(temporal, act(1), says("No."), act(2), says("Done.")) as rig:
        await rig.vote(await rig.ask(), BOB, approve=False)
        await rig.answered(1)

        await rig.vote(await rig.ask("act on 2"), BOB)

        assert await rig.answered(2) == "Done."


async def test_what_was_withdrawn_may_be_asked_again(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine."), act(1), says("Done.")) as rig:
        await rig.vote(await rig.ask(), ALICE, approve=False, verb=Verb.WITHDRAW)
        await rig.answered(1)

        await rig.vote(await rig.ask("no, please act"), BOB)

        assert await rig.answered(2) == "Done."


async def test_a_call_that_waits_is_not_asked_twice(temporal: Client) -> None:
    async with working(temporal, act(1), act(1), says("It waits."), says("Done.")) as rig:
        approval_id = await rig.ask()

        await rig.say("please act, I said")

        assert await rig.answered(1) == "It waits."
        assert f"ALREADY ASKED: this very call waits for approval as {approval_id}" in str(
            rig.outputs
        )
        assert rig.cards.posted == 1
        await rig.vote(approval_id, BOB)
        assert await rig.answered(2) == "Done."
        assert len(rig.bench.ran) == 1


async def test_the_same_call_twice_in_one_answer_is_asked_once(temporal: Client) -> None:
    async with working(temporal, act(1, 1), says("Done.")) as rig:
        approval_id = await rig.ask()

        await rig.vote(approval_id, BOB)

        assert await rig.answered() == "Done."
        assert rig.cards.posted == 1
        assert len(rig.bench.ran) == 1
        assert sorted(output.split()[0] for output in rig.outputs) == ["APPROVED", "NOT"]


async def test_a_turn_asks_only_so_often(temporal: Client) -> None:
    async with working(temporal, act(1, 2, 3), says("Two of three.")) as rig:
        rig.policy.rulings = _asks(3, Limits(asks_per_turn=2))
        await rig.say("act on all")
        for approval_id in await rig.asked(2):
            await rig.vote(approval_id, BOB)

        assert await rig.answered() == "Two of three."
        assert rig.cards.posted == 2
        (refused,) = [it for it in rig.outputs if it.startswith("TOO MANY REQUESTS")]
        assert "at most 2 times in one turn" in refused


async def test_an_hour_has_only_so_many_asks(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done."), act(2), says("Later.")) as rig:
        rig.policy.rulings = _asks(2, Limits(asks_per_hour=1))
        await rig.vote(await rig.ask(), BOB)
        await rig.answered(1)

        await rig.say("again")

        assert await rig.answered(2) == "Later."
        assert "at most 1 times an hour" in rig.outputs[-1]
        assert rig.cards.posted == 1


async def test_what_nobody_has_to_be_asked_for_is_no_ask(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("Done.")) as rig:
        limits = Limits(asks_per_turn=1)
        allowed = Ruling(verdict=Verdict.ALLOW, limits=limits)
        rig.policy.rulings = [allowed, allowed]

        await rig.say("act twice")

        assert await rig.answered() == "Done."
        assert len(rig.bench.ran) == 2
        assert await rig.outcome(rig.bench.ran[0].approval) is Outcome.APPROVED
