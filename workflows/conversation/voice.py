"""What a turn says in its thread, and whether it is busy with anything."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from workflows.contracts.activities import SurfaceActivities
from workflows.contracts.activity_inputs import Reply, StatusLine
from workflows.contracts.notices import Notice, NoticeCode
from workflows.conversation.memory import Answer, GuardedCall, TurnState
from workflows.conversation.state import ConversationState
from workflows.timeouts import call_slack

STATUS_CALL = timedelta(seconds=3)
"""A status line that is late is worse than none."""
POSTING = timedelta(minutes=1)
"""How long an answer is posted before the conversation may renew itself with it in hand."""
REPLY_PATIENCE = timedelta(hours=6)


class Voice:
    """Says what one turn has to say."""

    def __init__(self, conversation: ConversationState, state: TurnState, *, resumed: bool) -> None:
        self._conversation = conversation
        self._state = state
        self._resumed = resumed
        self.busy = 0
        """How much is under way that could not be carried to another run."""

    @contextmanager
    def at_work(self) -> Generator[None]:
        """What is done meanwhile could not be carried to another run."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    @property
    def key(self) -> str:
        """Of the turn's answer."""
        return f"{workflow.info().workflow_id}/{self._state.number}"

    async def show(self, text: str) -> None:
        """Show what is being done."""
        status = StatusLine(origin=self._conversation.origin, text=text)
        try:
            await call_slack(SurfaceActivities.show_status, status, STATUS_CALL)
        except FailureError:
            workflow.logger.debug("The status line was not shown", exc_info=True)

    async def say(self, words: str) -> None:
        """What the model says beside its calls is said before they are decided."""
        if words:
            self._state.parts += 1
            key = f"{self._state.number}/part/{self._state.parts}"
            await self._reply(key, markdown=words)

    async def notify(self, notice: Notice, key: str) -> None:
        """Say one thing of our own."""
        await self._reply(key, notices=(notice,))

    async def tell_delay(self, it: GuardedCall, until: datetime) -> None:
        """Say that nobody could be asked yet."""
        notice = Notice(code=NoticeCode.NOBODY_ASKED_YET, at=until)
        await self.notify(notice, key=f"{self._state.number}/delay/{it.call.id}")

    async def post_answer(self, answer: Answer) -> None:
        """Post the answer; a Slack that is away for long must not keep the thread from renewing."""
        reply = Reply(
            origin=self._conversation.origin,
            key=self.key,
            markdown=answer.text,
            notices=answer.notices,
            otherwise=Notice(code=NoticeCode.SILENT, effects=tuple(self._state.effects)),
            to=self._state.message.author,
            again=self._resumed,
            at=answer.at,
        )
        async with self._conversation.posting:
            with self.at_work():
                if await self._posted(reply, POSTING):
                    return
            again = reply.model_copy(update={"again": True})
            if not await self._posted(again, REPLY_PATIENCE):
                workflow.logger.error("Slack does not take answer %s", self._state.message.id)

    async def _reply(self, key: str, markdown: str = "", notices: tuple[Notice, ...] = ()) -> None:
        key = f"{workflow.info().workflow_id}/{key}"
        with self.at_work():
            reply = Reply(
                origin=self._conversation.origin,
                key=key,
                markdown=markdown,
                notices=notices,
                to=self._state.message.author,
                at=workflow.now(),
            )
            await self._posted(reply, POSTING)

    async def _posted(self, reply: Reply, patience: timedelta) -> bool:
        try:
            await call_slack(SurfaceActivities.post_reply, reply, patience)
        except ActivityError:
            workflow.logger.warning("Slack does not take a message yet", exc_info=True)
            return False
        return True
