"""Slack threads: answers, the status line, and messages to one person."""

from collections.abc import Sequence

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block, MarkdownBlock
from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.messages.notices import in_markdown, spoken
from countersign.messages.voice import MarkdownVoice
from countersign.slack.blocks import section
from countersign.slack.directory import Directory
from countersign.slack.markdown.fallback import fallback_text, unmentioned
from countersign.slack.markdown.splitting import split
from countersign.slack.prompt import prompt_blocks
from countersign.slack.text import mention, mention_channel
from countersign.slack.voice import MrkdwnVoice
from countersign.slack.web_client import UNKNOWN, code_of
from worker.cards.wording import is_direct
from worker.mentions import Mentions
from worker.posts import Destination, IdempotentPosts, MessageContent
from worker.slack import BAD_BLOCKS, ask, is_refusal
from workflows.contracts.activities import ThreadActivities
from workflows.contracts.activity_inputs import EphemeralMessage, Reply, ThreadStatus
from workflows.contracts.core import Person

log = structlog.get_logger(__name__)

MARKDOWN, MRKDWN = MarkdownVoice(), MrkdwnVoice()
REPLY_EVENT = "countersign_reply"
EPHEMERAL_EVENT = "countersign_ephemeral"


class SlackThreads(ThreadActivities):
    """Threads of a real workspace, or of what stands in for one."""

    def __init__(self, slack: AsyncWebClient, deployment: str = "") -> None:
        self._slack = slack
        self._deployment = deployment
        self._posts = IdempotentPosts(slack)
        self._mentions = Mentions(Directory(slack))
        self._has_status = True

    @activity.defn
    async def post_reply(self, reply: Reply) -> None:
        """See `ThreadActivities`. Where the thread takes nothing, who asked is written to."""
        otherwise = reply.otherwise
        texts = split(in_markdown(reply)) or split(spoken(otherwise, MARKDOWN) if otherwise else "")
        pieces = [(f"{reply.key}/{number}", it) for number, it in enumerate(texts)]
        while pieces:
            try:
                await self._say(Destination.of(reply.thread), *pieces[0], again=reply.again)
            except ApplicationError as error:
                if not is_refusal(error) or reply.to is None or is_direct(reply.thread.channel):
                    raise
                log.warning("the thread takes no answer", thread=reply.thread, code=error.type)
                await self._say_directly(reply.to, reply, pieces, str(error.type))
                return
            pieces.pop(0)

    async def _say(
        self, destination: Destination, key: str, markdown: str, *, again: bool = False
    ) -> None:
        # Named only now that it is cut: a second try has to find the same pieces.
        named = await self._mentions.named(markdown)
        content = MessageContent(fallback_text(named), [MarkdownBlock(text=unmentioned(named))])
        await self._posts.once(destination, REPLY_EVENT, key, content, again=again)

    async def _say_directly(
        self, to: Person, reply: Reply, pieces: Sequence[tuple[str, str]], code: str
    ) -> None:
        destination = await self._posts.direct(to.user)
        why = (
            f"I can't post in {mention_channel(reply.thread.channel)} (Slack says {code}), so my "
            "answer to what you said there is here:"
        )
        await self._posts.once(
            destination, REPLY_EVENT, f"{reply.key}/why", MessageContent(why, [section(why)])
        )
        for key, piece in pieces:
            await self._say(destination, key, piece, again=reply.again)
        # An answer takes the status line away by itself, but none came there.
        await self.show_status(ThreadStatus(thread=reply.thread, text=""))

    @activity.defn
    async def show_status(self, status: ThreadStatus) -> None:
        """See `ThreadActivities`. A workspace that has no status lines is asked only once."""
        if not self._has_status:
            return
        try:
            await self._slack.assistant_threads_setStatus(
                channel_id=status.thread.channel, thread_ts=status.thread.ts, status=status.text
            )
        except SlackApiError as error:
            code = code_of(error)
            self._has_status = code not in UNKNOWN
            log.info("status line not shown", code=code)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("status line not shown", cause=type(error).__name__)

    @activity.defn
    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        """See `ThreadActivities`. Nobody can be written to who is not in Slack."""
        if not ephemeral.to.is_in_slack:
            log.info("nothing is said privately outside Slack", code=ephemeral.notice.code)
            return
        if not ephemeral.notice.offers and not ephemeral.nudge:
            await self._post_ephemeral(ephemeral)
            return
        try:
            await self._post_ephemeral(ephemeral, list(prompt_blocks(ephemeral, self._deployment)))
        except ApplicationError as error:
            if error.type not in BAD_BLOCKS:
                raise
            log.warning("buttons refused, sent without", code=error.type)
            await self._post_ephemeral(ephemeral)

    async def _post_ephemeral(
        self, ephemeral: EphemeralMessage, blocks: list[Block] | None = None
    ) -> None:
        try:
            await ask(
                self._slack.chat_postEphemeral(
                    channel=ephemeral.channel,
                    user=ephemeral.to.user,
                    text=spoken(ephemeral.notice, MRKDWN),
                    thread_ts=ephemeral.thread_ts or None,
                    blocks=blocks,
                )
            )
        except ApplicationError as error:
            if error.type in BAD_BLOCKS or not is_refusal(error):
                raise
            await self._say_otherwise(
                ephemeral, await self._instead(ephemeral, error), blocks or []
            )

    async def _instead(self, ephemeral: EphemeralMessage, error: ApplicationError) -> Destination:
        """Where to say what cannot be said privately; aloud only if Slack has none."""
        log.info("cannot be said privately", channel=ephemeral.channel, code=error.type)
        if error.type in UNKNOWN:
            return Destination(ephemeral.channel, ephemeral.thread_ts)
        if is_direct(ephemeral.channel):
            raise error
        return await self._posts.direct(ephemeral.to.user)

    async def _say_otherwise(
        self, ephemeral: EphemeralMessage, destination: Destination, blocks: list[Block]
    ) -> None:
        info = activity.info()
        key = f"{info.workflow_id}/{info.activity_id}"
        is_aloud = destination.channel == ephemeral.channel
        said = spoken(ephemeral.notice, MRKDWN)
        text = f"{mention(ephemeral.to.user)}: {said}" if is_aloud else said
        await self._posts.once(destination, EPHEMERAL_EVENT, key, MessageContent(text, blocks))
