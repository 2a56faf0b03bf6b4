"""How an approval has taken a press: handed on durably, it counts a moment later, or not."""

import asyncio

from bot.payloads.presses import Click
from countersign.slack.listing_news import heard
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus

PAUSES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.3)
"""Seconds between looks: a vote counts once the voter's groups have been looked up."""


async def once_heard(approvals: Approvals, click: Click) -> ApprovalStatus:
    """The approval with this press counted or refused; as it is if that takes longer."""
    status = await approvals.status(click.value)
    for pause in PAUSES:
        if heard(status, click.id):
            break
        await asyncio.sleep(pause)
        status = await approvals.status(click.value)
    return status
