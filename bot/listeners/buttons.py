"""Every button about an approval: whose it is, what it does, and only then the answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.payloads.presses import Click, read_click
from bot.views.actions import APPROVE, LIST, MORE, NUDGE, REVOKE, WITHDRAW

Press = Callable[[Click], Awaitable[None]]
CHANGING = frozenset({APPROVE, WITHDRAW, NUDGE, REVOKE})
"""What changes a list that it is pressed in. The rest opens a dialog and changes nothing yet."""


class OtherDeploymentError(Exception):
    """A button of another installation of the same Slack app, which Slack delivered to this one."""

    def __init__(self, deployment: str) -> None:
        super().__init__(deployment)
        self.deployment = deployment


class Lists(Protocol):
    """What has to be told of a press in a list."""

    async def redraw(self, body: Mapping[str, Any]) -> None:
        """Show the list anew, in the place of the one that was pressed."""


def register(
    app: AsyncApp, presses: Mapping[str, Press], deployment: str, lists: Lists | None = None
) -> None:
    """Route every button, and every option of the menu that stands for one."""

    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = read_click(body)
        if click.place.deployment not in {"", deployment}:
            raise OtherDeploymentError(click.place.deployment)
        press = presses.get(click.action)
        if press:  # a menu of a later release may offer what this one does not know
            await press(click)
            if lists and click.place.kind == LIST and click.action in CHANGING:
                await lists.redraw(body)
        await ack()  # only now: Temporal has what was decided

    for action in (*presses, MORE):
        app.action(action)(pressed)
