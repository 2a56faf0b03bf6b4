"""Every button about an approval: whose it is, what it does, and only then the answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.payloads.fields import home
from bot.payloads.presses import Click, read_click
from bot.views.actions import MORE
from workflows.approvals import ApprovalStatus
from workflows.client import ApprovalClosedError

Press = Callable[[Click], Awaitable[None]]


class OtherDeploymentError(Exception):
    """A button of another installation of the same Slack app, which Slack delivered to this one."""

    def __init__(self, deployment: str) -> None:
        super().__init__(deployment)
        self.deployment = deployment


class Screens(Protocol):
    """What has to be told of presses, to show anew where they were made. Neither raises."""

    async def pressed(self, click: Click, team: str) -> None:
        """A press was handed on, or has opened a dialog."""

    async def too_late(self, click: Click, team: str, status: ApprovalStatus | None) -> None:
        """A press was about an approval that has ended."""


def register(
    app: AsyncApp, presses: Mapping[str, Press], deployment: str, screens: Screens
) -> None:
    """Route every button, and every option of the menu that stands for one."""

    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = read_click(body)
        if click.place.deployment not in {"", deployment}:
            raise OtherDeploymentError(click.place.deployment)
        press = presses.get(click.action)
        if press:  # a menu of a later release may offer what this one does not know
            await do(press, click, home(body) or click.by.team)
        await ack()  # only now: Temporal has what was decided

    async def do(press: Press, click: Click, team: str) -> None:
        try:
            await press(click)
        except ApprovalClosedError as error:
            await screens.too_late(click, team, error.status)
            raise
        await screens.pressed(click, team)

    for action in (*presses, MORE):
        app.action(action)(pressed)
