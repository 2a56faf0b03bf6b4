"""Approval cards in Slack."""

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from bot.slack import code_of
from bot.views.card import approval_card, card_text
from worker.posts import Posts
from worker.slack import BAD_BLOCKS, ask
from workflows.activities import CardActivities
from workflows.contracts import ApprovalStatus, Card

log = structlog.get_logger(__name__)

CARD_EVENT = "approval_requested"
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


class SlackCards(CardActivities):
    """Cards of a real workspace, or of what stands in for one."""

    def __init__(self, slack: AsyncWebClient) -> None:
        self._slack = slack
        self._posts = Posts(slack)

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Card:
        """See `CardActivities`."""
        return await self._post(status)

    @activity.defn
    async def redraw_card(self, status: ApprovalStatus) -> Card:
        """See `CardActivities`."""
        if status.card is None:
            return await self._post(status)
        try:
            await self._update(status, status.card)
        except ApplicationError as error:
            if error.type not in GONE:
                raise
            log.warning("card is gone, posting it anew", approval=status.id, code=error.type)
            return await self._post(status.model_copy(update={"edition": status.edition + 1}))
        return status.card

    async def _post(self, status: ApprovalStatus) -> Card:
        thread = status.thread
        source = await self._permalink(thread.channel, thread.ts)
        ts = await self._posts.once(
            thread,
            CARD_EVENT,
            f"{status.id}/{status.edition}",
            card_text(status),
            approval_card(status, source),
            approval_id=status.id,
        )
        permalink = await self._permalink(thread.channel, ts)
        return Card(channel=thread.channel, ts=ts, permalink=permalink, source=source)

    async def _update(self, status: ApprovalStatus, card: Card) -> None:
        text = card_text(status)
        try:
            await ask(
                self._slack.chat_update(
                    channel=card.channel,
                    ts=card.ts,
                    text=text,
                    blocks=approval_card(status, card.source),
                )
            )
        except ApplicationError as error:
            if error.type not in BAD_BLOCKS:
                raise
            # An empty list takes the buttons away; without one they would stay.
            await ask(
                self._slack.chat_update(channel=card.channel, ts=card.ts, text=text, blocks=[])
            )

    async def _permalink(self, channel: str, ts: str) -> str:
        """A link to a message, or nothing where Slack has none: a card without one still works."""
        try:
            found = await self._slack.chat_getPermalink(channel=channel, message_ts=ts)
        except SlackApiError as error:
            log.info("no permalink", code=code_of(error))
            return ""
        return str(found.get("permalink") or "")
