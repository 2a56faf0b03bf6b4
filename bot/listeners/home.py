"""The Home tab: whoever opens it finds what waits for them."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.homes import Homes
from bot.payloads.fields import installation, part, text
from bot.screens import NOT_SHOWN
from workflows.contracts.core import Person

log = structlog.get_logger(__name__)

TAB = "home"
"""The other one is `messages`."""


def register(app: AsyncApp, homes: Homes) -> None:
    """Route the opening of the app's Home."""

    async def opened(ack: AsyncAck, body: dict[str, Any]) -> None:
        event = part(body.get("event"))
        if event.get("tab") == TAB:
            team = installation(body)
            try:
                await homes.open(team, Person(team=team, user=text(event, "user")))
            except NOT_SHOWN as error:
                # Delivered again it would be as late; the next opening publishes anew.
                log.warning("a Home not published", kind=type(error).__name__, cause=str(error))
        await ack()

    app.event("app_home_opened")(opened)
