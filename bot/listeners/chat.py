"""Messages: each starts a conversation or goes on with one."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.payloads import read_lost_card, read_message
from workflows.client import Approvals, Conversations

DELETED = "message_deleted"


def register(
    app: AsyncApp, conversations: Conversations, approvals: Approvals, bot_user: str
) -> None:
    """Route messages and mentions."""

    async def mentioned(ack: AsyncAck, body: dict[str, Any]) -> None:
        said = read_message(body, bot_user)
        if said:
            await conversations.start(said.thread, said.message)
        await ack()  # only now: Temporal has the message

    async def wrote(ack: AsyncAck, body: dict[str, Any]) -> None:
        said = read_message(body, bot_user)
        if said and said.is_direct:
            await conversations.start(said.thread, said.message)
        elif said and not said.mentions_bot:  # a mention arrives as `app_mention` too
            await conversations.follow_up(said.thread, said.message)
        await ack()

    async def deleted(ack: AsyncAck, body: dict[str, Any]) -> None:
        if lost := read_lost_card(body):
            await approvals.card_lost(lost.approval_id, lost.ts)
        await ack()

    app.event("app_mention")(mentioned)
    app.event({"type": "message", "subtype": DELETED})(deleted)
    app.event("message")(wrote)
