"""Lists that only one person sees: answers to `/approvals`, drawn anew by every press in them.

Nothing of a list is kept. Slack gives an address with each press by which the message that was
pressed in can be replaced; the answer to a command has none (slackapi/bolt-python#1268), so that a
list is as old as the last press in it, and has *Refresh*.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.payloads.listing import Asked, Topic, asked_in
from bot.payloads.presses import Click
from bot.response_url import ResponseUrls
from countersign.slack.listing.audience import Audience
from countersign.slack.listing.details import details_blocks, details_text
from countersign.slack.listing.grants import grants_blocks, grants_text
from countersign.slack.listing.news import news, refusal_of, still_listed
from countersign.slack.listing.page import ListingView, help_text, listing_blocks, listing_text
from countersign.slack.listing.query import ListingQuery
from workflows.agent_queues import AgentQueues
from workflows.client import ApprovalNotFoundError, Approvals, Conversations
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.listing.queries import is_visible_to
from workflows.listing.rows import Listing

REVOKED = "Done: the next call of that tool needs approval again."


@dataclass(frozen=True, slots=True)
class RenderedView:
    """What one person is shown."""

    text: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EphemeralLists:
    """Draws lists. Where Slack does not say who somebody is, they see less and are told so.

    Every method raises `RPCError` while Temporal is away, those about a press `PayloadError` if no
    list of ours has such a button and `ResponseUrlError` if Slack does not take the list.
    """

    approvals: Approvals
    conversations: Conversations
    audience: Audience
    response_urls: ResponseUrls
    now: Callable[[], datetime]
    deployment: str = ""

    @property
    def agents(self) -> AgentQueues:
        """Which agents there are to ask for."""
        return self.conversations.agents

    async def answer(self, by: Person, asked: Asked) -> RenderedView:
        """What `/approvals` is answered.

        Raises:
            ApprovalNotFoundError: there is none, or they may not see it, which is no difference.
        """
        if asked.query.agent and self.agents.of(asked.query.agent) is None:
            asked = Asked(Topic.HELP, wrong=f"agent:{asked.query.agent}")
        match asked.topic:
            case Topic.LIST:
                return await self._page(by.team, by, asked.query, is_new=True)
            case Topic.HELP:
                return RenderedView(help_text(asked.wrong, self.agents.names))
            case _:
                return await self._draw(by.team, by, asked)

    async def turn(self, click: Click, team: str) -> None:
        """Show what a press asks for as it stands now, in the place of what it was made in.

        Raises:
            ApprovalNotFoundError: it was about one approval, which is gone.
        """
        await self._replace(click, await self._draw(team, click.by, asked_in(click)))

    async def redraw(self, click: Click, team: str, status: ApprovalStatus) -> None:
        """Show a list as it is after a press in it, and in one line what came of that."""
        asked = asked_in(click)
        if asked.topic is Topic.DETAILS:
            rendered = self._details(status, click.by)
        else:
            note = refusal_of(status, click.id) or news(status, click.by.user)
            rendered = await self._page(team, click.by, asked.query, [status], [note])
        await self._replace(click, rendered)

    async def revoked(self, click: Click, team: str) -> None:
        """Show the standing permissions that are left: visibility follows in its own time."""
        await self._replace(click, await self._grants(team, click.by, without=click.value))

    async def _replace(self, click: Click, rendered: RenderedView) -> None:
        await self.response_urls.rewrite(click.response_url, rendered.text, rendered.blocks)

    async def _draw(self, team: str, by: Person, asked: Asked) -> RenderedView:
        match asked.topic:
            case Topic.DETAILS:
                return self._details(await self._visible(team, by, asked.approval_id), by)
            case Topic.GRANTS:
                return await self._grants(team, by)
            case _:
                return await self._page(team, by, asked.query)

    async def _page(
        self,
        team: str,
        by: Person,
        query: ListingQuery,
        known: Sequence[ApprovalStatus] = (),
        notes: Sequence[str] = (),
        *,
        is_new: bool = False,
    ) -> RenderedView:
        seen = await self.audience.see(by)
        task_queue = self.agents.of(query.agent) if query.agent else ""
        listing = Listing(query.kind, team, seen.viewer, query.tool, query.person, task_queue or "")
        found = await self.approvals.find(listing, query.token)
        view = ListingView(
            query=query,
            rows=still_listed(found.rows, query.kind, by.user, known),
            next_token=found.next_token,
            user=by.user,
            now=self.now(),
            deployment=self.deployment,
            notes=[*(seen.notes if is_new else seen.warnings), *notes],
            agents=self.agents.names,
        )
        return RenderedView(listing_text(view), listing_blocks(view))

    async def _visible(self, team: str, by: Person, approval_id: str) -> ApprovalStatus:
        status = await self.approvals.status(approval_id)
        if not is_visible_to(status, team, (await self.audience.see(by)).viewer):
            raise ApprovalNotFoundError(approval_id)
        return status

    def _details(self, status: ApprovalStatus, by: Person) -> RenderedView:
        blocks = details_blocks(status, by.user, self.now(), self.deployment)
        return RenderedView(details_text(status), blocks)

    async def _grants(self, team: str, by: Person, without: str = "") -> RenderedView:
        """`without` is one that was just revoked, `<conversation>|<id>`."""
        seen = await self.audience.see(by)
        found = await self.conversations.grants(team, seen.viewer)
        rows = [row for row in found if f"{row.workflow_id}|{row.grant.id}" != without]
        notes = [*seen.warnings, *([REVOKED] if without else [])]
        return RenderedView(grants_text(rows), grants_blocks(rows, self.deployment, notes))
