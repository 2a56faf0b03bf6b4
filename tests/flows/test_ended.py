"""Waiting for an approval's end, and who finds a standing permission."""

import asyncio

import pytest
from temporalio.client import Client

from tests.builders import ALICE, BOB
from tests.flows.flow import Flow, a_rule, act, working
from tests.listing import TEAM, an_approval, start
from tests.listing import a_rule as a_listed_rule
from tests.model import says
from workflows.client import ApprovalNotFoundError, Approvals
from workflows.contracts.core import Person
from workflows.listing.rows import GrantRow, Viewer

SECONDS = 20


async def _waiting(temporal: Client, id_: str) -> asyncio.Task[None]:
    """Somebody who waits for an end that is not there yet."""
    waiting = asyncio.create_task(Approvals(temporal).ended(id_))
    done, _ = await asyncio.wait({waiting}, timeout=0.2)
    assert not done
    return waiting


async def test_the_end_of_an_approval_is_told_to_who_waits_for_it(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        id_ = await flow.ask()
        waiting = await _waiting(temporal, id_)
        await flow.vote(id_, BOB)
        await asyncio.wait_for(waiting, SECONDS)


async def test_an_approval_that_is_ended_by_force_has_ended(temporal: Client) -> None:
    id_ = await start(temporal, an_approval(a_listed_rule("U0BOB")))
    waiting = await _waiting(temporal, id_)
    await temporal.get_workflow_handle(id_).terminate()
    await asyncio.wait_for(waiting, SECONDS)


async def test_who_waits_no_longer_can_leave(temporal: Client) -> None:
    id_ = await start(temporal, an_approval(a_listed_rule("U0BOB")))
    waiting = await _waiting(temporal, id_)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("id_", ["approval-000000000000", "conversation-T-C-1.0"])
async def test_the_end_of_what_never_was_is_not_waited_for(temporal: Client, id_: str) -> None:
    with pytest.raises(ApprovalNotFoundError):
        await Approvals(temporal).ended(id_)


async def _found(flow: Flow, person: Person) -> list[GrantRow]:
    """The permissions of this thread that somebody finds."""
    rows = await flow.conversations.grants(TEAM, Viewer(person.user, is_member=True))
    return [row for row in rows if row.workflow_id == flow.thread.workflow_id]


async def test_who_asked_in_a_direct_message_finds_the_permission(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.thread = flow.thread.model_copy(update={"channel": "D0ALICE"})
        flow.policy.rule = a_rule(name="acts", always=True)
        await flow.vote(await flow.ask(), BOB, always=True)
        await flow.answered(2)
        async with asyncio.timeout(SECONDS):
            while not (hers := await _found(flow, ALICE)):
                continue

        assert [row.grant.requester for row in hers] == [ALICE]
        assert await _found(flow, BOB) == hers
        assert await _found(flow, ALICE.model_copy(update={"user": "U0DAVE"})) == []
