"""Whether workflows still run, as Temporal says when it is asked."""

from temporalio import activity
from temporalio.client import Client

from workflows.activities import LifecycleActivities
from workflows.approvals import ApprovalStatus
from workflows.client import ApprovalNotFoundError, Approvals, Conversations
from workflows.decisions import Outcome


class TemporalLifecycle(LifecycleActivities):
    """Asks the Temporal that runs this worker."""

    def __init__(self, temporal: Client) -> None:
        self._approvals = Approvals(temporal)
        self._conversations = Conversations(temporal, task_queue="")

    @activity.defn
    async def ended_approvals(self, ids: tuple[str, ...]) -> tuple[ApprovalStatus, ...]:
        """See `LifecycleActivities`."""
        ended: list[ApprovalStatus] = []
        for id_ in ids:
            try:
                status = await self._approvals.status(id_)
            except ApprovalNotFoundError:
                continue
            if status.outcome is not Outcome.PENDING and not await self._approvals.runs(id_):
                ended.append(status)
        return tuple(ended)

    @activity.defn
    async def how_conversation_ended(self, workflow_id: str) -> str:
        """See `LifecycleActivities`."""
        stop = await self._conversations.how_ended(workflow_id)
        return str(stop or "")
