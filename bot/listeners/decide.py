"""The buttons of an approval card."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.payloads import read_click
from bot.views.actions import APPROVE, REJECT
from workflows.client import Approvals
from workflows.contracts import Decision, Via


def register(app: AsyncApp, approvals: Approvals, now: Callable[[], datetime]) -> None:
    """Route both buttons."""

    async def decide(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = read_click(body)
        decision = Decision(
            id=click.id,
            at=now(),
            via=Via.BUTTON,
            by=click.by,
            channel=click.channel,
            card=click.message_ts,
        )
        await approvals.decide(click.value, click.action == APPROVE, decision)
        await ack()  # only now: Temporal has the vote

    for action in (APPROVE, REJECT):
        app.action(action)(decide)
