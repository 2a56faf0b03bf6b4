"""Ask again: the requester repeats a request that nobody answered in time."""

from collections.abc import Mapping

from bot.listeners.buttons import Press
from bot.payloads.fields import PayloadError
from bot.payloads.presses import Click
from countersign.slack.actions import ASK_AGAIN
from workflows.client import Approvals, Conversations
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Message
from workflows.contracts.decisions import Outcome

UNANSWERED = frozenset({Outcome.EXPIRED, Outcome.FAILED_TO_ASK})


class NotTheirsError(Exception):
    """Somebody other than the requester wants to ask again."""

    def __init__(self, status: ApprovalStatus) -> None:
        super().__init__(status.id)
        self.status = status


class AnsweredError(Exception):
    """There is nothing to ask again: it waits, or somebody has decided."""

    def __init__(self, status: ApprovalStatus) -> None:
        super().__init__(status.id)
        self.status = status


def presses(approvals: Approvals, conversations: Conversations) -> Mapping[str, Press]:
    """What the button does."""

    async def ask_again(click: Click) -> None:
        if not click.ts:
            raise PayloadError("a press without a time")
        status = await approvals.status(click.value)
        if not status.request.call.requester.same_as(click.by):
            raise NotTheirsError(status)
        if status.outcome not in UNANSWERED:
            raise AnsweredError(status)
        message = Message(
            id=f"ask-again:{status.id}",  # so that two presses ask once
            ts=click.ts,
            author=click.by,
            text=f"Please ask again: {status.shown.summary or status.shown.title}",
        )
        await conversations.start(status.origin, message)

    return {ASK_AGAIN: ask_again}
