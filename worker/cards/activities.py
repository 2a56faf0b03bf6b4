"""Approval cards in Slack, and what else is posted about approvals."""

from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.directory import Directory
from worker.cards.line import ThreadLine
from worker.cards.placing import Placing, is_from_slack
from worker.cards.reminders import Reminders
from worker.posts import Destination, IdempotentPosts, MessageContent
from worker.slack import GONE
from workflows.contracts.activities import CardActivities
from workflows.contracts.activity_inputs import Batch, Reminder
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.rules import THREAD

BATCH_EVENT = "approval_batch"


class SlackCards(CardActivities):
    """Cards of a real workspace, or of what stands in for one."""

    def __init__(
        self,
        slack: AsyncWebClient,
        directory: Directory,
        deployment: str,
        changed: Callable[[ApprovalStatus], None] = lambda _: None,
        fallback_channel: str = "",
    ) -> None:
        """`changed` is told what cards were drawn of; it does not wait for anything.

        `fallback_channel` is for what was asked outside Slack, see `Placing`.
        """
        self._posts = IdempotentPosts(slack)
        self._placing = Placing(self._posts, directory, deployment, fallback_channel)
        self._line = ThreadLine(self._posts, deployment)
        self._reminders = Reminders(self._posts, directory, deployment)
        self._deployment = deployment
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
        """See `CardActivities`. A summary that is gone is posted anew."""
        words = MessageContent(batch_text(batch), batch_blocks(batch, self._deployment))
        if batch.ts:
            try:
                await self._posts.rewrite(batch.thread.channel, batch.ts, words)
            except ApplicationError as error:
                if error.type not in GONE:
                    raise
            else:
                return batch.ts
        destination = Destination.of(batch.thread)
        return await self._posts.once(destination, BATCH_EVENT, batch.key, words, again=batch.again)

    @activity.defn
    async def remind(self, reminder: Reminder) -> int:
        """See `CardActivities`."""
        return await self._reminders.send(reminder)

    def _drawn(self, status: ApprovalStatus, card: Card) -> Card:
        self._changed(status.model_copy(update={"card": card}))
        return card

    async def _redraw(self, status: ApprovalStatus, known: Card) -> Card:
        card = await self._placing.redraw(status, known)
        is_elsewhere = bool(card.line) or not card.ts or card.channel != status.thread.channel
        return await self._with_line(status, card) if is_elsewhere else card

    async def _post(self, status: ApprovalStatus) -> Card:
        placed = await self._placing.post(status)
        if placed.target == THREAD:
            return placed.card
        return await self._with_line(status, placed.card)

    async def _with_line(self, status: ApprovalStatus, card: Card) -> Card:
        """With a line in the thread, if it was asked in one of Slack's."""
        return await self._line.show(status, card) if is_from_slack(status) else card
