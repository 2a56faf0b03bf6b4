"""Cards that still offer buttons although their approval has ended: each heals when pressed."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.payloads.presses import Click
from bot.views.card import approval_card, card_text
from workflows.approvals import ApprovalStatus
from workflows.decisions import Execution, Outcome

UNDER_WAY = frozenset({Execution.NOT_STARTED, Execution.RUNNING})


class StaleCards:
    """Rewrites cards of this installation."""

    def __init__(self, slack: AsyncWebClient, deployment: str) -> None:
        self._slack = slack
        self._deployment = deployment

    async def heal(self, click: Click, status: ApprovalStatus) -> None:
        """Let the card that was pressed say how its approval ended.

        Every other card is written by an activity. Here there is no workflow left that could
        run one; and since a card is drawn from the state alone, this cannot say anything else
        than the workflow's own last drawing.

        Raises:
            SlackApiError: Slack does not take it.
        """
        if not click.channel or not click.message_ts or not _is_over(status):
            return
        # Cards of before there were rules name no installation.
        deployment = self._deployment if status.in_force else ""
        source = status.card.source if status.card else ""
        await self._slack.chat_update(
            channel=click.channel,
            ts=click.message_ts,
            text=card_text(status),
            blocks=approval_card(status, source, deployment),
        )


def _is_over(status: ApprovalStatus) -> bool:
    """Whether nothing will change any more; until then the workflow draws its card itself."""
    if status.outcome is Outcome.APPROVED:
        return status.execution not in UNDER_WAY
    return status.outcome is not Outcome.PENDING
