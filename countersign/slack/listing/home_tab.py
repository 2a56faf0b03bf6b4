"""The Home: what waits for somebody's decision, and below it what they asked for."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.service import RPCError

from countersign.slack.actions import HOME, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.listing.audience import Audience, Seen
from countersign.slack.listing.news import has_voted, news, still_listed
from countersign.slack.listing.page import HEADERS
from countersign.slack.listing.row import is_settled, row_buttons, row_facts, row_text
from countersign.slack.text import date_token
from countersign.slack.web_client import UNKNOWN, code_of
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import Kind, Listing, Page, PendingApproval, Viewer

log = structlog.get_logger(__name__)

ROWS = {Kind.MINE: 10, Kind.REQUESTED: 5}
"""How many of each; a Home takes 100 blocks, and a row has four."""
MOST_NEWS = 3
"""Approvals that are told above the lists; of the others only the rows change."""
NOTHING = {
    Kind.MINE: (
        ":white_check_mark: *Nothing is waiting for you.*\n"
        "When the agent needs your approval, its request appears here and wherever your team's "
        "rules send it."
    ),
    Kind.REQUESTED: (
        "None of your requests is waiting. Write to me under *Messages*, or mention me in a "
        "channel, to get something done."
    ),
}
MORE = {
    Kind.MINE: "There is more than fits here: `/approvals` lists all that is waiting for you.",
    Kind.REQUESTED: "There is more than fits here: `/approvals requested` lists all of it.",
}
ELSEWHERE = (
    "`/approvals all` lists everything you may see, `/approvals history` lists what has ended, and "
    "`/approvals help` explains the rest."
)
UNAVAILABLE = (
    ":warning: *I can't reach my memory right now,* so I don't know what is waiting for you. "
    "Nothing is lost. Please open this tab again in a minute."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """What one person finds in their Home."""

    mine: Page
    requested: Page
    user: str
    now: datetime
    deployment: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTab:
    """Draws and publishes Homes: the bot when asked to, the worker when something has changed.

    Every method raises `SlackApiError`, `aiohttp.ClientError` or `OSError` where Slack does not
    take it, and all but `open` an `RPCError` while Temporal is away.
    """

    slack: AsyncWebClient
    approvals: Approvals
    audience: Audience
    now: Callable[[], datetime]
    deployment: str = ""

    async def open(self, team: str, by: Person) -> None:
        """Publish what somebody finds who opens their Home."""
        try:
            await self.publish(team, by)
        except RPCError as error:
            log.warning("a Home without its lists", cause=str(error))
            await self._show(by, [section(UNAVAILABLE)])

    async def publish(
        self,
        team: str,
        by: Person,
        known: Sequence[ApprovalStatus] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Publish a Home. How approvals are known to stand may be news to visibility."""
        await self._publish(team, await self.audience.see(by), by, known, notes)

    async def republish(self, team: str, by: Person, known: Sequence[ApprovalStatus]) -> None:
        """Publish a Home unasked, and say what has ended.

        If Slack does not say now who they are, what is there already is better.
        """
        seen = await self.audience.see(by)
        if seen.is_sure:
            told = [it for it in known if it.outcome is not Outcome.PENDING]
            told += [it for it in known if it not in told and has_voted(it, by.user)]
            notes = [news(it, by.user) for it in told[-MOST_NEWS:]]
            await self._publish(team, seen, by, known, notes)

    async def _publish(
        self,
        team: str,
        seen: Seen,
        by: Person,
        known: Sequence[ApprovalStatus],
        notes: Sequence[str],
    ) -> None:
        mine, requested = await asyncio.gather(
            *(self._find(kind, team, seen.viewer, known) for kind in ROWS)
        )
        view = HomeView(
            mine=mine,
            requested=requested,
            user=by.user,
            now=self.now(),
            deployment=self.deployment,
            notes=[*seen.notes, *notes],
        )
        await self._show(by, home_blocks(view))

    async def _find(
        self, kind: Kind, team: str, viewer: Viewer, known: Sequence[ApprovalStatus]
    ) -> Page:
        """What waits; an approval that is being carried out needs nobody any more."""
        found = await self.approvals.find(Listing(kind, team, viewer), size=ROWS[kind])
        rows = still_listed(found.rows, kind, viewer.user, known)
        return replace(found, rows=[row for row in rows if not is_settled(row)])

    async def _show(self, by: Person, blocks: Sequence[Block]) -> None:
        """A Slack that has no Homes is left alone."""
        try:
            await self.slack.views_publish(user_id=by.user, view=View(type="home", blocks=blocks))
        except SlackApiError as error:
            if code_of(error) not in UNKNOWN:
                raise


def home_blocks(view: HomeView) -> Sequence[Block]:
    """Both lists, with their buttons, and where the rest is."""
    return [
        *(context(note) for note in view.notes),
        *_list(view, Kind.MINE, view.mine),
        DividerBlock(),
        *_list(view, Kind.REQUESTED, view.requested),
        DividerBlock(),
        context(f"{ELSEWHERE} As of {date_token(view.now.timestamp())}."),
    ]


def _list(view: HomeView, kind: Kind, page: Page) -> Iterator[Block]:
    yield HeaderBlock(text=HEADERS[kind])
    if not page.rows:
        yield section(NOTHING[kind])
    for number, row in enumerate(page.rows):
        if number:
            yield DividerBlock()
        yield from _row(view, kind, row, number)
    if page.next_token:
        yield context(MORE[kind])


def _row(view: HomeView, kind: Kind, row: PendingApproval, number: int) -> Iterator[Block]:
    yield row_text(row).block
    yield row_facts(row, view.now)
    if buttons := row_buttons(row, view.user, decides_own=kind is Kind.MINE):
        place = BlockId(HOME, 0, row.digest, view.deployment, f"{kind}{number}")
        yield ActionsBlock(block_id=place.block_id, elements=buttons)
