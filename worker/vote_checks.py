"""What a vote depends on, found out at the same time: who somebody is, and what would be done."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import structlog
from temporalio import activity

from countersign.agents.mcp.errors import ServerAwayError
from worker.failures import as_failure_of
from workflows.contracts.activities import (
    AgentActivities,
    DirectoryActivities,
    LifecycleActivities,
    PolicyActivities,
    VoteActivities,
)
from workflows.contracts.activity_inputs import PolicyQuery, VoteCheck, VoteFacts
from workflows.contracts.core import Call, Prepared
from workflows.contracts.decisions import Unchecked
from workflows.contracts.rules import Ruling

log = structlog.get_logger(__name__)

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
IN_TIME = 0.95
"""How much of the activity's time each part may take, so that it can still say what is missing."""


class VoteChecks(VoteActivities):
    """Asks Slack, the tool, the policy and Temporal."""

    def __init__(
        self,
        agent: AgentActivities,
        policy: PolicyActivities,
        directory: DirectoryActivities,
        lifecycle: LifecycleActivities,
    ) -> None:
        self._agent = agent
        self._policy = policy
        self._directory = directory
        self._lifecycle = lifecycle

    @activity.defn
    async def check_vote(self, check: VoteCheck) -> VoteFacts:
        """See `VoteActivities`."""
        how_it_ended = self._lifecycle.how_conversation_ended
        away: list[str] = []
        prepare = partial(self._prepare, away)
        try:
            async with asyncio.TaskGroup() as parts:  # one that fails ends the others
                who = parts.create_task(
                    _if(check.query, self._directory.look_up, Unchecked.IDENTITY)
                )
                preview = parts.create_task(_if(check.call, prepare, Unchecked.PREVIEW))
                total = parts.create_task(_if(check.recount, self._policy.recount, Unchecked.TOTAL))
                edit = parts.create_task(self._edited(check, prepare))
                end = parts.create_task(
                    _if(check.conversation, how_it_ended, Unchecked.CONVERSATION)
                )
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        edited, ruling = edit.result() or (None, None)
        return VoteFacts(
            eligibilities=who.result(),
            prepared=preview.result(),
            recounted=total.result(),
            edited=edited,
            ruling=ruling,
            conversation_end=end.result() or "",
            away=next(iter(away), ""),
        )

    async def _prepare(self, away: list[str], call: Call) -> Prepared | None:
        """A call made ready. If its server is away that is no failure: who presses is told which.

        Args:
            away: takes the name of such a server.
            call: what is to be made ready.
        """
        try:
            return await self._agent.prepare_call(call)
        except ServerAwayError as error:
            approval = activity.info().workflow_id
            log.warning("a vote could not be checked", approval=approval, why=str(error))
            away.append(error.server)
            return None

    async def _edited(
        self, check: VoteCheck, prepare: Callable[[Call], Awaitable[Prepared | None]]
    ) -> tuple[Prepared, Ruling | None] | None:
        """An edited call, made ready and judged; not judged if it cannot be made ready."""
        prepared = await _if(check.edited, prepare, Unchecked.PREVIEW)
        if check.edited is None or prepared is None:
            return None
        if prepared.problem:
            return prepared, None
        query = PolicyQuery(call=check.edited, prepared=prepared)
        return prepared, await _if(query, self._policy.judge, Unchecked.POLICY)


async def _if(
    asked: Asked | None, find_out: Callable[[Asked], Awaitable[Answer]], what: Unchecked
) -> Answer | None:
    """The answer to a part of the question, if it is asked.

    Raises:
        ApplicationError: it could not be found out; `what` is its type.
    """
    if not asked:
        return None
    try:
        async with asyncio.timeout(_seconds_left()):
            return await find_out(asked)
    except Exception as error:
        raise as_failure_of(what, error) from error


def _seconds_left() -> float | None:
    """How long a part may take; None if the activity has no limit."""
    info = activity.info()
    if info.schedule_to_close_timeout is None:
        return None
    passed = datetime.now(UTC) - info.scheduled_time
    return max((info.schedule_to_close_timeout - passed).total_seconds() * IN_TIME, 0)
