"""Approvals that were ended by force: what is said of them, by whom, and how often."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    ResetWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment

from tests.flows.flow import Flow, a_rule, act, working
from tests.support.builders import BOB
from tests.support.listed_approvals import a_rule as a_listed_rule
from tests.support.listed_approvals import an_approval, start
from tests.support.scripted_model import says
from worker.lifecycle import TemporalLifecycle, keep_sweeping
from workflows.client import ApprovalClosedError, Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ENDED_PREFIX
from workflows.contracts.decisions import Execution, Outcome, Stop
from workflows.listing.rows import Kind, Listing, PendingApproval, Viewer

SECONDS = 20


@pytest_asyncio.fixture
async def flow(temporal: Client) -> AsyncGenerator[Flow]:
    async with working(temporal, act(1), says("Done.")) as flow:
        yield flow
        await at_rest(flow)


async def at_rest(flow: Flow) -> None:
    """Wait until the conversation that asked has said its last: nothing is left half done."""
    for id_ in flow.cards.ids:
        if await flow.conversations.how_asker_ended(id_, flow.thread.workflow_id) is None:
            await terminate(flow, id_)
            await flow.approvals.clean_up(id_)  # a later run is told of it by this only
            await flow.threads.until(lambda: "Done." in flow.threads.replies)


async def terminate(flow: Flow, workflow_id: str) -> None:
    with suppress(RPCError):  # the end of the one may have ended the other
        await flow.temporal.get_workflow_handle(workflow_id).terminate("tidying up")


async def running(flow: Flow) -> str:
    """An approval whose action is under way."""
    flow.agent.gate.clear()
    id_ = await flow.ask_on_record()
    await flow.vote(id_, BOB)
    await flow.agent.until(lambda: len(flow.agent.ran) == 1)
    return id_


class TestWhatIsSaidOfIt:
    async def test_nothing_was_done_of_what_waited(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await terminate(flow, id_)
        status = await flow.approvals.status(id_)

        assert (status.outcome, status.stop) == (Outcome.STOPPED, Stop.TERMINATED)
        assert status.execution is Execution.NOT_STARTED
        assert status.card is not None
        assert status.ended_at is not None

    async def test_what_ran_may_have_been_done_and_keeps_who_approved_it(self, flow: Flow) -> None:
        id_ = await running(flow)
        await terminate(flow, id_)
        status = await flow.approvals.status(id_)
        flow.agent.gate.set()

        assert (status.outcome, status.execution) == (Outcome.STOPPED, Execution.UNKNOWN)
        assert [vote.decision.by for vote in status.votes] == [BOB]

    async def test_what_had_ended_stays_what_it_was(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await flow.vote(id_, BOB, approve=False)
        await flow.settled(id_)
        status = await flow.approvals.status(id_)

        assert (status.outcome, status.stop) == (Outcome.REJECTED, None)

    async def test_a_press_on_it_is_told_how_it_ended(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await terminate(flow, id_)
        with pytest.raises(ApprovalClosedError) as closed:
            await flow.vote(id_, BOB)

        assert closed.value.status is not None
        assert closed.value.status.outcome is Outcome.STOPPED

    async def test_what_was_reset_goes_on(self, flow: Flow, temporal: Client) -> None:
        id_ = await flow.ask_on_record()
        handle = temporal.get_workflow_handle(id_)
        found = await handle.describe()
        events = [it async for it in handle.fetch_history_events()]
        done = "workflow_task_completed_event_attributes"
        finished = [it.event_id for it in events if it.HasField(done)]
        await temporal.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=temporal.namespace,
                workflow_execution=WorkflowExecution(workflow_id=id_, run_id=found.run_id),
                reason="try again",
                workflow_task_finish_event_id=finished[0],
                request_id="reset",
            )
        )
        assert (await flow.approvals.status(id_)).outcome is Outcome.PENDING
        assert await flow.approvals.runs(id_)
        await terminate(flow, id_)
        assert not await flow.approvals.runs(id_)


class TestWithoutAWorker:
    async def test_what_waited_is_read_from_its_history(self, temporal: Client) -> None:
        asked = an_approval(a_listed_rule("U0BOB"))
        id_ = await start(temporal, asked)
        await temporal.get_workflow_handle(id_).terminate()
        status = await Approvals(temporal).status(id_)

        assert (status.outcome, status.execution) == (Outcome.STOPPED, Execution.NOT_STARTED)
        assert status.request == asked.request

    async def test_what_ran_may_have_been_done(self, temporal: Client) -> None:
        async with working(temporal, act(1), says("Done.")) as flow:
            id_ = await running(flow)
            await terminate(flow, id_)
            flow.agent.gate.set()
            await flow.answered()
        status = await Approvals(temporal).status(id_)

        assert (status.outcome, status.execution) == (Outcome.STOPPED, Execution.UNKNOWN)
        assert status.card == flow.cards.of(id_).card

    async def test_what_had_ended_is_read_whole(self, temporal: Client) -> None:
        async with working(temporal, act(1), says("Done.")) as flow:
            id_ = await flow.ask_on_record()
            await flow.vote(id_, BOB)
            await flow.settled(id_)
            await flow.answered()
        status = await Approvals(temporal).status(id_)

        assert (status.outcome, status.execution) == (Outcome.APPROVED, Execution.DONE)
        assert [vote.decision.by for vote in status.votes] == [BOB]

    async def test_a_missing_namespace_is_no_missing_approval(self, temporal_address: str) -> None:
        elsewhere = await Client.connect(
            temporal_address, namespace="nowhere", data_converter=pydantic_data_converter
        )
        with pytest.raises(RPCError):
            await Approvals(elsewhere).status("approval-000000000000")


async def test_what_took_the_place_of_another_is_named_by_it(temporal: Client) -> None:
    old, new = (an_approval(a_listed_rule("U0BOB")) for _ in range(2))
    request = new.request.model_copy(update={"replaces": old.id})
    await start(temporal, new.model_copy(update={"request": request}))
    async with asyncio.timeout(SECONDS):
        while not (found := await _replacing(temporal, old)):
            continue
    assert found == (new.id, "https://acme.slack.test/card")


async def _replacing(temporal: Client, old: ApprovalStatus) -> tuple[str, str] | None:
    ended = old.model_copy(update={"outcome": Outcome.CHANGES_REQUESTED})
    found = await Approvals(temporal)._replaced(ended)
    return (found.replaced_by, found.replaced_at) if found.replaced_by else None


class TestCleaningUp:
    async def test_card_and_thread_say_it_once(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await terminate(flow, flow.thread.workflow_id)
        await terminate(flow, id_)
        for _ in range(3):
            await flow.approvals.clean_up(id_)
        told = await flow.answered()
        await flow.temporal.get_workflow_handle(ENDED_PREFIX + id_).result()

        assert "ended by an operator" in told
        assert "nothing was done" in told
        assert len(flow.threads.replies) == 1
        assert flow.cards.of(id_).outcome is Outcome.STOPPED

    async def test_what_runs_is_left_alone(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await flow.approvals.clean_up(id_)
        with pytest.raises(RPCError):
            await flow.temporal.get_workflow_handle(ENDED_PREFIX + id_).describe()

        assert flow.cards.of(id_).outcome is Outcome.PENDING
        assert flow.threads.replies == []

    async def test_what_ended_by_itself_has_told_it_itself(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await flow.temporal.get_workflow_handle(id_).cancel()
        await flow.settled(id_)
        assert (await flow.approvals.status(id_)).outcome is Outcome.STOPPED
        await flow.approvals.clean_up(id_)
        with pytest.raises(RPCError):
            await flow.temporal.get_workflow_handle(ENDED_PREFIX + id_).describe()

    async def test_a_live_conversation_is_left_to_say_it(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await terminate(flow, id_)
        await flow.approvals.clean_up(id_)
        await flow.temporal.get_workflow_handle(ENDED_PREFIX + id_).result()

        assert not any("Ask again if it is still needed" in it for it in flow.threads.replies)
        assert flow.cards.of(id_).outcome is Outcome.STOPPED

    async def test_the_sweep_finds_what_nobody_presses(self, flow: Flow) -> None:
        id_ = await flow.ask_on_record()
        await terminate(flow, flow.thread.workflow_id)
        await terminate(flow, id_)
        await keep_sweeping(flow.temporal, flow.queue)
        await keep_sweeping(flow.temporal, flow.queue)  # as the next worker does
        schedule = flow.temporal.get_schedule_handle(f"sweep-{flow.queue}")
        try:
            async with asyncio.timeout(SECONDS):
                while not flow.threads.replies:
                    await schedule.trigger()
                    await asyncio.wait({asyncio.create_task(flow.answered())}, timeout=1)
        finally:
            await schedule.delete()

        assert flow.cards.of(id_).outcome is Outcome.STOPPED
        since = datetime.now(UTC) - timedelta(hours=1)
        assert await flow.approvals.sweep(flow.queue, since) == 0

    async def test_one_that_cannot_be_read_does_not_hide_the_others(
        self, flow: Flow, temporal: Client
    ) -> None:
        asked = await flow.ask_on_record()
        await terminate(flow, asked)
        ids = ("approval-000000000000", "no approval at all", asked)
        lifecycle = TemporalLifecycle(temporal)
        found = await ActivityEnvironment().run(lifecycle.ended_approvals, ids)

        assert [(it.id, it.stop) for it in found] == [(asked, Stop.TERMINATED)]


async def _history(flow: Flow, id_: str) -> PendingApproval:
    """The approval in `/approvals history`, once it is there."""
    listing = Listing(Kind.HISTORY, flow.thread.team, Viewer(BOB.user, is_member=True))
    async with asyncio.timeout(SECONDS):
        while True:
            page = await flow.approvals.find(listing, size=100)
            if row := next((it for it in page.rows if it.id == id_), None):
                return row


@pytest.mark.parametrize(
    ("began", "execution"), [(False, Execution.NOT_STARTED), (True, Execution.UNKNOWN)]
)
async def test_lists_have_it_as_stopped(flow: Flow, began: bool, execution: Execution) -> None:
    flow.policy.rule = a_rule(name="acts")
    id_ = await running(flow) if began else await flow.ask_on_record()
    if began:
        await flow.cards.until(lambda: flow.cards.of(id_).execution is Execution.RUNNING)
    await terminate(flow, id_)
    row = await _history(flow, id_)
    flow.agent.gate.set()

    assert (row.outcome, row.stop, row.execution) == (Outcome.STOPPED, Stop.TERMINATED, execution)


async def _how(flow: Flow, id_: str) -> Stop | None:
    return await flow.conversations.how_asker_ended(id_, flow.thread.workflow_id)


async def test_a_conversation_that_was_ended_is_told_from_one_that_runs(flow: Flow) -> None:
    id_ = await flow.ask_on_record()
    assert await _how(flow, id_) is None
    assert await flow.conversations.how_ended("conversation-T-C-9.9") is Stop.GONE
    await terminate(flow, flow.thread.workflow_id)
    assert await _how(flow, id_) is Stop.TERMINATED


async def test_one_that_was_begun_anew_after_its_end_is_another(flow: Flow) -> None:
    id_ = await flow.ask_on_record()
    await terminate(flow, flow.thread.workflow_id)
    await flow.say("   ")
    await flow.answered()

    assert await flow.conversations.how_ended(flow.thread.workflow_id) is None
    assert await _how(flow, id_) is Stop.TERMINATED


async def test_one_that_has_renewed_itself_is_the_same(flow: Flow) -> None:
    id_ = await flow.ask_on_record()
    await flow.renew()

    assert await _how(flow, id_) is None
