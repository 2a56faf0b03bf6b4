"""Posting a message exactly once, although an activity may run twice."""

from collections.abc import Sequence
from typing import Any

import structlog
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from worker.slack import BAD_BLOCKS, ask
from workflows.contracts import Thread

log = structlog.get_logger(__name__)

LOOK_BACK = 200
"""Messages of a thread that are searched for what a first try may have posted."""
CLOCKS_APART_SECONDS = 300
"""How far Slack's clock may be behind Temporal's."""


class Posts:
    """Messages in threads, each known by an event type and a key in its metadata."""

    def __init__(self, slack: AsyncWebClient) -> None:
        self._slack = slack

    async def once(
        self,
        thread: Thread,
        kind: str,
        key: str,
        text: str,
        blocks: Sequence[Block],
        **payload: str,
    ) -> str:
        """Post, unless an earlier try of this activity already did; returns the `ts`.

        Raises:
            ApplicationError: see `worker.slack.explained`.
        """
        if activity.info().attempt > 1 and (ts := await self._find(thread, kind, key)):
            return ts
        metadata = {"event_type": kind, "event_payload": {"key": key, **payload}}
        try:
            return await self._post(thread, text, blocks, metadata)
        except ApplicationError as error:
            if error.type not in BAD_BLOCKS:
                raise
            log.warning("blocks refused, posting text", kind=kind, key=key, code=error.type)
            return await self._post(thread, text, [], metadata)

    async def _post(
        self, thread: Thread, text: str, blocks: Sequence[Block], metadata: dict[str, Any]
    ) -> str:
        posted = await ask(
            self._slack.chat_postMessage(
                channel=thread.channel,
                thread_ts=thread.ts,
                text=text,
                blocks=list(blocks) or None,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return str(posted["ts"])

    async def _find(self, thread: Thread, kind: str, key: str) -> str | None:
        """What a first try posted; where looking is forbidden, posting twice is the lesser evil."""
        try:
            found = await ask(
                self._slack.conversations_replies(
                    channel=thread.channel,
                    ts=thread.ts,
                    oldest=_first_try(),
                    limit=LOOK_BACK,
                    include_all_metadata=True,
                )
            )
        except ApplicationError as error:
            if not error.non_retryable and error.type != "missing_scope":
                raise
            log.info("cannot look for an earlier post", code=error.type)
            return None
        for message in found.get("messages", []):
            metadata = message.get("metadata") or {}
            same = metadata.get("event_payload", {}).get("key") == key
            if metadata.get("event_type") == kind and same:
                return str(message["ts"])
        return None


def _first_try() -> str:
    """Since when a post may be there. Slack lists the oldest first, and threads get long."""
    scheduled = activity.info().scheduled_time.timestamp()
    return f"{max(scheduled - CLOCKS_APART_SECONDS, 0):.6f}"
