"""Every button about an approval: checked, carried out, and only then acknowledged."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.payloads.fields import home
from bot.payloads.presses import Click, read_click
from bot.refresh import Refresh
from countersign.slack.actions import MORE
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.contracts.approvals import ApprovalStatus

Press = Callable[[Click], Awaitable[ApprovalStatus | None]]
"""What a button does; the approval, where it was only looked at."""


class OtherDeploymentError(Exception):
    """A button of another installation of the same Slack app, which Slack delivered to this one."""

    def __init__(self, deployment: str) -> None:
        super().__init__(deployment)
        self.deployment = deployment


class NothingWaitsError(Exception):
    """None of several approvals is open any more. `statuses` are those still on record."""

    def __init__(self, statuses: Sequence[ApprovalStatus]) -> None:
        super().__init__(", ".join(status.id for status in statuses))
        self.statuses = statuses


def register(
    app: AsyncApp, presses: Mapping[str, Press], deployment: str, refresh: Refresh
) -> None:
    """Route every button, and every option of the menu that stands for one."""

    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = read_click(body)
        if click.place.deployment not in {"", deployment}:
            raise OtherDeploymentError(click.place.deployment)
        press = presses.get(click.action)
        if press:  # a menu of a later release may offer what this one does not know
            await _do(press, click, home(body) or click.by.team, refresh)
        await ack()  # only now: Temporal has what was decided

    for action in (*presses, MORE):
        app.action(action)(pressed)


async def _do(press: Press, click: Click, team: str, refresh: Refresh) -> None:
    """Do what the press asks for, then redraw the place where it was made."""
    try:
        found = await press(click)
    except ApprovalClosedError as error:
        await refresh.too_late(click, team, error.status)
        raise
    except ApprovalNotFoundError:
        await refresh.gone(click, team)
        raise
    except NothingWaitsError as error:
        await refresh.all_too_late(click, error.statuses)
        raise
    if found and found.stop:
        await refresh.too_late(click, team, found)
    await refresh.pressed(click, team)
