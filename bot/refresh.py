"""Redraws the place where somebody pressed, once Temporal has the press or has refused it."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.card_refresh import CardRefresh
from bot.ephemeral_list import EphemeralLists
from bot.payloads.fields import PayloadError
from bot.payloads.presses import Click
from bot.response_url import ResponseUrlError
from countersign.slack.actions import APPROVE, HOME, LIST, NUDGE, REVOKE, WITHDRAW
from countersign.slack.listing.home_tab import HomeTab
from countersign.slack.listing.news import heard, news, refusal_of
from workflows.client import ApprovalNotFoundError, Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person

log = structlog.get_logger(__name__)

OPEN_PATIENCE = 2.2
"""Seconds for the Home of somebody who opens it, of the three that Slack gives a listener."""
PATIENCE = 1.8
"""For what is shown after a vote is handed on."""
HEALING_PATIENCE = 0.8
"""There must be time left to tell somebody that they pressed too late."""
PAUSES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.3)
"""Seconds between looks: a vote counts once the voter's groups have been looked up."""
CHANGING = frozenset({APPROVE, WITHDRAW, NUDGE, REVOKE})
"""Buttons that change the list they are in. The others open a dialog and change nothing yet."""
NOT_SHOWN = (
    ApprovalNotFoundError,
    OSError,
    PayloadError,
    RPCError,
    ResponseUrlError,
    SlackApiError,
    TimeoutError,
    WorkflowQueryFailedError,
    aiohttp.ClientError,
)
"""Why something could not be drawn or shown. The next press, or opening, shows it anew."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Redraws what was pressed. What was decided stands even if that fails, so nothing raises."""

    approvals: Approvals
    lists: EphemeralLists
    home: HomeTab
    cards: CardRefresh

    async def opened(self, team: str, by: Person) -> None:
        """Somebody opened their Home."""
        await _attempt(self.home.open(team, by), OPEN_PATIENCE)

    async def pressed(self, click: Click, team: str) -> None:
        """A press was handed on, or has opened a dialog."""
        if click.action in CHANGING:
            await _attempt(self._redraw(click, team), PATIENCE)

    async def too_late(self, click: Click, team: str, status: ApprovalStatus | None) -> None:
        """A press was about an approval that has ended, so what was pressed is out of date."""
        if status:
            await asyncio.gather(
                _attempt(self.cards.heal(click, status), HEALING_PATIENCE),
                self.submitted_too_late([status]),
            )
        await _attempt(self._redraw(click, team), HEALING_PATIENCE)

    async def all_too_late(self, click: Click, statuses: Sequence[ApprovalStatus]) -> None:
        """A press was about several approvals, and none of them is waiting any more."""
        work = self.cards.heal_summary(click, statuses) if statuses else self.cards.forget(click)
        await asyncio.gather(_attempt(work, HEALING_PATIENCE), self.submitted_too_late(statuses))

    async def submitted_too_late(self, statuses: Sequence[ApprovalStatus]) -> None:
        """A dialog was about approvals that have ended; the messages below it may not say so."""
        work = (_attempt(self.cards.clean_up(it), HEALING_PATIENCE) for it in statuses)
        await asyncio.gather(*work)

    async def gone(self, click: Click, team: str) -> None:
        """The pressed approval is no longer on record, so its buttons are removed."""
        match click.place.kind:
            case kind if kind == LIST:
                work = self.lists.turn(click, team)
            case kind if kind == HOME:
                work = self.home.open(team, click.by)
            case _:
                work = self.cards.forget(click)
        await _attempt(work, HEALING_PATIENCE)

    async def _redraw(self, click: Click, team: str) -> None:
        if click.place.kind == LIST and click.action == REVOKE:
            await self.lists.revoked(click, team)
        elif click.place.kind == LIST:
            await self.lists.redraw(click, team, await self._once_heard(click))
        elif click.place.kind == HOME:
            status = await self._once_heard(click)
            # Nothing private can be said in a Home, so a refusal is told above its lists.
            note = refusal_of(status, click.id) or news(status, click.by.user)
            await self.home.publish(team, click.by, [status], [note])

    async def _once_heard(self, click: Click) -> ApprovalStatus:
        """The approval with this press counted or refused; as it is if that takes longer."""
        status = await self.approvals.status(click.value)
        for pause in PAUSES:
            if heard(status, click.id):
                break
            await asyncio.sleep(pause)
            status = await self.approvals.status(click.value)
        return status


async def _attempt(work: Awaitable[None], patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            await work
    except NOT_SHOWN as error:
        log.warning("not redrawn", kind=type(error).__name__, cause=str(error))
