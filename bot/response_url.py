"""Answers to the private address that Slack gives with each press: `response_url`.

Five uses within thirty minutes.
docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from countersign.slack.web_client import is_slack

TIMEOUT_SECONDS = 2
"""Slack gives a listener three seconds to acknowledge."""


class ResponseUrlError(Exception):
    """Slack did not take the answer. `why` is Slack's code, or ours."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ResponseUrls:
    """Rewrites private messages, which no method of the Web API can, and adds some."""

    def __init__(self, slack: AsyncWebClient) -> None:
        self._slack = slack

    async def rewrite(self, url: str, text: str, blocks: Sequence[Block]) -> None:
        """Replace the message in which somebody pressed.

        Raises:
            ResponseUrlError: the address is not Slack's, is used up, or does not answer.
        """
        await self._send(url, text, blocks, is_new=False)

    async def tell(self, url: str, text: str) -> None:
        """Tell the person who pressed something, and leave the message as it is.

        Raises:
            ResponseUrlError: the address is not Slack's, is used up, or does not answer.
        """
        await self._send(url, text, (), is_new=True)

    async def _send(self, url: str, text: str, blocks: Sequence[Block], *, is_new: bool) -> None:
        if not self._is_slacks(url):
            raise ResponseUrlError("not an address of Slack")
        webhook = AsyncWebhookClient(
            url, timeout=TIMEOUT_SECONDS, session=self._slack.session, retry_handlers=[]
        )
        # As for the Web API: a stand-in is not to be reached through a proxy.
        webhook.proxy = self._slack.proxy
        try:
            answer = await webhook.send(
                text=text,
                blocks=blocks or None,
                response_type="ephemeral" if is_new else None,
                replace_original=not is_new,
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ResponseUrlError(type(error).__name__) from error
        if answer.status_code != 200:
            raise ResponseUrlError(f"{answer.status_code} {answer.body[:100]}")

    def _is_slacks(self, url: str) -> bool:
        """Whether it leads to the Slack that we talk to, and to nobody else."""
        ours, theirs = urlsplit(self._slack.base_url), urlsplit(url)
        if is_slack(self._slack.base_url):
            return theirs.scheme == "https" and is_slack(url)
        return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
