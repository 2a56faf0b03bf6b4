"""Slack threads: answers, the status line, and words for one person."""

from collections.abc import Sequence

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block, MarkdownBlock
from slack_sdk.web.async_client import AsyncWebClient
from temporalio import activity
from temporalio.exceptions import ApplicationError

from bot.directory import Directory
from bot.slack import UNKNOWN, code_of
from bot.views.markdown.literal import channelled, unmentioned
from bot.views.markdown.mrkdwn import to_mrkdwn
from bot.views.markdown.splitting import split
from bot.views.prompt import prompt_blocks
from bot.views.text import mention
from worker.mentions import Mentions
from worker.posts import Posts, Spot, Words
from worker.slack import BAD_BLOCKS, ask
from workflows.activities import ThreadActivities
from workflows.errands import Reply, ThreadStatus, Whisper

log = structlog.get_logger(__name__)

REPLY_EVENT = "countersign_reply"
WHISPER_EVENT = "countersign_whisper"


class SlackThreads(ThreadActivities):
    """Threads of a real workspace, or of what stands in for one."""

    def __init__(self, slack: AsyncWebClient, deployment: str = "") -> None:
        self._slack = slack
        self._deployment = deployment
        self._posts = Posts(slack)
        self._mentions = Mentions(Directory(slack))
        self._has_status = True

    @activity.defn
    async def post_reply(self, reply: Reply) -> None:
        """See `ThreadActivities`."""
        # Named when they are cut: a second try has to find the same pieces.
        for number, piece in enumerate(_visible(reply)):
            named = await self._mentions.named(piece)
            await self._posts.once(
                Spot.of(reply.thread),
                REPLY_EVENT,
                f"{reply.key}/{number}",
                Words(channelled(to_mrkdwn(named)), [MarkdownBlock(text=unmentioned(named))]),
                again=reply.again,
            )

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

    @activity.defn
    async def whisper(self, whisper: Whisper) -> None:
        """See `ThreadActivities`."""
        if not whisper.press and not whisper.nudge:
            await self._whisper(whisper)
            return
        try:
            await self._whisper(whisper, list(prompt_blocks(whisper, self._deployment)))
        except ApplicationError as error:
            if error.type not in BAD_BLOCKS:
                raise
            log.warning("buttons refused, whispering without", code=error.type)
            await self._whisper(whisper)

    async def _whisper(self, whisper: Whisper, blocks: list[Block] | None = None) -> None:
        try:
            await ask(
                self._slack.chat_postEphemeral(
                    channel=whisper.channel,
                    user=whisper.to.user,
                    text=whisper.text,
                    thread_ts=whisper.thread_ts or None,
                    blocks=blocks,
                )
            )
        except ApplicationError as error:
            if error.type not in UNKNOWN:
                raise
            log.info("no private messages here, so it is said aloud", code=error.type)
            await self._say_aloud(whisper, blocks or [])

    async def _say_aloud(self, whisper: Whisper, blocks: list[Block]) -> None:
        """Where nothing can be said in private, silence would be worse."""
        info = activity.info()
        key = f"{info.workflow_id}/{info.activity_id}"
        words = Words(f"{mention(whisper.to.user)}: {whisper.text}", blocks)
        spot = Spot(whisper.channel, whisper.thread_ts)
        await self._posts.once(spot, WHISPER_EVENT, key, words)


def _visible(reply: Reply) -> Sequence[str]:
    """The pieces of a reply; what is said otherwise where none of them shows anything."""
    pieces = split(reply.markdown)
    if any(to_mrkdwn(piece).strip() for piece in pieces):
        return pieces
    return split(reply.otherwise)
