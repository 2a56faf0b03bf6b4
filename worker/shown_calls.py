"""Shows in the conversation what tools are called without asking anybody, and what came of it.

It is a courtesy: no call waits for it longer than a moment, or fails because of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from temporalio import activity

from worker.surface import Surface, Surfaces
from workflows.contracts.activities import AgentActivities, LifecycleActivities, TurnActivities
from workflows.contracts.activity_inputs import Earlier, EarlierQuery, ReviewQuery, StatusLine
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import AgentSpec, Call, Prepared, ToolResult
from workflows.contracts.rules import Reviewed, Verdict
from workflows.conversation.model_messages import denied_for_model, impossible_for_model

SHOW_SECONDS = 3.0
"""How long a call waits at most until it is shown, and its result too."""

log = structlog.get_logger(__name__)

Masked = Callable[[Call], str]
"""A call's arguments as JSON that may be shown."""


class ShownTools(AgentActivities):
    """The agent, whose free calls are shown before they run, and their results after it."""

    def __init__(self, agent: AgentActivities, surfaces: Surfaces, masked: Masked) -> None:
        self._agent = agent
        self._shown = _Shown(surfaces, masked)

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """See `AgentActivities`."""
        return await self._agent.prepare_call(call)

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """See `AgentActivities`. What was asked for is shown by its approval."""
        if call.approval:
            return await self._agent.run_tool(call)
        at = activity.info().scheduled_time
        await self._shown.call(call, at)
        result = await self._agent.run_tool(call)
        await self._shown.result(call, at, result)
        return result


class ShownReviews(TurnActivities):
    """A turn's steps, of which a call that nobody will be asked about is shown with the reason."""

    def __init__(self, steps: TurnActivities, surfaces: Surfaces, masked: Masked) -> None:
        self._steps = steps
        self._shown = _Shown(surfaces, masked)

    @activity.defn
    async def start_thinking(self, status: StatusLine) -> AgentSpec:
        """See `TurnActivities`."""
        return await self._steps.start_thinking(status)

    @activity.defn
    async def review_call(self, query: ReviewQuery) -> Reviewed:
        """See `TurnActivities`."""
        call, reviewed = query.call, await self._steps.review_call(query)
        if why := _why_not(reviewed):
            at = activity.info().scheduled_time
            await self._shown.call(call, at)
            await self._shown.result(call, at, ToolResult(ok=False, text=why))
        return reviewed

    @activity.defn
    async def find_earlier(self, query: EarlierQuery) -> Earlier:
        """See `TurnActivities`."""
        return await self._steps.find_earlier(query)


class ShownEnds(LifecycleActivities):
    """The lifecycle of workflows, where a call that was allowed by itself is shown at its end."""

    def __init__(self, lifecycle: LifecycleActivities, surfaces: Surfaces) -> None:
        self._lifecycle = lifecycle
        self._surfaces = surfaces

    @activity.defn
    async def report_end(self, status: ApprovalStatus) -> bool:
        """See `LifecycleActivities`."""
        if status.request.is_automatic:
            await _try(lambda: self._surfaces.of(status.origin.kind).show_automatic(status))
        return await self._lifecycle.report_end(status)

    @activity.defn
    async def ended_approvals(self, ids: tuple[str, ...]) -> tuple[ApprovalStatus, ...]:
        """See `LifecycleActivities`."""
        return await self._lifecycle.ended_approvals(ids)

    @activity.defn
    async def sweep(self) -> int:
        """See `LifecycleActivities`."""
        return await self._lifecycle.sweep()

    @activity.defn
    async def how_conversation_ended(self, workflow_id: str) -> str:
        """See `LifecycleActivities`."""
        return await self._lifecycle.how_conversation_ended(workflow_id)


class _Shown:
    """Shows a call and its result where it was made, as far as that works."""

    def __init__(self, surfaces: Surfaces, masked: Masked) -> None:
        self._surfaces = surfaces
        self._masked = masked

    async def call(self, call: Call, at: datetime) -> None:
        await _try(lambda: self._of(call).show_call(call, at, self._masked(call)))

    async def result(self, call: Call, at: datetime, result: ToolResult) -> None:
        await _try(lambda: self._of(call).show_result(call, at, result))

    def _of(self, call: Call) -> Surface:
        return self._surfaces.of(call.origin.kind)


def _why_not(reviewed: Reviewed) -> str:
    """Why nobody will be asked about a call, if that is so."""
    if reviewed.prepared.problem:
        return impossible_for_model(reviewed.prepared.problem)
    return denied_for_model(reviewed.ruling) if reviewed.ruling.verdict is Verdict.DENY else ""


async def _try(show: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(SHOW_SECONDS):
            await show()
    except Exception as error:  # noqa: BLE001 - whatever it is must not fail the call
        log.info("a call is not shown", cause=str(error) or type(error).__name__)
