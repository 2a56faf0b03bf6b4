"""Cleans up after approvals that were ended by force, which can show and tell nothing themselves.

Whoever notices first starts `EndedWorkflow`: a press, or else the sweep, which a Temporal Schedule
starts every two minutes. Its id is the approval's, so that it runs once.
"""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from workflows.approval.display import ended_reply
    from workflows.contracts.activities import (
        CardActivities,
        LifecycleActivities,
        SurfaceActivities,
    )
    from workflows.contracts.approvals import ApprovalStatus
    from workflows.contracts.core import ENDED_WORKFLOW, SWEEP_WORKFLOW
    from workflows.timeouts import ACTIVITY_CALL, call_slack


@workflow.defn(name=ENDED_WORKFLOW)
class EndedWorkflow:
    """Does in an approval's place what it would have done last."""

    @workflow.run
    async def run(self, approval_id: str) -> None:
        """Let card, copies and line say how it ended, and tell who asked for it."""
        ended = await call_slack(LifecycleActivities.ended_approvals, (approval_id,))
        for status in ended:
            if status.stop is not None:
                if status.card is not None:
                    await _try(CardActivities.redraw_card, status)
                await self._tell(status)

    async def _tell(self, status: ApprovalStatus) -> None:
        """Its conversation says it in its own words; where there is none any more, we do."""
        id_ = status.origin.workflow_id
        is_gone = await call_slack(LifecycleActivities.how_conversation_ended, id_)
        if is_gone or not await call_slack(LifecycleActivities.report_end, status):
            await _try(SurfaceActivities.post_reply, ended_reply(status))


@workflow.defn(name=SWEEP_WORKFLOW)
class SweepWorkflow:
    """Looks once for approvals that were ended by force."""

    @workflow.run
    async def run(self) -> int:
        """How many were found that nobody had noticed."""
        return await workflow.execute_activity_method(
            LifecycleActivities.sweep,
            start_to_close_timeout=ACTIVITY_CALL,
            schedule_to_close_timeout=timedelta(minutes=2),
        )


async def _try(method: Any, argument: Any) -> None:
    """Slack may have a reason for good not to take it; the rest is done all the same."""
    try:
        await call_slack(method, argument)
    except (ActivityError, ValidationError):
        workflow.logger.warning("Slack does not take the end of an approval", exc_info=True)
