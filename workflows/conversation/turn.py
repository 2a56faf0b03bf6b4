"""One turn of a conversation: a message, what the agent makes of it, and the answer."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

with workflow.unsafe.imports_passed_through():
    from agents import Agent, ItemHelpers, MessageOutputItem, Runner, RunResult
    from pydantic import ValidationError

    from workflows.contracts.activities import (
        AgentActivities,
        SurfaceActivities,
        TurnActivities,
    )
    from workflows.contracts.activity_inputs import Reply, StatusLine
    from workflows.contracts.approvals import ApprovalStatus
    from workflows.contracts.core import (
        MESSAGE_LIMIT,
        AgentSpec,
        Call,
        Message,
        StopRequest,
        ToolSpec,
    )
    from workflows.contracts.decisions import Execution
    from workflows.contracts.notices import Effect, Notice, NoticeCode, has_news
    from workflows.contracts.replacing import split_replaces
    from workflows.conversation.agent import MAX_TURNS, RUN_CONFIG, build_agent
    from workflows.conversation.approval_gate import Gate
    from workflows.conversation.batch_summary import Summary
    from workflows.conversation.handing_on import hand_on
    from workflows.conversation.memory import (
        TURN_LIMIT,
        Answer,
        GuardedCall,
        Item,
        TurnState,
        noted,
        output,
        said,
        shrunk,
    )
    from workflows.conversation.model_errors import apology
    from workflows.conversation.model_messages import (
        ended_early_note,
        stopped_note,
        unanswered_for_model,
        waiting_note,
    )
    from workflows.conversation.state import ConversationState
    from workflows.conversation.text_decisions import TypedDecision
    from workflows.timeouts import call_slack, run_tool

THINKING = "is thinking…"
STATUS_CALL = timedelta(seconds=3)
"""A status line that is late is worse than none."""
DESCRIBED_LATELY = timedelta(minutes=1)
"""For how long a turn that goes on after an approval uses the agent as it was described."""
POSTING = timedelta(minutes=1)
"""How long an answer is posted before the conversation may renew itself with it in hand."""
REPLY_PATIENCE = timedelta(hours=6)


class TurnStoppedError(Exception):
    """Somebody stopped the turn while the agent was at work."""


class Turn:
    """What one message leads to, however long that takes.

    `state` holds all that it has come to between two steps, so that another run of the
    conversation can go on with it.
    """

    def __init__(
        self, conversation: ConversationState, state: TurnState, *, resumed: bool = False
    ) -> None:
        self.state = state
        self._conversation = conversation
        self._resumed = resumed
        self._gate = Gate(conversation, self._tell_delay)
        self._busy = 0
        self._described: tuple[datetime, AgentSpec] | None = None
        self._agents_work: asyncio.Task[Any] | None = None

    @property
    def is_parked(self) -> bool:
        """Whether the turn only waits, so that it can be carried to another run as it is."""
        return not self._busy and not self._gate.starting

    def stop(self, request: StopRequest) -> None:
        """Leave off an answer that is not there yet, and take back what is asked for it."""
        if self.state.answer is None:
            self.state.stopped = True
            self._gate.stop(request, self.state.calls)
            if self._agents_work is not None:
                self._agents_work.cancel()

    async def take(self) -> None:
        """Answer the message. Whatever fails, something is said; never raises."""
        try:
            if self.state.answer is None:
                answer = await self._answer()
                self.state.answer = answer.model_copy(update={"at": workflow.now()})
            if not self.state.answer.is_empty:
                await self._post_answer(self.state.answer)
        except Exception:
            workflow.logger.exception("A turn could not be answered")

    async def _answer(self) -> Answer:
        """The answer; none where the message was about what waits and is dealt with."""
        state = self.state
        try:
            if not state.begun:
                with self._at_work():
                    if await TypedDecision(self._conversation, state.message).handle():
                        return Answer()
                    if handed_on := await self._hand_on():
                        return handed_on
            return _canned(state.message) or await self._think()
        except TurnStoppedError:
            return self._left_off()
        except Exception as error:
            # Whatever it is ends this turn in words, and leaves thread, siblings and approvals.
            workflow.logger.exception("The agent's run failed")
            self._settle_up()
            self._conversation.add(noted(ended_early_note(state.effects)))
            waits = bool(self._conversation.waiting)
            return Answer(notices=(apology(error, state.effects, waits=waits),))

    async def _think(self) -> Answer:
        """Run the agent until it has an answer, waiting for people where it needs them."""
        state = self.state
        while True:
            if not state.calls:
                result = await self._run()
                words = "\n\n".join(_texts(result))
                if not result.interruptions:
                    break
                state.calls = [self._guarded(item) for item in result.interruptions]
                await asyncio.gather(self._say(words), self._settle_all())
            else:
                await self._settle_all()
            self._heed_stop()
            if state.gave_way:
                self._conversation.add(*state.items[1:])
                return Answer()
        self._conversation.add(*state.items[1:])
        effects = tuple(state.effects)
        if not words:
            return Answer.of(NoticeCode.SILENT, effects=effects)
        is_told = _is_whole(result) or not has_news(effects)
        notices = () if is_told else (Notice(code=NoticeCode.EFFECTS, effects=effects),)
        return Answer(text=words, notices=notices)

    async def _hand_on(self) -> Answer | None:
        """Leave a message to the conversation that it goes on with, if this one begins with it."""
        if self.state.number > 1:
            return None
        handed_on = await hand_on(self._conversation.origin, self.state.message)
        if handed_on is None:
            return None
        self._conversation.handed_on = handed_on.to
        return handed_on.answer

    def _left_off(self) -> Answer:
        """What is said of a turn that was stopped; what became of its calls is remembered."""
        self._settle_up()
        effects = tuple(self.state.effects)
        self._conversation.add(noted(stopped_note(effects)))
        return Answer.of(NoticeCode.STOPPED, effects=effects)

    def _heed_stop(self) -> None:
        """Go no further if somebody stopped the turn.

        Raises:
            TurnStoppedError: somebody did.
        """
        if self.state.stopped:
            raise TurnStoppedError

    async def _run(self) -> RunResult:
        """Let the agent go on until it needs people or has an answer.

        Raises:
            TurnStoppedError: somebody stopped the turn meanwhile.
        """
        self._heed_stop()
        self._agents_work = task = asyncio.current_task()
        try:
            return await self._run_agent()
        except asyncio.CancelledError:
            if self.state.stopped and task is not None:
                task.uncancel()
            self._heed_stop()
            raise
        except Exception:
            self._heed_stop()
            raise
        finally:
            self._agents_work = None

    async def _run_agent(self) -> RunResult:
        state, conversation = self.state, self._conversation
        await workflow.wait_condition(lambda: not conversation.renewing)
        async with conversation.floor:
            with self._at_work():
                agent = await self._build_agent()
                given = [*self._begin(), *state.items]
                left = max(MAX_TURNS - state.model_calls, 1)
                result = await Runner.run(
                    agent, cast(Any, given), max_turns=left, run_config=RUN_CONFIG
                )
                state.model_calls += len(result.raw_responses)
                new = result.to_input_list()[len(given) - len(state.items) :]
                state.items = shrunk([_plain(item) for item in new], TURN_LIMIT)
                return result

    def _begin(self) -> list[Item]:
        """What the agent is given before this turn's own items; the first time, the turn begins."""
        state, conversation = self.state, self._conversation
        if not state.begun:
            state.begun = True
            state.position = conversation.length
            state.items = [said(state.message.text)]
            conversation.add(said(state.message.text))
            return [*conversation.before(state.position), *self._notes()]
        return conversation.before(state.position)

    async def _build_agent(self) -> Agent[None]:
        """The agent as a worker describes it; a description from a moment ago will do."""
        if self._described is None or workflow.now() - self._described[0] > DESCRIBED_LATELY:
            thinking = StatusLine(origin=self._conversation.origin, text=THINKING)
            spec = await call_slack(TurnActivities.start_thinking, thinking, POSTING)
            self._described = workflow.now(), spec
        return build_agent(self._described[1], self._run_tool)

    def _notes(self) -> list[Item]:
        waiting = tuple(self._conversation.waiting.values())
        return [noted(waiting_note(waiting, self.state.message.author))] if waiting else []

    async def _run_tool(self, tool: ToolSpec, call_id: str, arguments: str) -> str:
        """Run a free tool. One that does not answer is told to the model, and ends nothing."""
        await self._show(tool.status)
        self._heed_stop()
        call = self._call(tool.name, call_id, arguments)
        effects = self.state.effects
        place = len(effects)
        effects.append(Effect.of_free(tool.title, Execution.UNKNOWN))
        try:
            result = await run_tool(AgentActivities.run_tool, call, summary=tool.name)
        except (ActivityError, ValidationError):
            workflow.logger.exception("A tool did not answer")
            self._heed_stop()
            return unanswered_for_model(tool.name)
        ended = Execution.DONE if result.ok else Execution.FAILED
        effects[place] = Effect.of_free(tool.title, ended)
        self._heed_stop()
        return result.text

    async def _settle_all(self) -> None:
        """Have the guarded calls of one model answer decided side by side, and note how."""
        state, conversation = self.state, self._conversation
        key = f"{self._key}/{state.batch}"
        summary = Summary(conversation.origin, key, state, again=self._resumed)
        await asyncio.gather(summary.keep_true(), self._gate.settle(state.calls))
        state.items += [output(it.call.id, it.words) for it in state.calls]
        state.gave_way = not state.batch and all(it.gave_way for it in state.calls)
        self._settle_up()
        state.batch += 1
        state.batch_ts = ""
        await self._tell_grants()

    def _settle_up(self) -> None:
        """Note what the calls of the last answer have come to."""
        pending = ApprovalStatus.pending
        ends = [it.status or (pending(it.asked) if it.asked else None) for it in self.state.calls]
        self.state.effects += [Effect.of(it) for it in ends if it]
        self.state.calls = []

    async def _tell_grants(self) -> None:
        while self._gate.granted:
            grant = self._gate.granted.pop(0)
            await self._notify(Notice(code=NoticeCode.GRANTED, grant=grant), key=grant.id)

    async def _tell_delay(self, it: GuardedCall, until: datetime) -> None:
        notice = Notice(code=NoticeCode.NOBODY_ASKED_YET, at=until)
        await self._notify(notice, key=f"{self.state.number}/delay/{it.call.id}")

    def _guarded(self, item: Any) -> GuardedCall:
        own, replaced = split_replaces(str(item.arguments))
        call = self._call(self._named(str(item.name)), str(item.call_id), own)
        return GuardedCall(call=call, instead_of=replaced)

    def _named(self, called: str) -> str:
        return self._described[1].named(called) if self._described else called

    def _call(self, tool: str, call_id: str, arguments: str) -> Call:
        return Call(
            id=call_id,
            tool=tool,
            arguments=arguments,
            origin=self._conversation.origin,
            requester=self.state.message.author,
        )

    async def _show(self, text: str) -> None:
        status = StatusLine(origin=self._conversation.origin, text=text)
        try:
            await call_slack(SurfaceActivities.show_status, status, STATUS_CALL)
        except FailureError:
            workflow.logger.debug("The status line was not shown", exc_info=True)

    async def _say(self, words: str) -> None:
        """What the model says beside its calls is said before they are decided."""
        if words:
            self.state.parts += 1
            key = f"{self.state.number}/part/{self.state.parts}"
            await self._reply(key, markdown=words)

    async def _post_answer(self, answer: Answer) -> None:
        """Post the answer; a Slack that is away for long must not keep the thread from renewing."""
        reply = Reply(
            origin=self._conversation.origin,
            key=self._key,
            markdown=answer.text,
            notices=answer.notices,
            otherwise=Notice(code=NoticeCode.SILENT, effects=tuple(self.state.effects)),
            to=self.state.message.author,
            again=self._resumed,
            at=answer.at,
        )
        async with self._conversation.posting:
            with self._at_work():
                if await self._posted(reply, POSTING):
                    return
            again = reply.model_copy(update={"again": True})
            if not await self._posted(again, REPLY_PATIENCE):
                workflow.logger.error("Slack does not take answer %s", self.state.message.id)

    async def _notify(self, notice: Notice, key: str) -> None:
        await self._reply(key, notices=(notice,))

    async def _reply(self, key: str, markdown: str = "", notices: tuple[Notice, ...] = ()) -> None:
        key = f"{workflow.info().workflow_id}/{key}"
        with self._at_work():
            reply = Reply(
                origin=self._conversation.origin,
                key=key,
                markdown=markdown,
                notices=notices,
                to=self.state.message.author,
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

    @property
    def _key(self) -> str:
        return f"{workflow.info().workflow_id}/{self.state.number}"

    @contextmanager
    def _at_work(self) -> Generator[None]:
        """What is done meanwhile could not be carried to another run."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1


def _canned(message: Message) -> Answer | None:
    """The answer to a message that needs no model."""
    if (length := max(message.length, len(message.text))) > MESSAGE_LIMIT:
        return Answer.of(NoticeCode.TOO_LONG, count=length)
    if message.text.strip():
        return None
    return Answer.of(NoticeCode.FILES_ONLY if message.files else NoticeCode.HELP)


def _texts(result: RunResult) -> Sequence[str]:
    """All that the model said, also beside its calls."""
    texts = (ItemHelpers.text_message_output(item).strip() for item in _messages(result))
    return [text for text in texts if text]


def _is_whole(result: RunResult) -> bool:
    """Whether the model came to its end, and neither refused nor was cut off."""
    return all(item.raw_item.status == "completed" for item in _messages(result))


def _messages(result: RunResult) -> Sequence[MessageOutputItem]:
    return [item for item in result.new_items if isinstance(item, MessageOutputItem)]


def _plain(item: Any) -> Item:
    """An item as JSON, since a history must not depend on the SDK's classes."""
    return dict(item) if isinstance(item, dict) else item.model_dump(exclude_unset=True)
