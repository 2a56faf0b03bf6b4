"""In the place of Slack where there is none: nothing is sent, and no method is known."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse


class NoSlack(AsyncWebClient):
    """Answers each call as a Slack that lacks the method, which all of ours live with."""

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """See `AsyncWebClient`.

        Raises:
            SlackApiError: always, with the code `unknown_method`.
        """
        del given
        answer = {"ok": False, "error": "unknown_method"}
        raise SlackApiError(f"There is no Slack to ask {api_method}", answer)
