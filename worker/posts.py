"""Posting a message exactly once, although an activity may run twice, and rewriting it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import structlog
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.directory import UNREACHABLE
from countersign.slack.message import MessageContent
from countersign.slack.validate import message_problems
from worker.slack import BAD_BLOCKS, NOT_IN_SLACK, ask, failure
from workflows.contracts.core import Origin
from workflows.contracts.origins import is_in_slack

log = structlog.get_logger(__name__)

T = TypeVar("T")
LOOK_BACK = 200
"""Messages of a thread that are searched for what a first try may have posted."""
CLOCKS_APART_SECONDS = 300
"""How far Slack's clock may be behind Temporal's."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a message goes: a thread, or a conversation itself."""

    channel: str
    thread_ts: str = ""

    @classmethod
    def of(cls, thread: Origin) -> Self:
        """In this thread of Slack."""
        return cls(thread.channel, thread.id)


class IdempotentPosts:
    """Messages, each known by an event type and a key in its metadata.

    Every method raises the `ApplicationError` of `worker.slack.explained`.
    """

    def __init__(self, slack: AsyncWebClient) -> None:
        self._slack = slack
        self._ours: frozenset[str] = frozenset()

    async def once(
        self,
        destination: Destination,
        kind: str,
        key: str,
        words: MessageContent,
        *,
        again: bool = False,
        **payload: str,
    ) -> str:
        """Post, unless an earlier try already did; returns the `ts`.

        Args:
            destination: where.
            kind: event type of the message's metadata.
            key: what makes it one message, however often it is tried.
            words: what it says.
            again: whether another activity than this one may have posted it.
            payload: more of the message's metadata.
        """
        if (again or activity.info().attempt > 1) and (
            ts := await self._find(destination, kind, key)
        ):
            return ts
        metadata = {"event_type": kind, "event_payload": {"key": key, **payload}}
        return await _first_taken(
            words,
            lambda blocks: self._post(destination, words.text, blocks, metadata),
            kind=kind,
            key=key,
        )

    async def rewrite(self, channel: str, ts: str, words: MessageContent) -> None:
        """Rewrite a message."""

        def update(blocks: Sequence[Block]) -> Awaitable[Any]:
            # An empty list takes the buttons away; without one they would stay.
            return ask(
                self._slack.chat_update(
                    channel=channel, ts=ts, text=words.text, blocks=list(blocks)
                )
            )

        await _first_taken(words, update, channel=channel, ts=ts)

    async def direct(self, user: str) -> Destination:
        """The direct messages with one person; whoever is not in Slack has none."""
        if not is_in_slack(user):
            raise failure(NOT_IN_SLACK)
        opened = await ask(self._slack.conversations_open(users=user))
        return Destination(str(opened["channel"]["id"]))

    async def permalink(self, channel: str, ts: str) -> str:
        """A link to a message, or nothing where Slack has none: what links to it works without."""
        try:
            found = await ask(self._slack.chat_getPermalink(channel=channel, message_ts=ts))
        except ApplicationError as error:
            if error.type == UNREACHABLE:
                raise
            log.info("no permalink", code=error.type)
            return ""
        return str(found.get("permalink") or "")

    async def _post(
        self, destination: Destination, text: str, blocks: Sequence[Block], metadata: dict[str, Any]
    ) -> str:
        posted = await ask(
            self._slack.chat_postMessage(
                channel=destination.channel,
                thread_ts=destination.thread_ts or None,
                text=text,
                blocks=list(blocks) or None,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return str(posted["ts"])

    async def _find(self, destination: Destination, kind: str, key: str) -> str | None:
        """What a first try posted; where looking is forbidden, posting twice is the lesser evil."""
        try:
            found = await ask(self._recent(destination))
        except ApplicationError as error:
            if not error.non_retryable and error.type != "missing_scope":
                raise
            log.info("cannot look for an earlier post", code=error.type)
            return None
        for message in found.get("messages") or ():
            if _is_marked(message, kind, key) and await self._is_ours(message):
                return str(message["ts"])
        return None

    async def _is_ours(self, message: Mapping[str, Any]) -> bool:
        """Whether we wrote it: every app may put our marks on its messages."""
        if not self._ours:
            us = await ask(self._slack.auth_test())
            self._ours = frozenset(str(us[key]) for key in ("user_id", "bot_id") if us.get(key))
        return bool(self._ours & {message.get("user"), message.get("bot_id")})

    async def _recent(self, destination: Destination) -> Any:
        if destination.thread_ts:
            return await self._slack.conversations_replies(
                channel=destination.channel,
                ts=destination.thread_ts,
                oldest=_first_try(),
                limit=LOOK_BACK,
                include_all_metadata=True,
            )
        return await self._slack.conversations_history(
            channel=destination.channel,
            oldest=_first_try(),
            limit=LOOK_BACK,
            include_all_metadata=True,
        )


def _is_marked(message: Mapping[str, Any], kind: str, key: str) -> bool:
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    payload: Mapping[str, Any] = metadata.get("event_payload") or {}
    return metadata.get("event_type") == kind and payload.get("key") == key


async def _first_taken(
    words: MessageContent, send: Callable[[Sequence[Block]], Awaitable[T]], **about: str
) -> T:
    """Send the blocks, or fewer, or none: an approval does not wait for somebody to mend a view."""
    for blocks in _sound(words, about):
        try:
            return await send(blocks)
        except ApplicationError as error:
            if error.type not in BAD_BLOCKS:
                raise
            log.warning("Slack refused blocks, sending fewer", code=error.type, **about)
    return await send(())


def _sound(words: MessageContent, about: Mapping[str, str]) -> Iterator[Sequence[Block]]:
    for blocks in (words.blocks, words.instead):
        if problems := message_problems(blocks):
            log.error("Slack would refuse blocks, sending fewer", problems=problems, **about)
        elif blocks:
            yield blocks


def _first_try() -> str:
    """From when to look for an earlier try's post: Slack lists the oldest first."""
    scheduled = activity.info().scheduled_time.timestamp()
    return f"{max(scheduled - CLOCKS_APART_SECONDS, 0):.6f}"
