"""What nobody listens for. Registered last, because Slack takes silence for an outage.

An event that is not acknowledged is delivered again three times, and an app that answers
less than 5 % of its events is switched off.
"""

import re

from slack_bolt.async_app import AsyncAck, AsyncApp

ANYTHING = re.compile(".*")


def register(app: AsyncApp) -> None:
    """Acknowledge every other event, press, and submitted or closed modal."""

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.event(ANYTHING)(acknowledge)
    app.action(ANYTHING)(acknowledge)
    app.view(ANYTHING)(acknowledge)
    app.view_closed(ANYTHING)(acknowledge)
