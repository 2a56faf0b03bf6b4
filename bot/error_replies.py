"""Says something to one person, where they acted: privately, or in the dialog that is open."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.payloads.fields import part
from bot.payloads.presses import MODAL
from bot.payloads.submissions import input_blocks
from bot.response_url import ResponseUrlError, ResponseUrls
from countersign.slack.modals.message import message_modal
from countersign.slack.web_client import code_of

log = structlog.get_logger(__name__)

SUBMISSION = "view_submission"
TITLE = "That didn't work"


def in_command(text: str) -> BoltResponse:
    """The answer to a slash command."""
    return BoltResponse(status=200, body={"text": text, "response_type": "ephemeral"})


def in_modal(body: Mapping[str, Any], text: str, plain: str) -> BoltResponse:
    """The answer to a submission, which stays open with all that was typed.

    Slack shows an error only beside an input. A modal without one gets `text` on top of it.
    """
    if inputs := input_blocks(part(body.get("view"))):
        answer: dict[str, Any] = {"response_action": "errors", "errors": {inputs[-1]: plain}}
    else:
        answer = {"response_action": "push", "view": message_modal(TITLE, text).to_dict()}
    return BoltResponse(status=200, body=answer)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody pressed, so that something can be said there to them alone."""

    channel: str
    user: str
    thread_ts: str = ""
    response_url: str = ""
    team: str = ""
    """The workspace whose Home it was, where there is no channel."""


class EphemeralMessages:
    """Private messages after a press."""

    def __init__(self, slack: AsyncWebClient, response_urls: ResponseUrls) -> None:
        self._slack = slack
        self._response_urls = response_urls

    async def tell(self, body: Mapping[str, Any], text: str) -> None:
        """Say it where somebody pressed. If Slack does not take it, that is only logged."""
        await self._attempt(self._tell(body, text))

    async def tell_at(self, place: Place, text: str) -> None:
        """The same, where it is known in other words."""
        await self._attempt(self._post_ephemeral(place, text))

    async def _attempt(self, work: Awaitable[None]) -> None:
        try:
            await work
        except SlackApiError as error:
            log.warning("private answer not delivered", code=code_of(error))
        except (ResponseUrlError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("private answer not delivered", code=str(error) or type(error).__name__)

    async def _tell(self, body: Mapping[str, Any], text: str) -> None:
        container, view = part(body.get("container")), part(body.get("view"))
        channel = part(body.get("channel")).get("id") or container.get("channel_id")
        user = part(body.get("user")).get("id")
        if view or not channel:
            await self._show(body, text, is_in_modal=view.get("type") == MODAL)
        elif user:
            thread_ts = part(body.get("message")).get("thread_ts") or container.get("thread_ts")
            url = str(body.get("response_url") or "")
            place = Place(str(channel), str(user), str(thread_ts or ""), url)
            await self._post_ephemeral(place, text)

    async def _show(self, body: Mapping[str, Any], text: str, *, is_in_modal: bool) -> None:
        trigger_id = str(body.get("trigger_id") or "")
        if not trigger_id:
            return
        show = self._slack.views_push if is_in_modal else self._slack.views_open
        await show(trigger_id=trigger_id, view=message_modal(TITLE, text))

    async def _post_ephemeral(self, place: Place, text: str) -> None:
        """Privately in the channel; if we are not a member of it, through the response URL."""
        try:
            await self._slack.chat_postEphemeral(
                channel=place.channel,
                user=place.user,
                text=text,
                thread_ts=place.thread_ts or None,
            )
        except SlackApiError:
            if not place.response_url:
                raise
            await self._response_urls.tell(place.response_url, text)
