"""The conversation workflow: one Slack thread, what it remembers, and whose turn it is."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.activities import SurfaceActivities
    from workflows.contracts.activity_inputs import Reply
    from workflows.contracts.approvals import ApprovalStatus, Grant
    from workflows.contracts.core import (
        CARD_SHOWN_SIGNAL,
        CONVERSATION_WORKFLOW,
        EDITED_SIGNAL,
        ENDED_SIGNAL,
        GRANTS_QUERY,
        REVOKE_SIGNAL,
        SAY_SIGNAL,
        STOP_SIGNAL,
        Edit,
        Message,
        Origin,
        Person,
        StopRequest,
    )
    from workflows.contracts.decisions import Outcome
    from workflows.contracts.notices import Notice, NoticeCode
    from workflows.conversation.inbox import Inbox
    from workflows.conversation.intents import read_intent
    from workflows.conversation.memory import Memory, TurnState, carried, noted
    from workflows.conversation.state import ConversationState
    from workflows.conversation.turn import Turn
    from workflows.listing.summaries import summary_of
    from workflows.timeouts import Model, call_slack

TURNS_PER_RUN = 50
"""Turns after which a conversation starts a fresh history."""
LONGEST_HISTORY = 10_000
"""Events after which it does so too; Temporal ends a workflow at 51,200."""
LARGEST_HISTORY = 8 * 2**20
"""Bytes after which it does so too; Temporal ends a workflow at 50 MiB."""
MENTION_PATIENCE = timedelta(minutes=10)
"""How long a reply is kept whose thread has not mentioned us; Slack delivers again after one
and after five minutes (docs.slack.dev/apis/events-api, "Retries")."""
EDITS_LIMIT = 100
NOTICE_PATIENCE = timedelta(minutes=1)


@workflow.defn(name=CONVERSATION_WORKFLOW)
class ConversationWorkflow:
    """Listens for as long as there is a place to talk; every message is a turn (see `Turn`).

    It renews itself whatever waits: turns that wait for people are carried over, and their
    approvals, which live on by themselves, tell the next run how they have ended.
    """

    @workflow.init
    def __init__(self, memory: Memory) -> None:
        self._conversation = ConversationState.of(memory)
        self._inbox = Inbox(memory)
        self._turns = memory.turns
        self._renew_at = memory.turns + TURNS_PER_RUN
        self._edited = list(memory.edited)
        self._running: list[tuple[Turn, asyncio.Task[None]]] = []
        self._notices: set[asyncio.Task[None]] = set()
        self._over = memory.over

    @workflow.run
    async def run(self, memory: Memory) -> Origin | None:
        """Take turns until it is over, or until the history is long: then go on in a fresh one.

        Returns:
            Where the message is answered with which it began, if that is another conversation.
        """
        # A fresh history keeps the memo with which the first was started, and not its summary.
        workflow.set_current_details(summary_of(workflow.memo()))
        if memory.listening and not await self._is_mentioned():
            return None
        self._resume(memory)
        try:
            while not self._is_done():
                await workflow.wait_condition(lambda: self._has_news() or self._is_done())
                self._take_turns()
        except asyncio.CancelledError:
            if workflow.cancellation_reason() is not None:  # else the worker forgets this run
                await self._cancel_approvals()
            raise
        if not self._has_ended:
            workflow.continue_as_new(self._memory())
        await workflow.wait_condition(lambda: all(it.done() for it in self._notices))
        return self._conversation.handed_on

    @workflow.signal(name=SAY_SIGNAL)
    def say(self, *args: Any) -> None:
        """Take one `Message`; drop what came before or does not parse.

        The arguments are untyped for the reason given at `ApprovalWorkflow.decide`.
        """
        message = _read(Message, args)
        if message is not None and not self._over:
            self._inbox.put(message, under_way=self._under_way)

    @workflow.signal(name=STOP_SIGNAL)
    def stop(self, *args: Any) -> None:
        """Take a `StopRequest`: leave off what is being answered, and end if it is the last."""
        request = _read(StopRequest, args)
        if request is None:
            return
        if request.is_last:
            self._over = True
            self._inbox.clear()
        for turn, task in self._running:
            if not task.done():
                turn.stop(request)

    @workflow.signal(name=EDITED_SIGNAL)
    def edited(self, *args: Any) -> None:
        """Take an `Edit`: what nobody has read yet is changed; of the rest it is told that not."""
        edit = _read(Edit, args)
        if edit is None or self._inbox.amend(edit) or not self._inbox.knows(edit.ts):
            return
        if edit.ts not in self._edited:
            self._edited = [*self._edited, edit.ts][-EDITS_LIMIT:]
            self._conversation.add(noted(f"A message was edited later, to: {edit.after!r:.500}"))
            self._tell(Notice(code=NoticeCode.EDIT_SEEN), f"edit/{edit.ts}", edit.author)

    @workflow.signal(name=ENDED_SIGNAL)
    def ended(self, *args: Any) -> None:
        """Take the last `ApprovalStatus` of an approval of this thread."""
        status = _read(ApprovalStatus, args)
        if status is not None and status.outcome is not Outcome.PENDING:
            self._conversation.end(status)

    @workflow.signal(name=CARD_SHOWN_SIGNAL)
    def card_shown(self, *args: Any) -> None:
        """Take the id of an approval of this thread whose card stands, and the card's permalink."""
        match args:
            case (str() as id_, str() as permalink):
                self._conversation.note_card(id_, permalink)
            case _:
                workflow.logger.warning("Dropped a malformed card")

    @workflow.signal(name=REVOKE_SIGNAL)
    def revoke(self, *args: Any) -> None:
        """Take a standing permission back, by its id. Anybody may: the tool then asks again."""
        if args and isinstance(args[0], str):
            self._conversation.revoke(args[0])

    @workflow.query(name=GRANTS_QUERY)
    def grants(self) -> tuple[Grant, ...]:
        """The standing permissions of this thread."""
        return tuple(self._conversation.grants)

    async def _is_mentioned(self) -> bool:
        """Wait for the message that makes this thread ours; without one, nothing was ever here."""
        try:
            await workflow.wait_condition(
                lambda: self._inbox.is_addressed, timeout=MENTION_PATIENCE
            )
        except TimeoutError:
            return False
        self._inbox.begin_with_mention()
        return True

    def _resume(self, memory: Memory) -> None:
        for state in memory.open_turns:
            self._start(Turn(self._conversation, state, resumed=True))

    def _take_turns(self) -> None:
        for message in self._inbox.take(self._is_due):
            self._turns += 1
            self._start(Turn(self._conversation, TurnState(number=self._turns, message=message)))
        if missed := self._inbox.take_missed():
            notice = Notice(code=NoticeCode.TOO_MANY_MESSAGES, count=missed)
            self._tell(notice, f"missed/{self._turns}")

    def _start(self, turn: Turn) -> None:
        self._running = [(it, task) for it, task in self._running if not task.done()]
        self._running.append((turn, asyncio.create_task(turn.take())))

    def _is_done(self) -> bool:
        return self._has_ended or self._can_renew()

    @property
    def _has_ended(self) -> bool:
        """Whether nothing more is said here, and all that was under way has come to its end."""
        is_handed_on = self._conversation.handed_on is not None
        is_over = self._over or (is_handed_on and not self._inbox.messages)
        return is_over and all(task.done() for _, task in self._running)

    def _can_renew(self) -> bool:
        """Whether it is time for a fresh run, and all that is under way can be carried to it.

        Once it is time, no turn takes the floor any more, and what is said is left to the next run,
        or a thread that is never quiet would never get one. What is said of approvals still counts.
        """
        conversation = self._conversation
        conversation.renewing = conversation.renewing or self._is_long()
        is_parked = all(task.done() or turn.is_parked for turn, task in self._running)
        return conversation.renewing and is_parked and not self._has_news()

    def _has_news(self) -> bool:
        """Whether there is something to take up in this run."""
        return self._inbox.has_news(self._is_due)

    def _is_due(self, message: Message) -> bool:
        return not self._conversation.renewing or read_intent(message.text) is not None

    def _is_long(self) -> bool:
        info = workflow.info()
        return (
            self._turns >= self._renew_at
            or info.is_continue_as_new_suggested()
            or info.get_current_history_length() >= LONGEST_HISTORY
            or info.get_current_history_size() >= LARGEST_HISTORY
        )

    @property
    def _under_way(self) -> list[Message]:
        """Messages that were taken and are not answered yet."""
        return [state.message for state in self._open_turns()]

    def _open_turns(self) -> Iterator[TurnState]:
        return (turn.state for turn, task in self._running if not task.done())

    async def _cancel_approvals(self) -> None:
        """An operator ends the thread: what waits in it ends too, each visibly on its card."""
        for id_ in list(self._conversation.waiting):
            try:
                await asyncio.shield(workflow.get_external_workflow_handle(id_).cancel())
            except Exception:
                workflow.logger.info("%s could not be cancelled", id_, exc_info=True)

    def _tell(self, notice: Notice, key: str, to: Person | None = None) -> None:
        key = f"{workflow.info().workflow_id}/{key}"
        origin, now = self._conversation.origin, workflow.now()
        reply = Reply(origin=origin, key=key, notices=(notice,), to=to, at=now)
        self._notices = {task for task in self._notices if not task.done()}
        self._notices.add(asyncio.create_task(self._post(reply)))

    async def _post(self, reply: Reply) -> None:
        try:
            await call_slack(SurfaceActivities.post_reply, reply, NOTICE_PATIENCE)
        except ActivityError:
            workflow.logger.warning("Slack does not take a notice", exc_info=True)

    def _memory(self) -> Memory:
        conversation = self._conversation
        return Memory(
            origin=conversation.origin,
            items=tuple(conversation.items),
            forgotten=conversation.forgotten,
            agent=conversation.agent,
            seen=self._inbox.seen,
            turns=self._turns,
            inbox=tuple(self._inbox.messages),
            open_turns=carried(self._open_turns()),
            grants=tuple(conversation.grants),
            refusals=tuple(conversation.refusals),
            revised=tuple(conversation.revised),
            asks=tuple(conversation.asks),
            lately=tuple(conversation.lately),
            edited=tuple(self._edited),
            over=self._over,
        )


def _read(kind: type[Model], args: tuple[object, ...]) -> Model | None:
    """A signal's one argument as what it should be; None, and logged, if it is anything else."""
    try:
        return kind.model_validate(args[0] if args else None)
    except Exception:
        workflow.logger.warning("Dropped a malformed %s", kind.__name__, exc_info=True)
        return None
