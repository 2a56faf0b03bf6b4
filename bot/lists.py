"""Lists for one person: who they are, one query, one page; and the same page after a press."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_sdk.models.blocks import Block
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.payloads.fields import PayloadError, home
from bot.payloads.listing import query_of
from bot.payloads.presses import Click, read_click
from bot.response_url import ResponseUrlError, ResponseUrls
from bot.viewers import Viewers
from bot.views.actions import REVOKE
from bot.views.listing import UNCHECKED, ListingView, listing_blocks, listing_text
from bot.views.listing_details import ROW, details_blocks, details_text
from bot.views.listing_grants import grants_blocks, grants_text
from bot.views.listing_news import heard, is_off_list, news
from bot.views.listing_query import ListingQuery
from workflows.client import ApprovalNotFoundError, Approvals, Conversations
from workflows.contracts import ApprovalStatus, Person
from workflows.listing import Listing, PendingApproval
from workflows.queries import is_visible_to

log = structlog.get_logger(__name__)

REDRAW_PATIENCE = 1.8
"""Seconds for a list after the vote is handed on, of the three that Slack gives a listener."""
PAUSES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.3)
"""Seconds between looks: a vote counts once the voter's groups have been looked up."""
REVOKED = "Done: the next call of that tool needs approval again."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A private message."""

    text: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """Draws lists. Where Slack does not say who somebody is, they see less and are told so."""

    approvals: Approvals
    conversations: Conversations
    viewers: Viewers
    response_urls: ResponseUrls
    now: Callable[[], datetime]
    deployment: str = ""

    async def page(
        self, team: str, by: Person, query: ListingQuery, after: ApprovalStatus | None = None
    ) -> Drawn:
        """A page of a list; `after` is an approval that was just pressed in it."""
        seen = await self.viewers.see(by)
        listing = Listing(query.kind, team, seen.viewer, query.tool, query.person)
        found = await self.approvals.find(listing, query.token)
        notes = [] if seen.is_sure else [UNCHECKED]
        rows = found.rows
        if after is not None:
            notes.append(news(after, by.user))
            rows = [_now(row, after) for row in rows if not is_off_list(row, after, query, by.user)]
        view = ListingView(
            query=query,
            rows=rows,
            next_token=found.next_token,
            user=by.user,
            now=self.now(),
            deployment=self.deployment,
            notes=notes,
        )
        return Drawn(listing_text(view), listing_blocks(view))

    async def details(self, team: str, by: Person, approval_id: str) -> Drawn:
        """One approval.

        Raises:
            ApprovalNotFoundError: there is none, or they may not see it, which is no difference.
        """
        status = await self.approvals.status(approval_id)
        if not is_visible_to(status, team, (await self.viewers.see(by)).viewer):
            raise ApprovalNotFoundError(approval_id)
        return self._details(status, by)

    async def grants(self, team: str, by: Person, without: str = "") -> Drawn:
        """Standing permissions; `without` is one that was just revoked, `<conversation>|<id>`."""
        seen = await self.viewers.see(by)
        found = await self.conversations.grants(team, seen.viewer)
        rows = [row for row in found if f"{row.workflow_id}|{row.grant.id}" != without]
        notes = [*([] if seen.is_sure else [UNCHECKED]), *([REVOKED] if without else [])]
        return Drawn(grants_text(rows), grants_blocks(rows, self.deployment, notes))

    async def redraw(self, body: Mapping[str, Any]) -> None:
        """Show a list anew after a press in it. What was pressed counts even if this fails."""
        try:
            click = read_click(body)
            async with asyncio.timeout(REDRAW_PATIENCE):
                drawn = await self._after(click, home(body) or click.by.team)
                await self.response_urls.rewrite(click.response_url, drawn.text, drawn.blocks)
        except (
            ApprovalNotFoundError,
            PayloadError,
            ResponseUrlError,
            RPCError,
            TimeoutError,
            WorkflowQueryFailedError,
        ) as error:
            log.warning("list not redrawn", kind=type(error).__name__, cause=str(error))

    async def _after(self, click: Click, team: str) -> Drawn:
        if click.action == REVOKE:
            return await self.grants(team, click.by, without=click.value)
        status = await self._once_heard(click)
        if click.place.row.startswith(ROW):
            return self._details(status, click.by)
        return await self.page(team, click.by, query_of(click), status)

    async def _once_heard(self, click: Click) -> ApprovalStatus:
        """The approval with this press counted or refused; as it is if that takes longer."""
        status = await self.approvals.status(click.value)
        for pause in PAUSES:
            if heard(status, click.id):
                break
            await asyncio.sleep(pause)
            status = await self.approvals.status(click.value)
        return status

    def _details(self, status: ApprovalStatus, by: Person) -> Drawn:
        blocks = details_blocks(status, by.user, self.now(), self.deployment)
        return Drawn(details_text(status), blocks)


def _now(row: PendingApproval, after: ApprovalStatus) -> PendingApproval:
    """Visibility follows in its own time; the approval that was pressed is known already."""
    return PendingApproval.of(after, one_tap=row.complete) if row.id == after.id else row
