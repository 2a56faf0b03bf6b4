"""Approval cards in Slack, and what else is posted about approvals."""

from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity

from countersign.slack.directory import Directory
from worker.cards.others import OtherMessages
from worker.cards.placing import Placing
from worker.cards.reminders import Reminders
from worker.posts import IdempotentPosts
from worker.surface import Surfaces
from workflows.contracts.activities import CardActivities
from workflows.contracts.activity_inputs import Batch, Reminder
from workflows.contracts.approvals import ApprovalStatus, Card, Posted
from workflows.contracts.rules import THREAD


class SlackCards(CardActivities):
    """Cards of a real workspace, or of what stands in for one."""

    def __init__(
        self,
        slack: AsyncWebClient,
        directory: Directory,
        surfaces: Surfaces,
        deployment: str,
        changed: Callable[[ApprovalStatus], None] = lambda _: None,
        fallback_channel: str = "",
    ) -> None:
        """`changed` is told what cards were drawn of; it does not wait for anything.

        `fallback_channel` is for what was asked outside Slack, see `Placing`.
        """
        posts = IdempotentPosts(slack)
        self._surfaces = surfaces
        self._placing = Placing(posts, directory, surfaces, deployment, fallback_channel)
        self._others = OtherMessages(posts, deployment)
        self._reminders = Reminders(posts, directory, deployment)
        self._changed = changed

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Card:
        """See `CardActivities`."""
        return self._drawn(status, await self._post(status))

    @activity.defn
    async def redraw_card(self, status: ApprovalStatus) -> Card:
        """See `CardActivities`."""
        drawing = self._redraw(status, status.card) if status.card else self._post(status)
        return self._drawn(status, await drawing)

    @activity.defn
    async def show_batch(self, batch: Batch) -> str:
        """See `CardActivities`."""
        return await self._surfaces.of(batch.origin.kind).show_batch(batch)

    @activity.defn
    async def remind(self, reminder: Reminder) -> tuple[Posted, ...]:
        """See `CardActivities`."""
        return await self._reminders.send(reminder)

    def _drawn(self, status: ApprovalStatus, card: Card) -> Card:
        self._changed(status.model_copy(update={"card": card}))
        return card

    async def _redraw(self, status: ApprovalStatus, known: Card) -> Card:
        card = await self._placing.redraw(status, known)
        card = await self._others.redraw(status, card)
        is_elsewhere = bool(card.line) or not card.ts or card.channel != status.origin.channel
        return await self._tell_origin(status, card) if is_elsewhere else card

    async def _post(self, status: ApprovalStatus) -> Card:
        placed = await self._placing.post(status)
        if placed.target == THREAD:
            return placed.card
        return await self._tell_origin(status, placed.card)

    async def _tell_origin(self, status: ApprovalStatus, card: Card) -> Card:
        return await self._surfaces.of(status.origin.kind).show_approval(status, card)
