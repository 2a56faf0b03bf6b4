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
from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.blocks import section
from countersign.slack.directory import Directory
from countersign.slack.markdown.fallback import fallback_text, unmentioned
from countersign.slack.markdown.splitting import split
from countersign.slack.prompt import has_buttons, prompt_blocks
from countersign.slack.refusal_words import refusal
from countersign.slack.text import mention, mention_channel
from countersign.slack.voice import MrkdwnVoice
from countersign.slack.web_client import UNKNOWN, code_of
from worker.cards.line import ThreadLine
from worker.cards.wording import is_direct
from worker.mentions import Mentions
from worker.posts import Destination, IdempotentPosts, MessageContent
from worker.slack import BAD_BLOCKS, GONE, ask, is_refusal
from worker.surface import Surface
from workflows.contracts.activity_inputs import Batch, EphemeralMessage, Reply, StatusLine
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Origin, Person
from workflows.contracts.origins import SLACK

log = structlog.get_logger(__name__)

MARKDOWN, MRKDWN = MarkdownVoice(), MrkdwnVoice()
REPLY_EVENT = "countersign_reply"
EPHEMERAL_EVENT = "countersign_ephemeral"
BATCH_EVENT = "approval_batch"


class SlackThreads(Surface):
    """Threads of a real workspace, or of what stands in for one."""

    kind = SLACK

    def __init__(self, slack: AsyncWebClient, deployment: str = "") -> None:
        self._slack = slack
        self._deployment = deployment
        self._posts = IdempotentPosts(slack)
        self._line = ThreadLine(self._posts, deployment)
        self._mentions = Mentions(Directory(slack))
        self._has_status = True

    async def post_reply(self, reply: Reply) -> None:
        """See `SurfaceActivities`. Where the thread takes nothing, who asked is written to."""
        otherwise = reply.otherwise
        texts = split(in_markdown(reply)) or split(spoken(otherwise, MARKDOWN) if otherwise else "")
        pieces = [(f"{reply.key}/{number}", it) for number, it in enumerate(texts)]
        while pieces:
            try:
                await self._say(Destination.of(reply.origin), *pieces[0], again=reply.again)
            except ApplicationError as error:
                if not is_refusal(error) or reply.to is None or is_direct(reply.origin.channel):
                    raise
                log.warning("the thread takes no answer", origin=reply.origin, code=error.type)
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
            f"I can't post in {mention_channel(reply.origin.channel)} ({refusal(code)}), so my "
            "answer to what you said there is here:"
        )
        await self._posts.once(
            destination, REPLY_EVENT, f"{reply.key}/why", MessageContent(why, [section(why)])
        )
        for key, piece in pieces:
            await self._say(destination, key, piece, again=reply.again)
        # An answer takes the status line away by itself, but none came there.
        await self.show_status(StatusLine(origin=reply.origin, text=""))

    async def show_status(self, status: StatusLine) -> None:
        """See `SurfaceActivities`. A workspace that has no status lines is asked only once."""
        if not self._has_status:
            return
        try:
            await self._slack.assistant_threads_setStatus(
                channel_id=status.origin.channel, thread_ts=status.origin.id, status=status.text
            )
        except SlackApiError as error:
            code = code_of(error)
            self._has_status = code not in UNKNOWN
            log.info("status line not shown", code=code)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("status line not shown", cause=type(error).__name__)

    async def link(self, origin: Origin) -> str:
        """See `Surface`: the message that began the thread."""
        return await self._posts.permalink(origin.channel, origin.id)

    async def show_approval(self, status: ApprovalStatus, card: Card) -> Card:
        """See `Surface`."""
        return await self._line.show(status, card)

    async def show_batch(self, batch: Batch) -> str:
        """See `Surface`. A summary that is gone is posted anew."""
        words = MessageContent(batch_text(batch), batch_blocks(batch, self._deployment))
        if batch.ts:
            try:
                await self._posts.rewrite(batch.origin.channel, batch.ts, words)
            except ApplicationError as error:
                if error.type not in GONE:
                    raise
            else:
                return batch.ts
        thread = Destination.of(batch.origin)
        return await self._posts.once(thread, BATCH_EVENT, batch.key, words, again=batch.again)

    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        """See `SurfaceActivities`."""
        if not has_buttons(ephemeral):
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
        place = _place(ephemeral)
        try:
            await ask(
                self._slack.chat_postEphemeral(
                    channel=place.channel,
                    user=ephemeral.to.user,
                    text=spoken(ephemeral.notice, MRKDWN),
                    thread_ts=place.thread_ts or None,
                    blocks=blocks,
                )
            )
        except ApplicationError as error:
            if error.type in BAD_BLOCKS or not is_refusal(error):
                raise
            instead = await self._instead(ephemeral, place, error)
            await self._say_otherwise(ephemeral, instead, blocks or [], is_aloud=instead == place)

    async def _instead(
        self, ephemeral: EphemeralMessage, place: Destination, error: ApplicationError
    ) -> Destination:
        """Where to say what cannot be said privately; aloud only if Slack has none."""
        log.info("cannot be said privately", channel=place.channel, code=error.type)
        if error.type in UNKNOWN and place.channel:
            return place
        if is_direct(place.channel):
            raise error
        return await self._posts.direct(ephemeral.to.user)

    async def _say_otherwise(
        self,
        ephemeral: EphemeralMessage,
        destination: Destination,
        blocks: list[Block],
        *,
        is_aloud: bool,
    ) -> None:
        info = activity.info()
        key = f"{info.workflow_id}/{info.activity_id}"
        said = spoken(ephemeral.notice, MRKDWN)
        text = f"{mention(ephemeral.to.user)}: {said}" if is_aloud else said
        await self._posts.once(destination, EPHEMERAL_EVENT, key, MessageContent(text, blocks))


def _place(ephemeral: EphemeralMessage) -> Destination:
    """Where somebody acted. What was asked outside Slack has no thread in it."""
    origin = ephemeral.origin
    if ephemeral.channel or origin.kind != SLACK:
        return Destination(ephemeral.channel)
    return Destination.of(origin)
