"""Says that a press is recorded, where its card does not follow within seconds.

Temporal takes a press while no worker runs. Then nothing moves on the card, and whoever pressed
would press again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.background import Background
from bot.error_replies import EphemeralMessages, Place
from bot.listeners.votes import is_known
from bot.payloads.presses import Click
from bot.payloads.submissions import Submission
from countersign.slack.listing.home_tab import HomeTab
from workflows.client import ApprovalNotFoundError, Approvals
from workflows.contracts.core import Person
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


def place_of(done: Click | Submission) -> Place:
    """Where somebody pressed, or opened the dialog that they submitted."""
    user, team = done.by.user, done.team
    if isinstance(done, Submission):
        return Place(done.meta.channel, user, done.meta.thread_ts, team=team)
    return Place(done.channel, user, done.thread_ts, done.response_url, team)


@dataclass(frozen=True, slots=True)
class Receipts:
    """Watches over presses that Temporal has taken; each person is told once for a press."""

    approvals: Approvals
    ephemerals: EphemeralMessages
    home: HomeTab
    background: Background
    patience: Patience = Patience()

    def expect(self, votes: Mapping[str, Vote], place: Place) -> None:
        """One press has handed on these votes, by the approval's id."""
        if votes:
            press = min(vote.decision.id for vote in votes.values())
            self.background.start(f"receipt of {press}", self._watch(votes, place))

    async def _watch(self, votes: Mapping[str, Vote], place: Place) -> None:
        await asyncio.sleep(self.patience.look)
        try:
            left = self.patience.give_up - self.patience.look
            async with asyncio.timeout(left), asyncio.TaskGroup() as looks:
                for approval_id, vote in votes.items():
                    looks.create_task(self._until_heard(approval_id, vote))
        except TimeoutError:
            log.info("a press waits to be heard", approvals=[*votes])
            await self._tell(place)

    async def _tell(self, place: Place) -> None:
        """Privately where it was pressed. In a Home, which has no such place, above its lists."""
        if place.channel:
            await self.ephemerals.tell_at(place, RECORDED)
            return
        by = Person(team=place.team, user=place.user)
        try:
            await self.home.publish(place.team, by, notes=[RECORDED])
        except (RPCError, SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("a Home without a receipt", cause=type(error).__name__)

    async def _until_heard(self, approval_id: str, vote: Vote) -> None:
        try:
            while True:
                if await self._is_heard(approval_id, vote):
                    return
                await asyncio.sleep(self.patience.pause)
        except (ApprovalNotFoundError, WorkflowQueryFailedError) as error:
            # Then no card may follow, and nothing is promised.
            cause = type(error).__name__
            log.warning("nobody knows of a press", approval=approval_id, cause=cause)

    async def _is_heard(self, approval_id: str, vote: Vote) -> bool:
        """Whether its approval has counted or refused a vote, or has ended."""
        try:
            if not await self.approvals.runs(approval_id):
                return True
            status = await self.approvals.status(approval_id)
        except RPCError:  # nobody works there, or Temporal is away after it had taken the press
            return False
        return status.outcome is not Outcome.PENDING or is_known(status, vote)
