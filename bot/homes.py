"""Somebody's Home: published when they open it or press in it, and kept true while it is open."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.service import RPCError

from bot.lists import still_listed, waiting_in
from bot.open_lists import OpenList, OpenLists
from bot.payloads.presses import Click
from bot.reception import once_heard
from bot.screens import NOT_SHOWN, Drawn, endings
from bot.viewers import Viewers
from countersign.slack.home import ROWS, HomeView, home_blocks, unavailable_blocks
from countersign.slack.listing_news import news, refusal_of
from countersign.slack.listing_query import ListingQuery
from countersign.slack.web_client import UNKNOWN, code_of
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.listing.rows import Kind, Listing, Page, Viewer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Draws and publishes Homes."""

    slack: AsyncWebClient
    approvals: Approvals
    viewers: Viewers
    open_lists: OpenLists
    now: Callable[[], datetime]
    deployment: str = ""

    async def open(self, team: str, by: Person) -> None:
        """Publish what somebody finds who opens their Home, now or as soon as that works.

        Raises one of `NOT_SHOWN` where Slack does not take it.
        """
        try:
            drawn = await self.draw(team, by)
        except RPCError as error:
            log.warning("a Home without its lists", cause=str(error))
            self._put(team, by, ())
            self.open_lists.again(by.user)
            await self.publish(by, Drawn("", unavailable_blocks()))
            return
        self._put(team, by, drawn.waiting)
        try:
            await self.publish(by, drawn)
        except NOT_SHOWN:
            self.open_lists.again(by.user)
            raise

    async def redraw(self, click: Click, team: str) -> None:
        """Publish the Home as it is after a press in it.

        Raises one of `NOT_SHOWN` where that does not work.
        """
        status = await once_heard(self.approvals, click)
        # Elsewhere a refusal is said privately where somebody pressed; in a Home it cannot be.
        refusal = refusal_of(status, click.id)
        notes = [refusal or news(status, click.by.user)]
        drawn = await self.draw(team, click.by, [status], notes)
        await self.publish(click.by, drawn)
        self._put(team, click.by, drawn.waiting)

    def keep(self, click: Click, team: str) -> None:
        """Remember a Home in which a dialog was opened, if that was not known."""
        if self.open_lists.get(click.by.user) is None:
            self._put(team, click.by, (click.value,))

    async def draw(
        self,
        team: str,
        by: Person,
        known: Sequence[ApprovalStatus] = (),
        notes: Sequence[str] = (),
        ended: Sequence[str] = (),
    ) -> Drawn:
        """Both lists. What is known of approvals may be news to visibility."""
        seen = await self.viewers.see(by)
        mine, requested = await asyncio.gather(
            *(self._find(kind, team, seen.viewer, known, ended) for kind in ROWS)
        )
        view = HomeView(
            mine=mine,
            requested=requested,
            user=by.user,
            now=self.now(),
            deployment=self.deployment,
            notes=[*seen.notes, *notes],
        )
        return Drawn("", home_blocks(view), waiting_in([*mine.rows, *requested.rows]))

    async def publish(self, by: Person, drawn: Drawn) -> None:
        """Show a Home; a Slack that has none is left alone.

        Raises one of `NOT_SHOWN` where Slack does not take it.
        """
        try:
            await self.slack.views_publish(
                user_id=by.user, view=View(type="home", blocks=drawn.blocks)
            )
        except SlackApiError as error:
            if code_of(error) not in UNKNOWN:
                raise

    async def _find(
        self,
        kind: Kind,
        team: str,
        viewer: Viewer,
        known: Sequence[ApprovalStatus],
        ended: Sequence[str],
    ) -> Page:
        found = await self.approvals.find(Listing(kind, team, viewer), size=ROWS[kind])
        rows = still_listed(found.rows, ListingQuery(kind), viewer.user, known, ended)
        return replace(found, rows=rows)

    def _put(self, team: str, by: Person, waiting: tuple[str, ...]) -> None:
        ids = tuple(dict.fromkeys(waiting))
        self.open_lists.put(OpenList(user=by.user, screen=_Home(self, team, by), waiting=ids))


@dataclass(frozen=True, slots=True)
class _Home:
    """One person's Home."""

    homes: Homes
    team: str
    by: Person

    async def draw(self, ended: Sequence[str]) -> Drawn:
        """See `Screen`."""
        known = await endings(self.homes.approvals, ended)
        notes = [news(status, self.by.user) for status in known]
        return await self.homes.draw(self.team, self.by, known, notes, ended)

    async def show(self, drawn: Drawn) -> None:
        """See `Screen`."""
        await self.homes.publish(self.by, drawn)
