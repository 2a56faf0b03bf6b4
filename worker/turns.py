"""Steps of a turn that are one question to its workflow and several to the worker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from temporalio import activity

from worker.failures import as_failure_of
from workflows.contracts.activities import (
    AgentActivities,
    PolicyActivities,
    SurfaceActivities,
    TurnActivities,
)
from workflows.contracts.activity_inputs import (
    Earlier,
    EarlierQuery,
    PolicyQuery,
    ReviewQuery,
    StatusLine,
)
from workflows.contracts.core import AgentSpec
from workflows.contracts.rules import POLICY_UNAVAILABLE, Reviewed

STATUS_SECONDS = 3
"""A status line that is late is worse than none."""

log = structlog.get_logger(__name__)


async def none_earlier(_: EarlierQuery) -> Earlier:
    """Where no conversation goes on with another."""
    return Earlier()


@dataclass(eq=False)
class TurnSteps(TurnActivities):
    """Puts together what the agent, the policy and the surface do."""

    describe: Callable[[], Awaitable[AgentSpec]]
    agent: AgentActivities
    policy: PolicyActivities
    surfaces: SurfaceActivities
    earlier: Callable[[EarlierQuery], Awaitable[Earlier]] = none_earlier

    @activity.defn
    async def start_thinking(self, status: StatusLine) -> AgentSpec:
        """See `TurnActivities`."""
        try:
            async with asyncio.timeout(STATUS_SECONDS):
                await self.surfaces.show_status(status)
        except Exception as error:  # noqa: BLE001 - the agent works without a status line, too
            log.info("status line not shown", cause=type(error).__name__)
        return await self.describe()

    @activity.defn
    async def review_call(self, query: ReviewQuery) -> Reviewed:
        """See `TurnActivities`."""
        call = query.call
        prepared = await self.agent.prepare_call(call)
        if prepared.problem:
            return Reviewed(prepared=prepared)
        try:
            question = PolicyQuery(
                call=call,
                prepared=prepared,
                asked_here=query.asked_here,
                instead_of=query.instead_of,
            )
            ruling = await self.policy.judge(question)
            return Reviewed(prepared=prepared, ruling=ruling)
        except Exception as error:  # the gate has to know that the call itself was made ready
            raise as_failure_of(POLICY_UNAVAILABLE, error) from error

    @activity.defn
    async def find_earlier(self, query: EarlierQuery) -> Earlier:
        """See `TurnActivities`."""
        return await self.earlier(query)
