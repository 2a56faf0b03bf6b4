"""Takes what arrives as decisions, one after the other, and has the ballot count it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.activities import AgentActivities, DirectoryActivities, PolicyActivities
from workflows.ballot import Ballot, ended
from workflows.case import Case
from workflows.contracts import Call, Person, Prepared
from workflows.decisions import Decision, Outcome, Refusal, Refused, Standing, Verb
from workflows.differences import differences, with_reason_of
from workflows.errands import Plea, Question, Reminder
from workflows.patience import ask_now, prepare
from workflows.rules import Rule, Ruling, Verdict
from workflows.showing import Showing
from workflows.votes import Vote, read_vote
from workflows.words import nudged, reminded, replaced_for_person

NUDGE_PAUSE = timedelta(minutes=15)
"""How often people may be nudged about one approval."""


class Hearing:
    """The votes of one case. What came first is heard first, however long a look-up takes."""

    def __init__(self, case: Case, showing: Showing) -> None:
        self._case = case
        self._showing = showing
        self._waiting: list[Vote] = []
        self._nudges = 0
        self._nudged_at: datetime | None = None

    def take(self, args: Sequence[Any]) -> None:
        """Take a signal's arguments, whatever they are; never raises."""
        vote = read_vote(args, workflow.now())
        if isinstance(vote, Refused):
            self._case.ballot = self._case.ballot.refuse(vote)
            workflow.logger.warning("Refused a malformed decision: %s", vote.detail)
        elif self._case.rule is None:
            self._count(vote, ())  # as it was done when this approval was asked for
        else:
            self._waiting.append(vote)

    @property
    def is_idle(self) -> bool:
        """Whether everything that arrived has been heard."""
        return not self._waiting

    async def hear_all(self) -> None:
        """Hear votes for as long as the approval lives: who comes too late is told so."""
        while True:
            await workflow.wait_condition(lambda: not self.is_idle)
            await self._hear(self._waiting[0])
            self._waiting.pop(0)

    async def _hear(self, vote: Vote) -> None:
        case, decision = self._case, vote.decision
        if case.ballot.knows(decision) or self._is_refused(vote):
            return
        if decision.verb is Verb.NUDGE:
            self._nudge(decision)
            return
        standings = await self._look_up(case.ballot, decision)
        try:
            if decision.arguments and standings:
                await self._amend(vote, standings)
            elif await self._still_holds(vote, standings):
                self._count(vote, standings)
        except ActivityError:
            workflow.logger.exception("A vote could not be checked")
            self._refuse(decision, Refusal.UNVERIFIED)

    def _count(self, vote: Vote, standings: Sequence[Standing]) -> None:
        """Count a vote now. What came about while it was looked up comes first."""
        case, decision = self._case, vote.decision
        if case.ballot.knows(decision) or self._is_refused(vote):
            return
        before = case.ballot
        case.put(before.cast(vote, standings), workflow.now())
        if case.ballot.refused != before.refused:
            self._showing.explain(case.ballot.refused[-1])
        elif decision.verb is Verb.HAND_OVER and not case.ballot.closed:
            self._remind(decision, "hand over")

    def _is_refused(self, vote: Vote) -> bool:
        """Whether a vote cannot count whoever made it; that is put on the record."""
        case = self._case
        refusal = case.ballot.screen(vote, case.card, case.lost)
        if refusal:
            self._refuse(vote.decision, refusal)
        if refusal is Refusal.CLOSED and case.rule is not None:
            case.changes += 1  # whoever could press saw a card that was out of date
        return refusal is not None

    def _refuse(self, decision: Decision, why: Refusal, detail: str = "") -> None:
        self._showing.explain(self._record(decision, why, detail))

    def _record(self, decision: Decision, why: Refusal, detail: str = "") -> Refused:
        refused = Refused(why=why, at=decision.at, decision=decision, detail=detail)
        self._case.ballot = self._case.ballot.refuse(refused)
        return refused

    async def _look_up(self, ballot: Ballot, decision: Decision) -> tuple[Standing, ...]:
        """What Slack says of the voter; nothing at all if it cannot be asked."""
        if ballot.rule is None or not ballot.needs_look_up(decision):
            return ()
        people = tuple(_distinct(ballot.asked_about(decision)))
        question = Question(people=people, rule=ballot.rule)
        try:
            return tuple(await ask_now(DirectoryActivities.look_up, question))
        except ActivityError:
            workflow.logger.warning("A voter could not be looked up", exc_info=True)
            return ()

    async def _still_holds(self, vote: Vote, standings: Sequence[Standing]) -> bool:
        """Before the vote that approves: whether what was shown is still what would be done."""
        case = self._case
        if case.ballot.cast(vote, standings).outcome is not Outcome.APPROVED:
            return True
        now_prepared: Prepared = await prepare(AgentActivities.prepare_call, case.call)
        if now_prepared.problem or now_prepared.digest == case.shown.digest:
            return True  # what has become impossible fails when it runs, and says why
        if not case.ballot.closed:
            case.drift = differences(case.shown, now_prepared)
            self._record(vote.decision, Refusal.OUTDATED)
            end = ended(Outcome.SUPERSEDED, workflow.now())
            case.put(case.ballot.close(Outcome.SUPERSEDED, end), workflow.now())
            self._showing.tell(vote.decision, replaced_for_person(case.status()))
        return False

    async def _amend(self, vote: Vote, standings: Sequence[Standing]) -> None:
        """Have the call asked for as the approver changed it, and count their vote for that.

        Who may not approve the changed call may not change it either, so that nobody can
        edit their way around a rule.
        """
        case, unedited = self._case, _unedited(vote)
        if case.ballot.cast(unedited, standings).refused != case.ballot.refused:
            self._count(unedited, standings)  # for the record, and to say why
            return
        edit = await self._edit(vote.decision)
        if edit is None:
            return
        seen = await self._look_up(case.ballot.amend(edit.rule, edit.digest), vote.decision)
        if not self._is_refused(_undated(vote)):
            self._count_amended(_undated(vote), edit, seen)

    async def _edit(self, decision: Decision) -> "_Edit | None":
        """The call as the approver changed it and the rule for it; None, and said, if refused."""
        case = self._case
        call = _edited(case.call, decision.arguments)
        prepared: Prepared = await prepare(AgentActivities.prepare_call, call)
        if prepared.problem:
            self._refuse(decision, Refusal.BAD_EDIT, prepared.problem)
            return None
        prepared = prepared.model_copy(update={"reason": case.request.prepared.reason})
        plea = Plea(call=call, prepared=prepared)
        ruling: Ruling = await prepare(PolicyActivities.judge, plea)
        rule = self._rule_after_edit(ruling)
        if rule is None:
            self._refuse(decision, Refusal.BAD_EDIT, ruling.because)
            return None
        return _Edit(call, prepared, rule)

    def _count_amended(self, vote: Vote, edit: "_Edit", seen: Sequence[Standing]) -> None:
        case = self._case
        amended = case.ballot.amend(edit.rule, edit.digest)
        refusal = amended.screen(vote, case.card, case.lost)
        counted = amended.cast(vote, seen)
        if refusal is None and counted.refused != amended.refused:
            refusal = counted.refused[-1].why
        if refusal:
            self._refuse(vote.decision, refusal)
            return
        case.effective, case.prepared = edit.call, edit.prepared
        case.changes += 1
        case.put(counted, workflow.now())

    def _rule_after_edit(self, ruling: Ruling) -> Rule | None:
        """The rule for the edited call; what needs no approval is approved by who edited it."""
        if ruling.verdict is Verdict.ALLOW:
            return self._case.rule
        return ruling.rule if ruling.verdict is Verdict.ASK else None

    def _nudge(self, decision: Decision) -> None:
        now = workflow.now()
        if self._nudged_at is not None and now - self._nudged_at < NUDGE_PAUSE:
            self._showing.tell(decision, reminded(self._nudged_at + NUDGE_PAUSE))
            return
        self._nudged_at = now
        self._remind(decision, "nudge")
        self._showing.tell(decision, nudged())

    def _remind(self, decision: Decision, kind: str) -> None:
        self._nudges += 1
        status = self._case.status()
        self._showing.remind(
            Reminder(status=status, number=self._nudges, kind=kind, by=decision.by)
        )


@dataclass(frozen=True, slots=True)
class _Edit:
    """A call as an approver changed it."""

    call: Call
    prepared: Prepared
    rule: Rule

    @property
    def digest(self) -> str:
        return self.prepared.digest


def _undated(vote: Vote) -> Vote:
    """Without the digest of what was seen: what is approved is what they wrote themselves."""
    return replace(vote, decision=vote.decision.model_copy(update={"digest": ""}))


def _unedited(vote: Vote) -> Vote:
    return replace(vote, decision=vote.decision.model_copy(update={"arguments": ""}))


def _edited(call: Call, arguments: str) -> Call:
    """The call with other arguments. The reason is the model's and stays."""
    return call.model_copy(update={"arguments": with_reason_of(call.arguments, arguments)})


def _distinct(people: Sequence[Person]) -> list[Person]:
    return list({(it.team, it.user): it for it in people}.values())
