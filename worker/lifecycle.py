"""Whether workflows still run, as Temporal says when it is asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.service import RPCError

from workflows.agent_queues import AgentQueues
from workflows.client import ApprovalNotFoundError, Approvals, Conversations
from workflows.contracts.activities import LifecycleActivities
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ENDED_PREFIX, SWEEP_WORKFLOW
from workflows.contracts.decisions import Outcome, Stop

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(minutes=2)
LOOK_BACK = timedelta(days=1)
"""How long an end may go unnoticed: all workers may have been away."""


class TemporalLifecycle(LifecycleActivities):
    """Asks the Temporal that runs this worker."""

    def __init__(self, temporal: Client) -> None:
        self._approvals = Approvals(temporal)
        self._conversations = Conversations(temporal, AgentQueues.single(""))

    @activity.defn
    async def ended_approvals(self, ids: tuple[str, ...]) -> tuple[ApprovalStatus, ...]:
        """See `LifecycleActivities`. One that cannot be read does not hide the others.

        Raises:
            RPCError: none could be read.
        """
        found = await asyncio.gather(*map(self._ended, ids), return_exceptions=True)
        problems = [it for it in found if isinstance(it, BaseException)]
        if problems and len(problems) == len(ids):
            raise problems[0]
        if problems:
            log.warning("approvals that cannot be read", causes=[str(it) for it in problems])
        return tuple(it for it in found if isinstance(it, ApprovalStatus))

    @activity.defn
    async def report_end(self, status: ApprovalStatus) -> bool:
        """See `LifecycleActivities`."""
        if status.stop is Stop.CONVERSATION:
            return False
        return await self._conversations.report_end(status)

    @activity.defn
    async def sweep(self) -> int:
        """See `LifecycleActivities`."""
        since = datetime.now(UTC) - LOOK_BACK
        found = await self._approvals.sweep(activity.info().task_queue, since)
        if found:
            log.warning("approvals were ended by force", count=found)
        return found

    @activity.defn
    async def how_conversation_ended(self, workflow_id: str) -> str:
        """See `LifecycleActivities`."""
        asked = activity.info().workflow_id or ""
        id_ = asked.removeprefix(ENDED_PREFIX)
        return str(await self._conversations.how_asker_ended(id_, workflow_id) or "")

    async def _ended(self, id_: str) -> ApprovalStatus | None:
        try:
            if await self._approvals.runs(id_):
                return None
            status = await self._approvals.status(id_)
        except ApprovalNotFoundError:
            return None
        return status if status.outcome is not Outcome.PENDING else None


async def keep_sweeping(temporal: Client, task_queue: str) -> None:
    """Have Temporal start the sweep every two minutes. Several workers may ask for it at once."""
    id_ = f"sweep-{task_queue}"
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(SWEEP_WORKFLOW, id=id_, task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=SWEEP_EVERY)]),
        policy=SchedulePolicy(catchup_window=SWEEP_EVERY),
    )
    try:
        await temporal.create_schedule(id_, schedule)
    except ScheduleAlreadyRunningError:
        handle = temporal.get_schedule_handle(id_)
        await handle.update(lambda _: ScheduleUpdate(schedule))
    except RPCError as error:
        # Presses still find such approvals, each when it is pressed.
        log.warning("no sweep for approvals that are ended by force", code=error.status.name)
