"""Always in this thread: a standing permission, seen, bounded and revocable."""

from temporalio.client import Client

from tests.builders import BOB
from tests.flows.rig import CAROL, Rig, a_rule, act, working
from tests.model import says
from workflows.contracts.approvals import Grant
from workflows.contracts.core import GRANTS_QUERY
from workflows.contracts.decisions import Refusal, Via
from workflows.contracts.rules import Ruling, Verdict
from workflows.listing.search_attributes import ACTIVE, GRANTS

ALWAYS = a_rule(name="acts", always=True)
FIRST = (act(1), says("Done once."))


async def _grant(rig: Rig) -> Grant:
    """Bob allows the tool for the rest of the thread, on the first call."""
    rig.policy.rule = ALWAYS
    await rig.vote(await rig.ask(), BOB, always=True)
    await rig.answered(2)  # the note, and what the model says
    (grant,) = await _grants(rig)
    return grant


async def _grants(rig: Rig) -> list[Grant]:
    handle = rig.temporal.get_workflow_handle(rig.thread.workflow_id)
    return await handle.query(GRANTS_QUERY, result_type=list[Grant])


async def test_always_is_told_in_the_thread_and_the_next_call_runs_without_a_card(
    temporal: Client,
) -> None:
    async with working(temporal, *FIRST, act(2), says("Done twice.")) as rig:
        grant = await _grant(rig)
        assert (grant.tool, grant.rule, grant.by) == ("act", "acts", BOB)
        assert rig.log.replies[0].startswith("From now on `act` runs in this thread")

        await rig.say("and again")

        assert await rig.answered(3) == "Done twice."
        assert rig.cards.posted == 1
        status = await rig.approvals.status(rig.bench.ran[-1].approval)
        assert status.request.granted == grant
        assert status.decision is not None
        assert (status.decision.via, status.decision.by) == (Via.GRANT, BOB)
        assert "APPROVED by bob, once for this whole thread" in rig.outputs[-1]


async def test_a_revoked_permission_asks_again(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Asked again.")) as rig:
        grant = await _grant(rig)

        await rig.conversations.revoke(rig.thread.workflow_id, grant.id, CAROL)

        assert await _grants(rig) == []
        await rig.vote(await rig.ask("and again"), BOB)
        assert await rig.answered(3) == "Asked again."


async def test_nobodys_own_permission_covers_what_they_ask_for(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Carol agreed.")) as rig:
        await _grant(rig)

        approval_id = await rig.ask("and one for me", who=BOB)

        assert rig.cards.of(approval_id).request.granted is None
        await rig.vote(approval_id, CAROL)
        assert await rig.answered(3) == "Carol agreed."


async def test_a_permission_does_not_reach_beyond_its_rule(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2)) as rig:
        await _grant(rig)
        rig.policy.rule = a_rule(name="dear-acts", always=True)

        await rig.ask("and a dear one")

        assert len(rig.bench.ran) == 1


async def test_a_permission_ends_where_the_rule_no_longer_lets_it(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2)) as rig:
        await _grant(rig)
        rig.policy.rule = a_rule(name="acts", always=False)

        await rig.ask("and again")

        assert len(rig.bench.ran) == 1


async def test_what_is_denied_stays_denied(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Not that.")) as rig:
        await _grant(rig)
        rig.policy.rulings = [Ruling(verdict=Verdict.DENY, because="Never.")]

        await rig.say("and again")

        assert await rig.answered(3) == "Not that."
        assert "DENIED by policy" in rig.outputs[-1]
        assert len(rig.bench.ran) == 1


async def test_nothing_is_allowed_for_good_where_the_rule_does_not_say_so(
    temporal: Client,
) -> None:
    async with working(temporal, act(1)) as rig:
        approval_id = await rig.ask()

        await rig.vote(approval_id, BOB, always=True)

        assert "every single call" in (await rig.told()).text
        assert await rig.refusals(approval_id) == [Refusal.NO_GRANTS]
        assert await _grants(rig) == []


async def test_a_permission_outlives_the_history_in_which_it_was_given(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Done twice.")) as rig:
        grant = await _grant(rig)
        await rig.renew()
        told = len(rig.log.replies)

        await rig.say("and again")

        assert await rig.answered(told + 1) == "Done twice."
        renewed = await temporal.get_workflow_handle(rig.thread.workflow_id).describe()
        assert renewed.typed_search_attributes.get(GRANTS) == ACTIVE
        assert await _grants(rig) == [grant]
        assert rig.cards.posted == 1
