"""Always in this thread: a standing permission, seen, bounded and revocable."""

import asyncio

from temporalio.client import Client

from tests.flows.flow import CAROL, Flow, a_rule, act, working
from tests.support.builders import ALICE, BOB
from tests.support.listed_approvals import TEAM
from tests.support.scripted_model import says
from workflows.contracts.approvals import Grant
from workflows.contracts.core import GRANTS_QUERY, Person
from workflows.contracts.decisions import Refusal, Via
from workflows.contracts.rules import Ruling, Verdict
from workflows.listing.rows import GrantRow, Viewer
from workflows.listing.search_attributes import ACTIVE, GRANTS

ALWAYS = a_rule(name="acts", always=True)
FIRST = (act(1), says("Done once."))


async def _grant(flow: Flow) -> Grant:
    """Bob allows the tool for the rest of the thread, on the first call."""
    flow.policy.rule = ALWAYS
    await flow.vote(await flow.ask(), BOB, always=True)
    await flow.answered(2)  # the note, and what the model says
    (grant,) = await _grants(flow)
    return grant


async def _grants(flow: Flow) -> list[Grant]:
    handle = flow.temporal.get_workflow_handle(flow.thread.workflow_id)
    return await handle.query(GRANTS_QUERY, result_type=list[Grant])


async def test_always_is_told_in_the_thread_and_the_next_call_runs_without_a_card(
    temporal: Client,
) -> None:
    async with working(temporal, *FIRST, act(2), says("Done twice.")) as flow:
        grant = await _grant(flow)
        assert (grant.tool, grant.rule, grant.by) == ("act", "acts", BOB)
        assert flow.threads.replies[0].startswith(
            "From now on “Act” needs no approval in this thread"
        )

        await flow.say("and again")

        assert await flow.answered(3) == "Done twice."
        assert flow.cards.posted == 1
        status = await flow.approvals.status(flow.agent.ran[-1].approval)
        assert status.request.granted == grant
        assert status.decision is not None
        assert (status.decision.via, status.decision.by) == (Via.GRANT, BOB)
        assert "APPROVED by bob, once for this whole thread" in flow.outputs[-1]


async def test_a_revoked_permission_asks_again(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Asked again.")) as flow:
        grant = await _grant(flow)

        await flow.conversations.revoke(flow.thread.workflow_id, grant.id, CAROL)

        assert await _grants(flow) == []
        await flow.vote(await flow.ask("and again"), BOB)
        assert await flow.answered(3) == "Asked again."


async def test_nobodys_own_permission_covers_what_they_ask_for(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Carol agreed.")) as flow:
        await _grant(flow)

        approval_id = await flow.ask("and one for me", who=BOB)

        assert flow.cards.of(approval_id).request.granted is None
        await flow.vote(approval_id, CAROL)
        assert await flow.answered(3) == "Carol agreed."


async def test_a_permission_does_not_reach_beyond_its_rule(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2)) as flow:
        await _grant(flow)
        flow.policy.rule = a_rule(name="dear-acts", always=True)

        await flow.ask("and a dear one")

        assert len(flow.agent.ran) == 1


async def test_a_permission_ends_where_the_rule_no_longer_lets_it(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2)) as flow:
        await _grant(flow)
        flow.policy.rule = a_rule(name="acts", always=False)

        await flow.ask("and again")

        assert len(flow.agent.ran) == 1


async def test_what_is_denied_stays_denied(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Not that.")) as flow:
        await _grant(flow)
        flow.policy.rulings = [Ruling(verdict=Verdict.DENY, because="Never.")]

        await flow.say("and again")

        assert await flow.answered(3) == "Not that."
        assert "DENIED by policy" in flow.outputs[-1]
        assert len(flow.agent.ran) == 1


async def test_nothing_is_allowed_for_good_where_the_rule_does_not_say_so(
    temporal: Client,
) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, always=True)

        assert "every single call" in (await flow.told()).text
        assert await flow.refusals(approval_id) == [Refusal.NO_GRANTS]
        assert await _grants(flow) == []


async def test_a_permission_outlives_the_history_in_which_it_was_given(temporal: Client) -> None:
    async with working(temporal, *FIRST, act(2), says("Done twice.")) as flow:
        grant = await _grant(flow)
        await flow.renew()
        told = len(flow.threads.replies)

        await flow.say("and again")

        assert await flow.answered(told + 1) == "Done twice."
        renewed = await temporal.get_workflow_handle(flow.thread.workflow_id).describe()
        assert renewed.typed_search_attributes.get(GRANTS) == ACTIVE
        assert await _grants(flow) == [grant]
        assert flow.cards.posted == 1


async def _found(flow: Flow, person: Person) -> list[GrantRow]:
    """The permissions of this thread that somebody finds."""
    rows = await flow.conversations.grants(TEAM, Viewer(person.user, is_member=True))
    return [row for row in rows if row.workflow_id == flow.thread.workflow_id]


async def test_who_asked_in_a_direct_message_finds_the_permission(temporal: Client) -> None:
    async with working(temporal, *FIRST) as flow:
        flow.thread = flow.thread.model_copy(update={"channel": "D0ALICE"})
        flow.policy.rule = ALWAYS
        await flow.vote(await flow.ask(), BOB, always=True)
        await flow.answered(2)
        async with asyncio.timeout(20):
            while not (hers := await _found(flow, ALICE)):
                continue

        assert [row.grant.requester for row in hers] == [ALICE]
        assert await _found(flow, BOB) == hers
        assert await _found(flow, ALICE.model_copy(update={"user": "U0DAVE"})) == []
