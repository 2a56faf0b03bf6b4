"""Taking back a permission that was given for the rest of a thread."""

from collections.abc import Mapping

from bot.listeners.buttons import Press
from bot.payloads.fields import PayloadError
from bot.payloads.presses import Click
from countersign.slack.actions import REVOKE
from workflows.client import Conversations


def presses(conversations: Conversations) -> Mapping[str, Press]:
    """What the button does."""

    async def revoke(click: Click) -> None:
        workflow_id, _, grant_id = click.value.partition("|")
        if not grant_id:
            raise PayloadError("a permission without an id")
        await conversations.revoke(workflow_id, grant_id, click.by)

    return {REVOKE: revoke}
