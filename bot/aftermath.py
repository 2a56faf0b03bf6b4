"""What a press changes on the screen it was made on, once Temporal has it or was past it."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

import structlog

from bot.homes import Homes
from bot.open_lists import OpenLists
from bot.payloads.presses import Click
from bot.private_lists import PrivateLists
from bot.screens import NOT_SHOWN
from bot.stale_cards import StaleCards
from bot.views.actions import APPROVE, CARD, HOME, LIST, NUDGE, REVOKE, WITHDRAW
from workflows.approvals import ApprovalStatus

log = structlog.get_logger(__name__)

PATIENCE = 1.8
"""Seconds for what is shown after a vote is handed on, of the three that Slack gives a listener."""
HEALING_PATIENCE = 0.8
"""Whoever pressed too late is still to be told so."""
CHANGING = frozenset({APPROVE, WITHDRAW, NUDGE, REVOKE})
"""What changes a list that it is pressed in. The rest opens a dialog and changes nothing yet."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Redraws what was pressed. What was decided stands even if that fails."""

    lists: PrivateLists
    homes: Homes
    cards: StaleCards
    open_lists: OpenLists

    async def pressed(self, click: Click, team: str) -> None:
        """A press was handed on, or has opened a dialog."""
        if click.action in CHANGING:
            self.open_lists.touched(click.by.user, click.value)
            await self._redraw(click, team, PATIENCE)
        elif click.place.kind == LIST:
            self.lists.keep(click, team)
        elif click.place.kind == HOME:
            self.homes.keep(click, team)

    async def too_late(self, click: Click, team: str, status: ApprovalStatus | None) -> None:
        """A press was about an approval that has ended, so what was pressed is out of date."""
        if click.place.kind == CARD and status:
            await _attempt(self.cards.heal(click, status), HEALING_PATIENCE)
        else:
            await self._redraw(click, team, HEALING_PATIENCE)

    async def _redraw(self, click: Click, team: str, patience: float) -> None:
        if click.place.kind == LIST:
            if not await _attempt(self.lists.redraw(click, team), patience):
                self.open_lists.again(click.by.user, click.channel)
        elif click.place.kind == HOME and not await _attempt(
            self.homes.redraw(click, team), patience
        ):
            self.homes.keep(click, team)
            self.open_lists.again(click.by.user)


async def _attempt(work: Awaitable[None], patience: float) -> bool:
    """Whether it worked."""
    try:
        async with asyncio.timeout(patience):
            await work
    except NOT_SHOWN as error:
        log.warning("not redrawn", kind=type(error).__name__, cause=str(error))
        return False
    return True
