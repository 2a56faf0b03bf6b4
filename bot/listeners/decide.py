"""Decisions that one press makes: approve, withdraw, and the reminder that decides nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.listeners.buttons import Press
from bot.listeners.votes import decision_of, forward
from bot.payloads.presses import Click
from bot.receipts import Receipts, place_of
from countersign.slack.actions import APPROVE, NUDGE, WITHDRAW
from workflows.client import Approvals
from workflows.contracts.decisions import Verb
from workflows.voting.parsing import Vote


def presses(
    approvals: Approvals, now: Callable[[], datetime], receipts: Receipts
) -> Mapping[str, Press]:
    """What each button does."""

    async def vote(click: Click, cast: Vote) -> None:
        await forward(approvals, click.value, cast)
        receipts.expect({click.value: cast}, place_of(click))

    async def approve(click: Click) -> None:
        await vote(click, Vote(True, decision_of(click, now())))

    async def withdraw(click: Click) -> None:
        await vote(click, Vote(False, decision_of(click, now(), Verb.WITHDRAW)))

    async def nudge(click: Click) -> None:
        decision = decision_of(click, now(), Verb.NUDGE)
        await forward(approvals, click.value, Vote(False, decision))

    return {APPROVE: approve, WITHDRAW: withdraw, NUDGE: nudge}
