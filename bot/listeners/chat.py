"""Messages: each starts a conversation or goes on with one."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.payloads.messages import read_edit, read_lost_card, read_message
from workflows.client import Approvals, Conversations

CHANGED = "message_changed"
DELETED = "message_deleted"


def register(
    app: AsyncApp, conversations: Conversations, approvals: Approvals, bot_user: str
) -> None:
    """Route messages and mentions."""

    async def heard(ack: AsyncAck, body: dict[str, Any]) -> None:
        said = read_message(body, bot_user)
        if said and said.message.is_addressed:
            # A mention comes twice, as `app_mention` and as `message`. Both are handed on, since
            # either may be lost, and the conversation knows them for one by their `ts`.
            await conversations.start(said.origin, said.message)
        elif said:
            await conversations.follow_up(said.origin, said.message)
        await ack()  # only now: Temporal has the message

    async def changed(ack: AsyncAck, body: dict[str, Any]) -> None:
        if changed := read_edit(body, bot_user):
            await conversations.edited(changed.origin, changed.edit)
        await ack()

    async def deleted(ack: AsyncAck, body: dict[str, Any]) -> None:
        if lost := read_lost_card(body):
            await approvals.card_lost(lost.approval_id, lost.ts)
        await ack()

    app.event("app_mention")(heard)
    app.event({"type": "message", "subtype": CHANGED})(changed)
    app.event({"type": "message", "subtype": DELETED})(deleted)
    app.event("message")(heard)
