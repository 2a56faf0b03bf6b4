"""`/approvals`: what waits for a decision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.views.pending import HELP, pending_list, pending_text
from workflows.client import Approvals

COMMAND = "/approvals"


def register(app: AsyncApp, approvals: Approvals, now: Callable[[], datetime]) -> None:
    """Route the slash command."""

    async def pending(ack: AsyncAck, body: dict[str, Any]) -> None:
        if str(body.get("text") or "").strip():
            await ack(text=HELP, response_type="ephemeral")
            return
        page = await approvals.pending(str(body.get("team_id")))
        await ack(
            text=pending_text(page.rows),
            blocks=pending_list(page.rows, page.next_token is not None, now()),
            response_type="ephemeral",
        )

    app.command(COMMAND)(pending)
