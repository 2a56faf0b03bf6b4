"""Says that a press is recorded, where its card does not follow within seconds.

Temporal takes a press while no worker runs. Then nothing moves on the card, and whoever pressed
would press again.
"""

import asyncio
from dataclasses import dataclass

import structlog
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.background import Background
from bot.error_replies import EphemeralMessages, Place
from bot.listeners.votes import is_known
from workflows.client import ApprovalNotFoundError, Approvals
from workflows.contracts.decisions import Outcome
from workflows.voting.parsing import Vote

log = structlog.get_logger(__name__)

RECORDED = "Recorded. The card follows in a moment."


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after a press."""

    look: float = 2.0
    """When it is first looked whether the card follows; until then it nearly always does."""
    give_up: float = 3.0
    """When the person is told."""
    pause: float = 0.3
    """Between two looks."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """Watches over presses that Temporal has taken; each person is told once for a press."""

    approvals: Approvals
    ephemerals: EphemeralMessages
    background: Background
    patience: Patience = Patience()

    def expect(self, approval_id: str, vote: Vote, place: Place) -> None:
        """A vote was handed on. In a Home there is no place to say anything privately."""
        if place.channel:
            work = self._watch(approval_id, vote, place)
            self.background.start(f"receipt of {vote.decision.id}", work)

    async def _watch(self, approval_id: str, vote: Vote, place: Place) -> None:
        await asyncio.sleep(self.patience.look)
        try:
            async with asyncio.timeout(self.patience.give_up - self.patience.look):
                await self._until_heard(approval_id, vote)
        except TimeoutError:
            log.info("a press waits to be heard", approval=approval_id)
            await self.ephemerals.tell_at(place, RECORDED)
        except (ApprovalNotFoundError, WorkflowQueryFailedError) as error:
            # Then no card may follow, and nothing is promised.
            cause = type(error).__name__
            log.warning("nobody knows of a press", approval=approval_id, cause=cause)

    async def _until_heard(self, approval_id: str, vote: Vote) -> None:
        while True:
            if await self._is_heard(approval_id, vote):
                return
            await asyncio.sleep(self.patience.pause)

    async def _is_heard(self, approval_id: str, vote: Vote) -> bool:
        """Whether its approval has counted or refused a vote, or has ended."""
        try:
            if not await self.approvals.runs(approval_id):
                return True
            status = await self.approvals.status(approval_id)
        except RPCError:  # nobody works there, or Temporal is away after it had taken the press
            return False
        return status.outcome is not Outcome.PENDING or is_known(status, vote)
