"""Who has decided what, and whether it counts. Pure: no clock, no I/O, no Temporal.

What can be refused without looking anybody up is refused by `workflows.voting.screening` before.
`Ballot.cast` asks what Slack says of the person now, and counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflows.contracts.core import Person
from workflows.contracts.decisions import (
    Account,
    CountedVote,
    Decision,
    Eligibility,
    HandOver,
    Outcome,
    Refusal,
    Refused,
    Verb,
    Via,
)
from workflows.contracts.rules import Rule
from workflows.voting.delegation import Delegation
from workflows.voting.parsing import Side, Vote, side
from workflows.voting.quorum import Seat, seat, seated

REFUSED_LIMIT = 100
"""Refused attempts that are kept. The workflow's history has all of them."""
REFUSED_TEXT = 500
"""Characters that are kept of each text in them, since they travel with every card."""
NOT_COUNTED = {
    Account.GUEST: Refusal.GUEST,
    Account.EXTERNAL: Refusal.EXTERNAL,
    Account.DEACTIVATED: Refusal.DEACTIVATED,
    Account.BOT: Refusal.NOT_AN_APPROVER,
}
"""Accounts that never decide, whatever list they are on."""
ANYBODYS = frozenset({Verb.WITHDRAW, Verb.NUDGE})
"""What needs no look-up: withdrawing is the requester's, and a nudge decides nothing."""
NO_OUTCOMES = {
    Verb.WITHDRAW: Outcome.WITHDRAWN,
    Verb.REQUEST_CHANGES: Outcome.CHANGES_REQUESTED,
}
"""What a no comes to that is no plain one."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The state of one question. Every method returns a new ballot; none forgets an outcome."""

    requester: Person
    rule: Rule
    digest: str = ""
    outcome: Outcome = Outcome.PENDING
    decision: Decision | None = None
    votes: tuple[CountedVote, ...] = ()
    claims: tuple[tuple[Seat, ...], ...] = ()
    """For each vote the seats it may take; a later vote may move an earlier one among them."""
    replaced: tuple[str, ...] = ()
    """Presses whose vote a later one by the same person took the place of."""
    refused: tuple[Refused, ...] = ()
    handed: tuple[HandOver, ...] = ()
    escalated: bool = False
    deadline: datetime | None = None
    """From when on a yes counts no more; a no does for as long as the question is open."""

    @property
    def closed(self) -> bool:
        """Whether an outcome stands. It never changes again."""
        return self.outcome is not Outcome.PENDING

    @property
    def reached(self) -> int:
        """How many of the rule's seats are filled."""
        return seated(self.votes, self.rule.panels)

    @property
    def delegation(self) -> Delegation:
        """Who may act in whose place now."""
        return Delegation(self.rule, self.requester, self.handed, self.escalated)

    @property
    def voters(self) -> tuple[Person, ...]:
        """Those whose yes counts; nobody for an operator's."""
        return tuple(it.decision.by for it in self.votes if it.decision.by)

    def has_voted(self, person: Person | None) -> bool:
        """Whether somebody's yes counts already."""
        return any(it.same_as(person) for it in self.voters)

    def knows(self, decision: Decision) -> bool:
        """Whether this very press was here before: Slack may deliver it twice."""
        return decision.id in {
            *((self.decision.id,) if self.decision else ()),
            *(vote.decision.id for vote in self.votes),
            *self.replaced,
            *(refused.decision.id for refused in self.refused if refused.decision),
            *(handed.press for handed in self.handed),
        }

    def stands_at_once(self, vote: Vote) -> bool:
        """Whether a no that was screened counts without asking Slack who it is from.

        Not being allowed to approve is what has to be looked up before anything happens. A no
        by somebody whom the rule names can do no harm, whatever became of their account.
        """
        decision = vote.decision
        if side(vote) is not Side.NO:
            return False
        return not self.needs_look_up(decision) or bool(self.known_eligibilities(decision))

    def known_eligibilities(self, decision: Decision) -> tuple[Eligibility, ...]:
        """What the rule itself says of whom a vote depends on; nothing unless it names the voter.

        It is evidence enough for a no.
        """
        found = tuple(self._known(person.user) for person in self.asked_about(decision))
        if not found:
            return ()
        return found if found[0].panels or (self.escalated and found[0].escalated) else ()

    def needs_look_up(self, decision: Decision) -> bool:
        """Whether Slack has to be asked who this is. Nobody vouches for an operator."""
        return decision.via.is_verified and decision.verb not in ANYBODYS

    def asked_about(self, decision: Decision) -> tuple[Person, ...]:
        """On whom a vote depends: the voter, then those in whose place they may act."""
        if decision.by is None:
            return ()
        if decision.verb is Verb.HAND_OVER:
            # Nobody else is asked about: who was given a vote does not pass it on.
            return (decision.by, decision.to) if decision.to else (decision.by,)
        return (decision.by, *self.delegation.delegators(decision.by, decision.at))

    def cast(self, vote: Vote, eligibilities: Sequence[Eligibility] = ()) -> "Ballot":
        """Count a vote that was screened, or record why it does not count.

        Args:
            vote: what arrived.
            eligibilities: what Slack says of `asked_about(vote.decision)`, in that order; none
                at all if it could not be looked up, which is never taken for a yes.
        """
        decision = vote.decision
        if self.closed or self.knows(decision) or decision.verb is Verb.NUDGE:
            return self
        if not self.needs_look_up(decision):
            return self._count(vote, (self._any_seat(decision),))
        if len(eligibilities) < len(self.asked_about(decision)) or not eligibilities:
            return self._refuse(decision, Refusal.UNVERIFIED)
        vote = _called(vote, eligibilities[0].name)
        decision = vote.decision
        seats = self._entitled(decision, eligibilities)
        if isinstance(seats, Refusal):
            return self._refuse(decision, seats, eligibilities[0])
        return self._count(vote, seats)

    def refuse(self, refused: Refused) -> "Ballot":
        """Record an attempt that does not count."""
        return replace(self, refused=(*self.refused, _short(refused))[-REFUSED_LIMIT:])

    def amend(self, rule: Rule, digest: str) -> "Ballot":
        """Ask for something else: what was approved before is set aside, on the record."""
        if self.closed:
            return self
        aside = (
            _short(Refused(why=Refusal.OUTDATED, at=vote.decision.at, decision=vote.decision))
            for vote in self.votes
        )
        refused = (*self.refused, *aside)[-REFUSED_LIMIT:]
        return replace(self, rule=rule, digest=digest, votes=(), claims=(), refused=refused)

    def close(self, outcome: Outcome, decision: Decision | None = None) -> "Ballot":
        """End the question without a vote: expired, superseded, not asked. An outcome stands."""
        return self if self.closed else replace(self, outcome=outcome, decision=decision)

    def escalate(self) -> "Ballot":
        """Let those decide too to whom the rule escalates."""
        return self if self.closed else replace(self, escalated=True)

    def _known(self, user: str) -> Eligibility:
        """What the rule says of one user by their id."""
        rule = self.rule
        escalated = rule.escalation is not None and user in rule.escalation.to.users
        named = (number for number, panel in enumerate(rule.panels) if user in panel.who.users)
        return Eligibility(user=user, panels=tuple(named), escalated=escalated)

    def _entitled(
        self, decision: Decision, eligibilities: Sequence[Eligibility]
    ) -> tuple[Seat, ...] | Refusal:
        """The seats that the vote may take: the voter's own first, then those they act for."""
        voter, *others = eligibilities
        if refusal := NOT_COUNTED.get(voter.account):
            return refusal
        if decision.verb is Verb.BREAK_GLASS:
            return (self._any_seat(decision),)
        if decision.verb is Verb.HAND_OVER:
            receiver, others = others[0], []
            if receiver.account is not Account.MEMBER or not receiver.may_receive:
                return Refusal.NO_HAND_OVER
        works_alone = self.rule.solo and self.requester.same_as(decision.by)
        own = self._any_seat(decision) if works_alone else self.delegation.seat_of(voter)
        seats = (own, *map(self.delegation.seat_of, others))
        return tuple(it for it in seats if it) or Refusal.NOT_AN_APPROVER

    def _any_seat(self, decision: Decision) -> Seat:
        """Where the rule does not ask who it is, or asks for nobody else."""
        return Seat(decision.by.user if decision.by else "", self.delegation.every_panel)

    def _count(self, vote: Vote, seats: tuple[Seat, ...]) -> "Ballot":
        decision = vote.decision
        if decision.verb is Verb.HAND_OVER and decision.by and decision.to:
            handed = HandOver(by=decision.by, to=decision.to, at=decision.at, press=decision.id)
            return replace(self, handed=(*self.handed, handed))
        if not vote.approve:
            return self.close(NO_OUTCOMES.get(decision.verb, Outcome.REJECTED), decision)
        return self._approve(decision, seats)

    def _approve(self, decision: Decision, seats: tuple[Seat, ...]) -> "Ballot":
        """Count one more yes; those before it move to other seats of theirs if that helps."""
        others = self._without(decision)
        if decision.verb is Verb.BREAK_GLASS:
            alone = CountedVote(decision=decision, panels=seats[0].panels)
            return replace(others, votes=(*others.votes, alone)).close(Outcome.APPROVED, decision)
        claims = (*others.claims, seats)
        given = seat(claims, self.rule.panels)
        if given is None:
            own = decision.by is not None and seats[0].user == decision.by.user
            return self._refuse(decision, Refusal.HANDED_OVER if own else Refusal.NOT_AN_APPROVER)
        decisions = (*(it.decision for it in others.votes), decision)
        votes = tuple(_counted(one, place) for one, place in zip(decisions, given, strict=True))
        ballot = replace(others, votes=votes, claims=claims)
        is_enough = ballot.reached >= self.rule.needed
        return ballot.close(Outcome.APPROVED, decision) if is_enough else ballot

    def _without(self, decision: Decision) -> "Ballot":
        """Without an earlier vote of the same person: a later one takes its place."""
        by = decision.by
        pairs = zip(self.votes, self.claims, strict=True)
        kept = [(it, claim) for it, claim in pairs if not _is_by(it.decision, by)]
        mine = (it.decision.id for it in self.votes if _is_by(it.decision, by))
        return replace(
            self,
            votes=tuple(vote for vote, _ in kept),
            claims=tuple(claim for _, claim in kept),
            replaced=(*self.replaced, *mine),
        )

    def _refuse(
        self, decision: Decision, why: Refusal, voter: Eligibility | None = None
    ) -> "Ballot":
        gone = f"no longer there: {', '.join(voter.gone)}" if voter and voter.gone else ""
        return self.refuse(Refused(why=why, at=decision.at, decision=decision, detail=gone))


def _called(vote: Vote, name: str) -> Vote:
    """The same by whom Slack has just named; what was pressed carries a handle at most."""
    decision, by = vote.decision, vote.decision.by
    if not name or by is None:
        return vote
    named = decision.model_copy(update={"by": by.model_copy(update={"name": name})})
    return replace(vote, decision=named)


def _is_by(decision: Decision, person: Person | None) -> bool:
    return decision.by is not None and decision.by.same_as(person)


def _short(refused: Refused) -> Refused:
    """The record of a refusal without what would make it grow."""
    decision, detail = refused.decision, refused.detail[:REFUSED_TEXT]
    if decision is not None:
        cut = {"reason": decision.reason[:REFUSED_TEXT]}
        cut["arguments"] = decision.arguments[:REFUSED_TEXT]
        decision = decision.model_copy(update=cut)
    return refused.model_copy(update={"detail": detail, "decision": decision})


def _counted(decision: Decision, place: Seat) -> CountedVote:
    user = decision.by.user if decision.by else ""
    return CountedVote(
        decision=decision,
        panels=place.panels,
        instead_of=place.user if place.user != user else "",
        escalated=place.escalated,
    )


def ended(outcome: Outcome, at: datetime) -> Decision:
    """Who ended a question that nobody decided: the clock, or what came in its place."""
    return Decision(id=f"{outcome}:{at.isoformat()}", at=at, via=Via.RULE)
