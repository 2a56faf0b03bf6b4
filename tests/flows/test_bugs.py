"""A bug of ours is seen where operators look, and what waits is not lost with it."""

from typing import Any

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from tests.builders import BOB
from tests.fakes import PhoneBook
from tests.flows.rig import act, working
from tests.model import says
from workflows.decisions import Standing
from workflows.errands import Question


class Babel(PhoneBook):
    """A directory that answers what nobody planned for."""

    confused = True

    @activity.defn
    async def look_up(self, question: Question) -> Any:
        standings: tuple[Standing, ...] = await super().look_up(question)
        return {"ok": True} if self.confused else standings


async def test_a_bug_in_hearing_a_vote_fails_the_workflow_task_where_it_shows(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("It was stopped."), directory=Babel()) as rig:
        approval_id = await rig.ask()
        handle = temporal.get_workflow_handle(approval_id)

        await rig.vote(approval_id, BOB)

        assert await _has_failed_task(handle)
        assert rig.bench.ran == []
        await handle.terminate("the bug is known")
        assert await rig.answered() == "It was stopped."


async def _has_failed_task(handle: WorkflowHandle[Any, Any]) -> bool:
    """Follow the history as it is written; each request waits for the next event."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            return True
    return False
