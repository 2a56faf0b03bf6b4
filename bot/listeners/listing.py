"""`/approvals` and Home: lists, and the buttons that draw them. They decide nothing."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.ephemeral_list import EphemeralLists
from bot.listeners.buttons import OtherDeploymentError
from bot.payloads.fields import home, installation, part, text
from bot.payloads.listing import read_command
from bot.payloads.presses import read_click
from bot.refresh import Refresh
from countersign.slack.actions import LIST_AGENT, LIST_FILTER, LIST_PAGE, LIST_REFRESH
from countersign.slack.listing.page import PREVIOUS
from workflows.contracts.core import Person

COMMAND = "/approvals"
TAB = "home"
"""The other one is `messages`."""


def register(app: AsyncApp, lists: EphemeralLists, refresh: Refresh) -> None:
    """Route the slash command, what turns the pages of its answer, and the opening of a Home."""

    async def approvals(ack: AsyncAck, body: dict[str, Any]) -> None:
        by = Person(team=str(body.get("team_id") or ""), user=str(body.get("user_id") or ""))
        rendered = await lists.answer(by, read_command(str(body.get("text") or "")))
        await ack(text=rendered.text, blocks=rendered.blocks or None, response_type="ephemeral")

    async def turn(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = read_click(body)
        if click.place.deployment not in {"", lists.deployment}:
            raise OtherDeploymentError(click.place.deployment)
        await lists.turn(click, home(body) or click.by.team)
        await ack()

    async def opened(ack: AsyncAck, body: dict[str, Any]) -> None:
        event = part(body.get("event"))
        if event.get("tab") == TAB:
            team = installation(body)
            await refresh.opened(team, Person(team=team, user=text(event, "user")))
        await ack()  # delivered again it would be as late; the next opening publishes anew

    app.command(COMMAND)(approvals)
    for action in (LIST_PAGE, PREVIOUS, LIST_FILTER, LIST_AGENT, LIST_REFRESH):
        app.action(action)(turn)
    app.event("app_home_opened")(opened)
