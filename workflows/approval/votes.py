"""Performs what the voting protocol asks for: checks by activity, turns by the clock, words."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.approval.display import CardPublisher
from workflows.approval.state import ApprovalState
from workflows.contracts.activities import VoteActivities
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import MessageKind
from workflows.contracts.decisions import Decision, Unchecked
from workflows.contracts.notices import Notice, NoticeCode
from workflows.timeouts import ask_now
from workflows.voting.actions import (
    Action,
    Actions,
    Check,
    Explain,
    Fault,
    HandedOver,
    Nudged,
    Replaced,
    Turn,
)
from workflows.voting.docket import Entry


class VotingDriver:
    """Hands everything that arrives to the protocol, and does what it says."""

    def __init__(self, state: ApprovalState, publisher: CardPublisher) -> None:
        self._state = state
        self._voting = state.voting
        self._publisher = publisher
        self._tasks: set[asyncio.Task[None]] = set()
        self._reminders = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being found out."""
        return not self._tasks

    def take(self, args: Sequence[Any]) -> None:
        """Take a signal's arguments, whatever they are; never raises."""
        try:
            self._do(self._voting.receive(args, workflow.now()))
        except Exception:
            workflow.logger.exception("A signal could not be taken")

    def _do(self, actions: Actions) -> None:
        for action in actions:
            try:
                self._perform(action)
            except Exception:
                workflow.logger.exception("%s was not done", type(action).__name__)

    def _perform(self, action: Action) -> None:
        match action:
            case Check(entry=entry):
                self._begin(self._check(action), entry)
            case Turn(entry):
                self._begin(self._wait_for_turn(entry), entry)
            case Explain(refused):
                self._publisher.explain(refused)
            case Replaced(decision):
                notice = Notice(code=NoticeCode.REPLACED, status=self._state.status())
                self._publisher.tell(decision, notice)
            case Nudged(decision, again):
                self._nudge(decision, again)
            case HandedOver(decision):
                self._remind(decision, MessageKind.HAND_OVER)
            case Fault(id_, error):
                workflow.logger.error("Fault %s while a vote was heard", id_, exc_info=error)

    def _begin(self, work: Awaitable[None], entry: Entry) -> None:
        task = asyncio.create_task(self._guarded(work, entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Awaitable[None], entry: Entry) -> None:
        """A bug ends this vote only."""
        try:
            await work
        except Exception as error:
            self._do(self._voting.fail(entry, error, workflow.now()))

    async def _check(self, check: Check) -> None:
        """Find out what a vote depends on, within its time.

        One activity, not a local one: a no that arrives meanwhile has to be heard at once, and
        signals wait while a local activity runs.
        """
        left = max(check.entry.until - workflow.now(), timedelta(milliseconds=1))
        try:
            facts = await ask_now(VoteActivities.check_vote, check.what, left)
        except ActivityError as error:
            workflow.logger.warning("A vote could not be checked", exc_info=True)
            self._do(self._voting.unanswered(check, _what(error, check), workflow.now()))
        else:
            self._do(self._voting.answer(check, facts, workflow.now()))

    async def _wait_for_turn(self, entry: Entry) -> None:
        left = max((entry.until - workflow.now()).total_seconds(), 0)
        try:
            await workflow.wait_condition(lambda: entry.is_over, timeout=left)
        except TimeoutError:
            self._do(self._voting.tired(entry, workflow.now()))

    def _nudge(self, decision: Decision, again: datetime | None) -> None:
        if self._publisher.has_reminded_enough:
            self._publisher.tell(decision, Notice(code=NoticeCode.REMINDED_ENOUGH))
            return
        if again is None:
            self._remind(decision, MessageKind.NUDGE)
        whom = self._state.status().in_force.approver_ids
        self._publisher.tell(decision, Notice(code=NoticeCode.NUDGED, at=again, ids=whom))

    def _remind(self, decision: Decision, kind: MessageKind) -> None:
        self._reminders += 1
        self._publisher.remind(
            Reminder(status=self._state.status(), number=self._reminders, kind=kind, by=decision.by)
        )


def _what(error: ActivityError, check: Check) -> Unchecked:
    """What could not be found out, as far as the failure says it."""
    kind = error.cause.type if isinstance(error.cause, ApplicationError) else None
    if kind in set(Unchecked):
        return Unchecked(kind)
    return Unchecked.IDENTITY if check.what.query else Unchecked.PREVIEW
