"""Lists for one person: who they are, one query, one page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.screens import Drawn, endings
from bot.viewers import Viewers
from countersign.slack.listing import ListingView, listing_blocks, listing_text
from countersign.slack.listing_details import details_blocks, details_text
from countersign.slack.listing_grants import grants_blocks, grants_text
from countersign.slack.listing_news import is_off_list, news
from countersign.slack.listing_query import ListingQuery
from workflows.client import ApprovalNotFoundError, Approvals, Conversations
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome
from workflows.listing.queries import is_visible_to
from workflows.listing.rows import Kind, Listing, PendingApproval

REVOKED = "Done: the next call of that tool needs approval again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """Draws lists. Where Slack does not say who somebody is, they see less and are told so."""

    approvals: Approvals
    conversations: Conversations
    viewers: Viewers
    now: Callable[[], datetime]
    deployment: str = ""

    async def page(
        self,
        team: str,
        by: Person,
        query: ListingQuery,
        after: ApprovalStatus | None = None,
        ended: Sequence[str] = (),
    ) -> Drawn:
        """A page of a list.

        `after` is an approval that was just pressed in it; `ended` are those that have ended
        since the list was first shown.
        """
        seen = await self.viewers.see(by)
        listing = Listing(query.kind, team, seen.viewer, query.tool, query.person)
        found = await self.approvals.find(listing, query.token)
        told = [*([after] if after else []), *await endings(self.approvals, ended)]
        rows = still_listed(found.rows, query, by.user, told, ended)
        view = ListingView(
            query=query,
            rows=rows,
            next_token=found.next_token,
            user=by.user,
            now=self.now(),
            deployment=self.deployment,
            notes=[*seen.notes, *(news(it, by.user) for it in told)],
        )
        return Drawn(listing_text(view), listing_blocks(view), waiting_in(rows))

    async def details(self, team: str, by: Person, approval_id: str) -> Drawn:
        """One approval.

        Raises:
            ApprovalNotFoundError: there is none, or they may not see it, which is no difference.
        """
        status = await self.approvals.status(approval_id)
        if not is_visible_to(status, team, (await self.viewers.see(by)).viewer):
            raise ApprovalNotFoundError(approval_id)
        return self.details_of(status, by)

    def details_of(self, status: ApprovalStatus, by: Person) -> Drawn:
        """One approval whose state is at hand."""
        blocks = details_blocks(status, by.user, self.now(), self.deployment)
        waiting = (status.id,) if status.outcome is Outcome.PENDING else ()
        return Drawn(details_text(status), blocks, waiting)

    async def grants(self, team: str, by: Person, without: str = "") -> Drawn:
        """Standing permissions; `without` is one that was just revoked, `<conversation>|<id>`."""
        seen = await self.viewers.see(by)
        found = await self.conversations.grants(team, seen.viewer)
        rows = [row for row in found if f"{row.workflow_id}|{row.grant.id}" != without]
        notes = [*seen.notes, *([REVOKED] if without else [])]
        return Drawn(grants_text(rows), grants_blocks(rows, self.deployment, notes))


def still_listed(
    rows: Sequence[PendingApproval],
    query: ListingQuery,
    user: str,
    known: Sequence[ApprovalStatus],
    ended: Sequence[str] = (),
) -> Sequence[PendingApproval]:
    """The rows that belong on a list. Visibility follows in its own time; some is known already."""
    gone = () if query.kind is Kind.HISTORY else ended
    rows = [
        row
        for row in rows
        if row.id not in gone and not any(is_off_list(row, it, query, user) for it in known)
    ]
    latest = {it.id: it for it in known}
    return [
        PendingApproval.of(latest[row.id], one_tap=row.complete) if row.id in latest else row
        for row in rows
    ]


def waiting_in(rows: Sequence[PendingApproval]) -> tuple[str, ...]:
    """Ids of the rows whose workflows still run: some may be decided and are carried out."""
    return tuple(row.id for row in rows if row.is_open)
