"""Decides one question: what arrives goes in, and what has to be done comes out.

`Voting` performs nothing and knows no clock. Whoever drives it hands in votes, answers and the
time, and does what each call returns, in that order: find something out (`Check`), wait for a
turn (`Turn`), or tell somebody (the rest). The approval workflow drives it with activities, and
the tests with a small model of a workspace.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from workflows.contracts.activity_inputs import VoteCheck, VoteFacts
from workflows.contracts.approvals import ApprovalRequest, Card
from workflows.contracts.core import Call, Difference, Prepared
from workflows.contracts.decisions import (
    Decision,
    Eligibility,
    Outcome,
    Refusal,
    Refused,
    Stop,
    Unchecked,
    Verb,
)
from workflows.contracts.rules import Ruling, Verdict
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
from workflows.voting.ballot import Ballot, ended
from workflows.voting.docket import MOST_A_MINUTE, Docket, Edit, Entry
from workflows.voting.drift import drift_of
from workflows.voting.parsing import Side, Vote, read_vote, side
from workflows.voting.requirements import Requirements
from workflows.voting.screening import screen

NUDGE_PAUSE = timedelta(minutes=15)
"""How often people may be nudged about one approval."""
NUDGES_KEPT = 100
"""How many are known when Slack delivers them again."""
BY_FORCE = frozenset({Stop.TERMINATED, Stop.CANCELED, Stop.TIMED_OUT, Stop.FAILED})
"""Ends of a conversation that end its approvals. One that Temporal does not know is no reason:
an approval may have been asked for without any."""


@dataclass
class Voting:
    """The votes on one request, from what arrives to what is settled. No method raises.

    `name_fault` gives an id to a bug: what depends on chance is the caller's.
    """

    request: ApprovalRequest
    name_fault: Callable[[], str]
    ballot: Ballot = field(init=False)
    docket: Docket = field(default_factory=Docket)
    effective: Call | None = None
    """The call as an approver changed it."""
    prepared: Prepared | None = None
    """`effective` in plain words."""
    drift: tuple[Difference, ...] = ()
    """What changed in the world between the asking and the approval."""
    impossible: str = ""
    """Why what was approved can't be done, as its last check found; empty if nothing is known."""
    card: Card | None = None
    lost: str = ""
    """`ts` of a card that somebody deleted."""
    stopped: Stop | None = None
    ended_at: datetime | None = None
    stale: int = 0
    """How many presses found it closed: each saw a card that was out of date."""
    _nudged_at: datetime | None = None
    _nudges: deque[str] = field(default_factory=lambda: deque(maxlen=NUDGES_KEPT))
    """Ids of the presses that asked for one: no ballot has them."""
    _actions: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with the ballot that the request asks for."""
        request = self.request
        self.ballot = Ballot(
            requester=request.call.requester,
            rule=request.rule,
            digest=request.prepared.digest,
            deadline=request.deadline,
        )

    @property
    def call(self) -> Call:
        """What will run: as proposed, or as an approver changed it."""
        return self.effective or self.request.call

    @property
    def shown(self) -> Prepared:
        """That call in plain words."""
        return self.prepared or self.request.prepared

    def receive(self, args: Sequence[Any], now: datetime) -> Actions:
        """Take a signal's arguments, whatever they are."""
        vote = read_vote(args, now)
        if isinstance(vote, Refused):
            self.ballot = self.ballot.refuse(vote)
            return (Explain(vote),)
        return self._guarded(vote, lambda: self._take(vote, now), now)

    def answer(self, check: Check, facts: VoteFacts, now: datetime) -> Actions:
        """Take what was found out for a vote."""
        entry = check.entry
        return self._guarded(entry.vote, lambda: self._learn(check, facts, now), now, entry)

    def unanswered(self, check: Check, what: Unchecked, now: datetime) -> Actions:
        """Something could not be found out in time."""
        entry = check.entry
        return self._guarded(entry.vote, lambda: self._give_up(entry, what), now, entry)

    def tired(self, entry: Entry, now: datetime) -> Actions:
        """A vote whose turn did not come in time is given up."""
        what = Unchecked.OBJECTION if self.docket.is_opposed else Unchecked.TURN
        if entry.asked is not None:
            what = _unknown(entry.asked)
        return self._guarded(entry.vote, lambda: self._give_up(entry, what), now, entry)

    def fail(self, entry: Entry, error: Exception, now: datetime) -> Actions:
        """Whoever drives this ran into a bug of their own: this vote ends in words."""
        if entry.is_over:
            return (Fault(self.name_fault(), error),)
        self._fail(entry.vote, error, entry)
        return self._settled(now)

    def close(self, outcome: Outcome, now: datetime, decision: Decision | None = None) -> None:
        """End the question without a vote; an outcome that stands stays."""
        self._put(self.ballot.close(outcome, decision), now)

    def stop(self, why: Stop, now: datetime) -> None:
        """End the question by force, unless it has ended: then it has, and that stands."""
        if not self.ballot.closed:
            self.stopped = why
            self.close(Outcome.STOPPED, now, ended(Outcome.STOPPED, now))

    def escalate(self) -> None:
        """Let those decide too to whom the rule escalates."""
        self.ballot = self.ballot.escalate()

    def _guarded(
        self, vote: Vote, step: Callable[[], None], now: datetime, entry: Entry | None = None
    ) -> Actions:
        """Do one step and all that becomes possible by it. A bug in it ends this vote only."""
        if entry is not None:
            entry.asked = None
        if entry is None or not entry.is_over:
            try:
                step()
            except Exception as error:
                self._fail(vote, error, entry)
        return self._settled(now)

    def _settled(self, now: datetime) -> Actions:
        """Go on with every vote that can go on, and hand out what is to be done."""
        for entry in self._moving(now):
            try:
                self._conclude(entry, now)
            except Exception as error:
                self._fail(entry.vote, error, entry)
        actions, self._actions = self._actions, []
        return actions

    def _moving(self, now: datetime) -> Iterator[Entry]:
        """Votes whose turn has come, one after the other: each may change what the next finds."""
        while True:
            entries = [*self.docket.entries]
            ready = next((it for it in entries if self._is_moving(it, now)), None)
            if ready is not None:
                yield ready
            elif entries == self.docket.entries:  # nothing was given up, for which another waited
                return

    def _is_moving(self, entry: Entry, now: datetime) -> bool:
        """Whether a vote can be concluded now; if not, what it waits for is seen to."""
        try:
            has_changed = self.ballot.closed or self._is_for_another(entry)
            return not entry.is_over and (has_changed or self._is_ready(entry, now))
        except Exception as error:
            self._fail(entry.vote, error, entry)
            return False

    def _is_for_another(self, entry: Entry) -> bool:
        """Whether it approves what was asked before an edit; an edit stands for itself."""
        is_edit = bool(entry.vote.decision.arguments)
        return entry.vote.approve and not is_edit and entry.digest != self.ballot.digest

    def _is_ready(self, entry: Entry, now: datetime) -> bool:
        if entry.asked is not None:
            return False
        if missing := self._requirements(entry).missing:
            self._ask(entry, missing, now)
            return False
        if self.docket.is_free(entry):
            return True
        if not entry.waits:
            entry.waits = True
            self._actions.append(Turn(entry))
        return False

    def _requirements(self, entry: Entry) -> Requirements:
        return Requirements(self.request, self.call, self.ballot, entry)

    def _ask(self, entry: Entry, what: VoteCheck, now: datetime) -> None:
        if now >= entry.until:
            self._give_up(entry, _unknown(what))
            return
        entry.asked = what
        self._actions.append(Check(entry, what))

    def _take(self, vote: Vote, now: datetime) -> None:
        """Count a vote at once if it needs no check; hear nobody too often."""
        ballot, decision = self.ballot, vote.decision
        if ballot.knows(decision) or self.docket.knows(vote) or decision.id in self._nudges:
            return
        times = self.docket.hear(vote, now)
        refusal = screen(ballot, vote, self.card, self.lost)
        if refusal is None and ballot.stands_at_once(vote):
            self._count(vote, ballot.known_eligibilities(decision), now)
        elif times <= MOST_A_MINUTE:
            self._sort(vote, refusal, now)
        elif times == MOST_A_MINUTE + 1:
            self._refuse(decision, Refusal.TOO_OFTEN)

    def _sort(self, vote: Vote, refusal: Refusal | None, now: datetime) -> None:
        """Turn away what never counts, and have the rest checked."""
        decision = vote.decision
        if refusal is not None:
            self._turn_away(decision, refusal)
        elif decision.verb is Verb.NUDGE:
            self._nudge(decision, now)
        elif self.docket.is_crowded(vote):
            self._refuse(decision, Refusal.TOO_OFTEN)
        else:
            self.docket.enter(vote, now, self.ballot.digest)

    def _learn(self, check: Check, facts: VoteFacts, now: datetime) -> None:
        """Note what was found out; of an answer that says nothing the same is not asked again."""
        entry, what = check.entry, check.what
        if what.query is not None and facts.eligibilities is not None:
            entry.looked_up.append((what.query, facts.eligibilities))
        if what.call is not None and (what.recount is None or facts.recounted is not None):
            entry.preview, entry.recounted = facts.prepared, facts.recounted
        if what.edited is not None and facts.edited is not None:
            self._read_edit(entry, what.edited, facts.edited, facts.ruling)
        if what.conversation:
            entry.is_conversation_known = True
            if facts.conversation_end in BY_FORCE:
                self.stop(Stop.CONVERSATION, now)
        missing = None if entry.is_over else self._requirements(entry).missing
        if missing is not None and facts.away and (missing.call or missing.edited):
            self._give_up(entry, Unchecked.SERVER, facts.away)
        elif missing == what:
            self._give_up(entry, _unknown(what))

    def _read_edit(
        self, entry: Entry, call: Call, prepared: Prepared, ruling: Ruling | None
    ) -> None:
        """What an approver wrote, if it can be asked for; what needs no approval they approve."""
        if prepared.problem or ruling is None:
            self._settle(entry, Refusal.BAD_EDIT, prepared.problem)
        elif ruling.verdict is Verdict.ALLOW:
            entry.edit = Edit(call, prepared)
        elif ruling.verdict is Verdict.ASK and ruling.rule is not None:
            entry.edit = Edit(call, prepared, ruling.rule)
        else:
            self._settle(entry, Refusal.BAD_EDIT, ruling.because)

    def _conclude(self, entry: Entry, now: datetime) -> None:
        """Count a vote of which all is known, or say why it does not count."""
        self.docket.leave(entry)
        if entry.vote.decision.arguments:
            self._conclude_edit(entry, now)
        elif self._is_refused(entry.vote):
            return
        elif self._is_for_another(entry):
            self._refuse(entry.vote.decision, Refusal.OUTDATED)
        else:
            self._conclude_vote(entry, now)

    def _conclude_vote(self, entry: Entry, now: datetime) -> None:
        """Count it, unless what it would approve is no longer what was shown."""
        requirements = self._requirements(entry)
        drift = drift_of(self.request, self.shown, entry)
        if drift is not None and requirements.approves:
            self.drift = drift
            self._supersede(entry.vote.decision, now)
        else:
            self._count(entry.vote, requirements.eligibilities(self.ballot), now)
            if self.ballot.outcome is Outcome.APPROVED and entry.preview is not None:
                self.impossible = entry.preview.problem

    def _supersede(self, decision: Decision, now: datetime) -> None:
        self._record(decision, Refusal.OUTDATED)
        self.close(Outcome.SUPERSEDED, now, ended(Outcome.SUPERSEDED, now))
        self._actions.append(Replaced(decision))

    def _conclude_edit(self, entry: Entry, now: datetime) -> None:
        requirements, edit = self._requirements(entry), entry.edit
        if self.ballot.closed or edit is None or not requirements.may_amend:
            # For the record, and to say why.
            eligibilities = requirements.eligibilities(self.ballot)
            self._count(requirements.unedited, eligibilities, now)
            return
        # What is approved is what they wrote themselves, whatever they had seen.
        decision = entry.vote.decision.model_copy(update={"digest": ""})
        vote = replace(entry.vote, decision=decision)
        if not self._is_refused(vote):
            self._amend(vote, requirements, edit, now)

    def _amend(self, vote: Vote, requirements: Requirements, edit: Edit, now: datetime) -> None:
        amended = requirements.amended(edit)
        refusal = screen(amended, vote, self.card, self.lost)
        counted = amended.cast(vote, requirements.eligibilities(amended))
        if refusal is None and counted.refused != amended.refused:
            refusal = counted.refused[-1].why
        if refusal:
            self._refuse(vote.decision, refusal)
            return
        self.effective, self.prepared = edit.call, edit.prepared
        self._put(counted, now)

    def _count(self, vote: Vote, eligibilities: Sequence[Eligibility], now: datetime) -> None:
        """Count a vote now. What came about while it was checked comes first."""
        before, decision = self.ballot, vote.decision
        if before.knows(decision) or self._is_refused(vote):
            return
        self._put(before.cast(vote, eligibilities), now)
        if self.ballot.refused != before.refused:
            self._actions.append(Explain(self.ballot.refused[-1]))
            if self.ballot.refused[-1].why is Refusal.UNVERIFIED:
                self._overturn(vote)
        elif decision.verb is Verb.HAND_OVER and not self.ballot.closed:
            self._actions.append(HandedOver(decision))

    def _overturn(self, vote: Vote) -> None:
        """After a no of which nobody knows whether it counts, nothing counts that it opposed."""
        if side(vote) is Side.NO and not self.ballot.closed:
            for entry in self.docket.overturn():
                self._refuse(entry.vote.decision, Refusal.UNVERIFIED, unchecked=Unchecked.OBJECTION)

    def _give_up(self, entry: Entry, what: Unchecked, detail: str = "") -> None:
        """A vote that cannot be checked: say so, unless it was settled meanwhile."""
        if not entry.is_over:
            self._settle(entry, Refusal.UNVERIFIED, detail, what)

    def _settle(
        self, entry: Entry, why: Refusal, detail: str = "", unchecked: Unchecked | None = None
    ) -> None:
        self.docket.leave(entry)
        if not self._is_refused(entry.vote):
            self._refuse(entry.vote.decision, why, detail, unchecked)
            self._overturn(entry.vote)

    def _fail(self, vote: Vote, error: Exception, entry: Entry | None) -> None:
        """A bug: the vote ends in words, and the log says which bug it was."""
        id_ = self.name_fault()
        self._actions.append(Fault(id_, error))
        try:
            if entry is not None:
                self.docket.leave(entry)
            self._refuse(vote.decision, Refusal.FAULT, id_)
            self._overturn(vote)
        except Exception as again:
            self._actions.append(Fault(id_, again))

    def _is_refused(self, vote: Vote) -> bool:
        """Whether a vote cannot count whoever made it; that is put on the record."""
        refusal = screen(self.ballot, vote, self.card, self.lost)
        if refusal is not None:
            self._turn_away(vote.decision, refusal)
        return refusal is not None

    def _turn_away(self, decision: Decision, refusal: Refusal) -> None:
        self._refuse(decision, refusal)
        if refusal is Refusal.CLOSED:
            self.stale += 1

    def _refuse(
        self, decision: Decision, why: Refusal, detail: str = "", unchecked: Unchecked | None = None
    ) -> None:
        self._actions.append(Explain(self._record(decision, why, detail, unchecked)))

    def _record(
        self, decision: Decision, why: Refusal, detail: str = "", unchecked: Unchecked | None = None
    ) -> Refused:
        refused = Refused(
            why=why, at=decision.at, decision=decision, detail=detail, unchecked=unchecked
        )
        self.ballot = self.ballot.refuse(refused)
        return refused

    def _nudge(self, decision: Decision, now: datetime) -> None:
        self._nudges.append(decision.id)
        if self._nudged_at is not None and now - self._nudged_at < NUDGE_PAUSE:
            self._actions.append(Nudged(decision, again=self._nudged_at + NUDGE_PAUSE))
            return
        self._nudged_at = now
        self._actions.append(Nudged(decision))

    def _put(self, ballot: Ballot, now: datetime) -> None:
        if ballot.closed and not self.ballot.closed:
            self.ended_at = now
        self.ballot = ballot


def _unknown(what: VoteCheck) -> Unchecked:
    """What is not known if nobody answered at all."""
    return Unchecked.IDENTITY if what.query else Unchecked.PREVIEW
