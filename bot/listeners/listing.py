"""`/approvals`: lists of what waits and what was decided, and the buttons that turn their pages."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.buttons import OtherDeploymentError
from bot.payloads.fields import home
from bot.payloads.listing import Asked, Topic, read_command
from bot.payloads.presses import read_click
from bot.private_lists import PrivateLists
from bot.screens import Drawn
from countersign.slack.actions import LIST_FILTER, LIST_PAGE
from countersign.slack.listing import PREVIOUS
from countersign.slack.listing_help import help_text
from workflows.contracts.core import Person

COMMAND = "/approvals"


def register(app: AsyncApp, lists: PrivateLists) -> None:
    """Route the slash command and what turns pages. Deciding is not a list's business."""

    async def approvals(ack: AsyncAck, body: dict[str, Any]) -> None:
        team = str(body.get("team_id") or "")
        by = Person(team=team, user=str(body.get("user_id") or ""))
        drawn = await _answer(lists, read_command(str(body.get("text") or "")), by, body)
        await ack(text=drawn.text, blocks=drawn.blocks or None, response_type="ephemeral")

    async def turn(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = read_click(body)
        if click.place.deployment not in {"", lists.page.deployment}:
            raise OtherDeploymentError(click.place.deployment)
        await lists.turn(click, home(body) or click.by.team)
        await ack()

    app.command(COMMAND)(approvals)
    for action in (LIST_PAGE, PREVIOUS, LIST_FILTER):
        app.action(action)(turn)


async def _answer(lists: PrivateLists, asked: Asked, by: Person, body: Mapping[str, Any]) -> Drawn:
    channel, url = str(body.get("channel_id") or ""), str(body.get("response_url") or "")
    match asked.topic:
        case Topic.LIST:
            return await lists.answer(by, asked.query, channel, url)
        case Topic.DETAILS:
            return await lists.answer(by, asked.approval_id, channel, url)
        case Topic.GRANTS:
            return await lists.page.grants(by.team, by)
        case Topic.HELP:
            return Drawn(help_text(asked.wrong))
