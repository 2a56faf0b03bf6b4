"""Messages that still offer buttons after their approval has ended are corrected when pressed."""

from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.payloads.presses import Click
from countersign.slack.actions import CARD, PROMPT
from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.gone import GONE, gone_blocks
from countersign.slack.message import (
    MessageContent,
    RenderedMessage,
    card_at,
    line_content,
    messages_of,
)
from countersign.slack.web_client import BAD_BLOCKS, code_of
from workflows.client import Approvals
from workflows.contracts.activity_inputs import Batch
from workflows.contracts.approvals import ENDED, ApprovalStatus
from workflows.contracts.decisions import Outcome

BATCH = "batch"
"""The row of a summary's button, which is about several approvals."""


class CardRefresh:
    """Rewrites messages of this installation."""

    def __init__(self, slack: AsyncWebClient, approvals: Approvals, deployment: str) -> None:
        self._slack = slack
        self._approvals = approvals
        self._deployment = deployment

    async def heal(self, click: Click, status: ApprovalStatus) -> None:
        """Make the pressed message say how its approval ended.

        Every other message is written by an activity. Here there may be no workflow left that
        could run one; and since all is drawn from the state alone, this says what the workflow
        would have said.

        Raises:
            SlackApiError: Slack does not take it.
        """
        if _is_message(click) and _is_over(status):
            for pressed in self._pressed(click, status):
                await self._rewrite(pressed)

    async def heal_summary(self, click: Click, statuses: Sequence[ApprovalStatus]) -> None:
        """Make a summary say how the approvals it still offered have ended.

        Raises:
            SlackApiError: Slack does not take it.
        """
        if _is_message(click) and statuses:
            batch = Batch(origin=statuses[0].origin, key="", rows=tuple(statuses))
            words = MessageContent(batch_text(batch), batch_blocks(batch, self._deployment))
            await self._rewrite(RenderedMessage(click.channel, click.message_ts, words))

    async def forget(self, click: Click) -> None:
        """Remove the buttons from a message of ours whose approval is no longer on record.

        Raises:
            SlackApiError: Slack does not take it.
        """
        if _is_message(click) and click.place.deployment == self._deployment:
            update: dict[str, Any] = {"channel": click.channel, "ts": click.message_ts}
            blocks = [dict(it) for it in gone_blocks(click.blocks)]
            try:
                await self._slack.chat_update(**update, text=GONE, blocks=blocks)
            except SlackApiError as error:
                if code_of(error) not in BAD_BLOCKS:
                    raise
                await self._slack.chat_update(**update, text=GONE, blocks=[])

    async def clean_up(self, status: ApprovalStatus) -> None:
        """Have a worker do the same for all the other messages, and tell who asked.

        Raises:
            ApprovalNotFoundError: it has vanished meanwhile.
            RPCError: Temporal is away.
        """
        if status.stop is not None:
            await self._approvals.clean_up(status.id)

    def _pressed(self, click: Click, status: ApprovalStatus) -> Iterator[RenderedMessage]:
        """The message that was pressed; one that the state does not know says it in a line."""
        at = (click.channel, click.message_ts)
        known = [it for it in messages_of(status, self._deployment) if (it.channel, it.ts) == at]
        if known:
            yield known[0]
        elif click.place.kind == CARD:
            yield RenderedMessage(*at, card_at(status, click.channel, self._deployment))
        elif click.place.row != BATCH:
            yield RenderedMessage(*at, line_content(status, self._deployment))

    async def _rewrite(self, posted: RenderedMessage) -> None:
        for blocks in posted.words.takes():
            try:
                await self._slack.chat_update(
                    channel=posted.channel,
                    ts=posted.ts,
                    text=posted.words.text,
                    blocks=list(blocks),
                )
            except SlackApiError as error:
                if not blocks or code_of(error) not in BAD_BLOCKS:
                    raise
            else:
                return


def _is_message(click: Click) -> bool:
    """Whether it is a message that can be rewritten."""
    is_ours = click.place.kind in {CARD, PROMPT} and not click.is_ephemeral
    return is_ours and bool(click.channel and click.message_ts)


def _is_over(status: ApprovalStatus) -> bool:
    """Whether nothing will change any more; until then the workflow draws its card itself."""
    if status.outcome is Outcome.APPROVED:
        return status.execution in ENDED
    return status.outcome is not Outcome.PENDING
