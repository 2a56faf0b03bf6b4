"""Approval cards in Slack, and what else is posted about approvals."""

from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.directory import Directory
from worker.cards.line import ThreadLine
from worker.cards.placing import Placing
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

    def __init__(self, slack: AsyncWebClient, directory: Directory, deployment: str) -> None:
        self._posts = IdempotentPosts(slack)
        self._placing = Placing(self._posts, directory, deployment)
        self._line = ThreadLine(self._posts, deployment)
        self._reminders = Reminders(self._posts, directory, deployment)
        self._deployment = deployment

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Card:
        """See `CardActivities`."""
        return await self._post(status)

    @activity.defn
    async def redraw_card(self, status: ApprovalStatus) -> Card:
        """See `CardActivities`."""
        if status.card is None:
            return await self._post(status)
        card = await self._placing.redraw(status, status.card)
        is_elsewhere = bool(card.line) or not card.ts or card.channel != status.thread.channel
        return await self._line.show(status, card) if is_elsewhere else card

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

    async def _post(self, status: ApprovalStatus) -> Card:
        placed = await self._placing.post(status)
        if placed.target == THREAD:
            return placed.card
        return await self._line.show(status, placed.card)
