"""What a press changes on the screen it was made on, once Temporal has it or was past it."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import structlog

from bot.homes import Homes
from bot.open_lists import OpenLists
from bot.payloads.presses import Click
from bot.private_lists import PrivateLists
from bot.screens import NOT_SHOWN
from bot.stale_cards import StaleCards
from countersign.slack.actions import APPROVE, HOME, LIST, NUDGE, REVOKE, WITHDRAW
from workflows.contracts.approvals import ApprovalStatus

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
        if status:
            await asyncio.gather(
                _attempt(self.cards.heal(click, status), HEALING_PATIENCE),
                _attempt(self.cards.clean_up(status), HEALING_PATIENCE),
            )
        await self._redraw(click, team, HEALING_PATIENCE)

    async def all_too_late(self, click: Click, statuses: Sequence[ApprovalStatus]) -> None:
        """A press was about several, of which none waits any more."""
        work = self.cards.heal_summary(click, statuses) if statuses else self.cards.forget(click)
        cleaning = (_attempt(self.cards.clean_up(it), HEALING_PATIENCE) for it in statuses)
        await asyncio.gather(_attempt(work, HEALING_PATIENCE), *cleaning)

    async def submitted_too_late(self, statuses: Sequence[ApprovalStatus]) -> None:
        """A dialog was about approvals that have ended; the messages below it may not say so."""
        await asyncio.gather(
            *(_attempt(self.cards.clean_up(it), HEALING_PATIENCE) for it in statuses)
        )

    async def gone(self, click: Click, team: str) -> None:
        """A press was about an approval of which nothing is known, so what offers it goes."""
        match click.place.kind:
            case kind if kind == LIST:
                work = self.lists.turn(click, team)
            case kind if kind == HOME:
                work = self.homes.open(team, click.by)
            case _:
                work = self.cards.forget(click)
        await _attempt(work, HEALING_PATIENCE)

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
