"""Takes what arrives as decisions, has each checked in a task of its own, and counts it.

What may be counted when is said by the docket, and whether it counts by the ballot.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

from workflows.approval.checks import BadEditError, Checks, Edit, UncheckedError
from workflows.approval.display import CardPublisher
from workflows.approval.state import ApprovalState
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.decisions import Decision, Eligibility, Outcome, Refusal, Refused, Verb
from workflows.digest import differences
from workflows.user_messages import (
    UNCHECKED_OBJECTION,
    UNCHECKED_TURN,
    nudged,
    reminded,
    replaced_for_person,
)
from workflows.voting.ballot import ended
from workflows.voting.docket import MOST_A_MINUTE, Docket, Entry
from workflows.voting.parsing import Side, Vote, read_vote, side

NUDGE_PAUSE = timedelta(minutes=15)
"""How often people may be nudged about one approval."""


class Hearing:
    """The votes of one state."""

    def __init__(self, state: ApprovalState, publisher: CardPublisher) -> None:
        self._state = state
        self._publisher = publisher
        self._tasks: set[asyncio.Task[None]] = set()
        self._nudges = 0
        self._nudged_at: datetime | None = None
        self.docket = Docket()

    @property
    def is_idle(self) -> bool:
        """Whether everything that arrived has been heard."""
        return not self._tasks

    def take(self, args: Sequence[Any]) -> None:
        """Take a signal's arguments, whatever they are; never raises."""
        vote = read_vote(args, workflow.now())
        if isinstance(vote, Refused):
            self._state.ballot = self._state.ballot.refuse(vote)
            workflow.logger.warning("Refused a malformed decision: %s", vote.detail)
            return
        try:
            self._receive(vote)
        except Exception:
            self._fail(vote)

    def _receive(self, vote: Vote) -> None:
        """Count a vote at once if it needs no check; hear nobody too often."""
        state, decision = self._state, vote.decision
        if state.ballot.knows(decision) or self.docket.knows(vote):
            return
        times = self.docket.hear(vote, workflow.now())
        refusal = state.ballot.screen(vote, state.card, state.lost)
        if refusal is None and state.ballot.stands_at_once(vote):
            self._count(vote, state.ballot.known_eligibilities(decision))
        elif times <= MOST_A_MINUTE:
            self._sort(vote, refusal)
        elif times == MOST_A_MINUTE + 1:
            self._refuse(decision, Refusal.TOO_OFTEN)

    def _sort(self, vote: Vote, refusal: Refusal | None) -> None:
        """Turn away what never counts, and have the rest checked."""
        decision = vote.decision
        if refusal is not None:
            self._turn_away(decision, refusal)
        elif decision.verb is Verb.NUDGE:
            self._nudge(decision)
        elif self.docket.is_crowded(vote):
            self._refuse(decision, Refusal.TOO_OFTEN)
        else:
            self._begin(self.docket.enter(vote, workflow.now()))

    def _begin(self, entry: Entry) -> None:
        task = asyncio.create_task(self._hear(entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hear(self, entry: Entry) -> None:
        """See one vote through. A bug ends this vote only."""
        try:
            await self._see_through(entry)
        except Exception:
            self._fail(entry.vote)
        finally:
            self.docket.leave(entry)

    async def _see_through(self, entry: Entry) -> None:
        edits = bool(entry.vote.decision.arguments)
        try:
            await (self._amend(entry) if edits else self._vote(entry))
        except UncheckedError as error:
            self._give_up(entry, Refusal.UNVERIFIED, str(error))
        except BadEditError as error:
            self._give_up(entry, Refusal.BAD_EDIT, str(error))

    async def _vote(self, entry: Entry) -> None:
        """Count a vote once all is known that it depends on, and its turn has come."""
        state, checks = self._state, Checks(self._state, entry)
        while True:
            eligibilities = await checks.look_up(state.ballot)
            if checks.needs_a_look_ahead(state.ballot, eligibilities):
                await checks.look_ahead()
            await self._turn(entry)
            if entry.is_over:
                return
            if state.ballot.closed or self._is_checked(checks):
                self._conclude(entry.vote, checks)
                return

    def _is_checked(self, checks: Checks) -> bool:
        """Whether all is known of a vote as things stand now: a hand-over may have changed them."""
        ballot = self._state.ballot
        eligibilities = checks.eligibilities(ballot)
        return eligibilities is not None and not checks.needs_a_look_ahead(ballot, eligibilities)

    def _conclude(self, vote: Vote, checks: Checks) -> None:
        """Count a vote, unless what it would approve is no longer what was shown."""
        state = self._state
        if self._is_refused(vote):
            return
        eligibilities = checks.eligibilities(state.ballot) or ()
        decides = state.ballot.cast(vote, eligibilities).outcome is Outcome.APPROVED
        if decides and checks.prepared is not None:
            now_prepared = checks.prepared[1]
            # What has become impossible fails when it runs, and says why.
            if not now_prepared.problem and now_prepared.digest != state.shown.digest:
                state.drift = differences(state.shown, now_prepared)
                self._supersede(vote.decision)
                return
        self._count(vote, eligibilities)

    def _supersede(self, decision: Decision) -> None:
        state = self._state
        self._record(decision, Refusal.OUTDATED)
        end = ended(Outcome.SUPERSEDED, workflow.now())
        state.put(state.ballot.close(Outcome.SUPERSEDED, end), workflow.now())
        self._publisher.tell(decision, replaced_for_person(state.status()))

    async def _turn(self, entry: Entry) -> None:
        """Wait until nothing is before a vote, or it makes no difference any more."""
        while not self._is_due(entry):
            left = max((entry.until - workflow.now()).total_seconds(), 0)
            try:
                await workflow.wait_condition(lambda: self._is_due(entry), timeout=left)
            except TimeoutError as error:
                opposed = self.docket.is_opposed
                what = UNCHECKED_OBJECTION if opposed else UNCHECKED_TURN
                raise UncheckedError(what) from error

    def _is_due(self, entry: Entry) -> bool:
        return entry.is_over or self._state.ballot.closed or self.docket.is_free(entry)

    def _count(self, vote: Vote, eligibilities: Sequence[Eligibility]) -> None:
        """Count a vote now. What came about while it was checked comes first."""
        state, decision = self._state, vote.decision
        if state.ballot.knows(decision) or self._is_refused(vote):
            return
        before = state.ballot
        state.put(before.cast(vote, eligibilities), workflow.now())
        if state.ballot.refused != before.refused:
            self._publisher.explain(state.ballot.refused[-1])
            if state.ballot.refused[-1].why is Refusal.UNVERIFIED:
                self._overturn(vote)
        elif decision.verb is Verb.HAND_OVER and not state.ballot.closed:
            self._remind(decision, "hand over")

    def _overturn(self, vote: Vote) -> None:
        """After a no of which nobody knows whether it counts, nothing counts that it opposed."""
        if side(vote) is Side.NO and not self._state.ballot.closed:
            for entry in self.docket.overturn():
                self._refuse(entry.vote.decision, Refusal.UNVERIFIED, UNCHECKED_OBJECTION)

    def _give_up(self, entry: Entry, why: Refusal, detail: str) -> None:
        """A vote that cannot be counted: say so, unless it was settled meanwhile."""
        if not entry.is_over and not self._is_refused(entry.vote):
            self._refuse(entry.vote.decision, why, detail)
            self._overturn(entry.vote)

    def _fail(self, vote: Vote) -> None:
        """A bug: the vote ends in words, and the log says which bug it was. Never raises."""
        id_ = str(workflow.uuid4())[:8]
        workflow.logger.exception("Fault %s while a vote was heard", id_)
        try:
            self._refuse(vote.decision, Refusal.FAULT, id_)
            self._overturn(vote)
        except Exception:
            workflow.logger.exception("Fault %s cannot be told", id_)

    def _is_refused(self, vote: Vote) -> bool:
        """Whether a vote cannot count whoever made it; that is put on the record."""
        refusal = self._state.ballot.screen(vote, self._state.card, self._state.lost)
        if refusal is not None:
            self._turn_away(vote.decision, refusal)
        return refusal is not None

    def _turn_away(self, decision: Decision, refusal: Refusal) -> None:
        self._refuse(decision, refusal)
        if refusal is Refusal.CLOSED:
            self._state.changes += 1  # whoever could press saw a card that was out of date

    def _refuse(self, decision: Decision, why: Refusal, detail: str = "") -> None:
        self._publisher.explain(self._record(decision, why, detail))

    def _record(self, decision: Decision, why: Refusal, detail: str = "") -> Refused:
        refused = Refused(why=why, at=decision.at, decision=decision, detail=detail)
        self._state.ballot = self._state.ballot.refuse(refused)
        return refused

    async def _amend(self, entry: Entry) -> None:
        """Have the call asked for as the approver changed it, and count their vote for that."""
        checks = Checks(self._state, entry)
        while True:
            await self._check_edit(entry.vote, checks)
            await self._turn(entry)
            if entry.is_over:
                return
            if self._state.ballot.closed or self._is_edit_checked(entry.vote, checks):
                self._conclude_edit(entry.vote, checks)
                return

    async def _check_edit(self, vote: Vote, checks: Checks) -> None:
        state = self._state
        if not self._may_amend(vote, await checks.look_up(state.ballot)):
            return
        edit = await checks.read_edit()
        await checks.look_up(state.ballot.amend(edit.rule, edit.digest))
        if not checks.lives:
            await checks.find_conversation()

    def _is_edit_checked(self, vote: Vote, checks: Checks) -> bool:
        """Whether all is known of an edit as things stand now."""
        state, edit = self._state, checks.edit
        eligibilities = checks.eligibilities(state.ballot)
        if eligibilities is None:
            return False
        if not self._may_amend(vote, eligibilities):
            return True
        if edit is None or edit.of != state.call or not checks.lives:
            return False
        return checks.eligibilities(state.ballot.amend(edit.rule, edit.digest)) is not None

    def _may_amend(self, vote: Vote, eligibilities: Sequence[Eligibility]) -> bool:
        """Whether they may approve the call as it is.

        Who may not approve the changed call may not change it either, so that nobody can
        edit their way around a rule.
        """
        ballot = self._state.ballot
        return ballot.cast(_unedited(vote), eligibilities).refused == ballot.refused

    def _conclude_edit(self, vote: Vote, checks: Checks) -> None:
        state, edit = self._state, checks.edit
        eligibilities = checks.eligibilities(state.ballot) or ()
        if state.ballot.closed or edit is None or not self._may_amend(vote, eligibilities):
            self._count(_unedited(vote), eligibilities)  # for the record, and to say why
            return
        seen = checks.eligibilities(state.ballot.amend(edit.rule, edit.digest)) or ()
        if not self._is_refused(_undated(vote)):
            self._count_amended(_undated(vote), edit, seen)

    def _count_amended(self, vote: Vote, edit: Edit, seen: Sequence[Eligibility]) -> None:
        state = self._state
        amended = state.ballot.amend(edit.rule, edit.digest)
        refusal = amended.screen(vote, state.card, state.lost)
        counted = amended.cast(vote, seen)
        if refusal is None and counted.refused != amended.refused:
            refusal = counted.refused[-1].why
        if refusal:
            self._refuse(vote.decision, refusal)
            return
        state.effective, state.prepared = edit.call, edit.prepared
        state.changes += 1
        state.put(counted, workflow.now())

    def _nudge(self, decision: Decision) -> None:
        now = workflow.now()
        if self._nudged_at is not None and now - self._nudged_at < NUDGE_PAUSE:
            self._publisher.tell(decision, reminded(self._nudged_at + NUDGE_PAUSE))
            return
        self._nudged_at = now
        self._remind(decision, "nudge")
        self._publisher.tell(decision, nudged())

    def _remind(self, decision: Decision, kind: str) -> None:
        self._nudges += 1
        status = self._state.status()
        self._publisher.remind(
            Reminder(status=status, number=self._nudges, kind=kind, by=decision.by)
        )


def _undated(vote: Vote) -> Vote:
    """Without the digest of what was seen: what is approved is what they wrote themselves."""
    return replace(vote, decision=vote.decision.model_copy(update={"digest": ""}))


def _unedited(vote: Vote) -> Vote:
    return replace(vote, decision=vote.decision.model_copy(update={"arguments": ""}))
