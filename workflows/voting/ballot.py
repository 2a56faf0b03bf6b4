"""Who has decided what, and whether it counts. Pure: no clock, no I/O, no Temporal.

A vote passes two gates. `Ballot.screen` asks what can be known without looking anybody up;
its order is a contract, since an own request has to be refused before any group is asked.
`Ballot.cast` asks what Slack says of the person now, and counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflows.contracts.approvals import Card
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

    def knows(self, decision: Decision) -> bool:
        """Whether this very press was here before: Slack may deliver it twice."""
        return decision.id in {
            *((self.decision.id,) if self.decision else ()),
            *(vote.decision.id for vote in self.votes),
            *self.replaced,
            *(refused.decision.id for refused in self.refused if refused.decision),
            *(handed.press for handed in self.handed),
        }

    def screen(self, vote: Vote, card: Card | None = None, lost: str = "") -> Refusal | None:
        """Why a vote cannot count whoever made it, or None if the person has to be looked up.

        Args:
            vote: what arrived.
            card: where the approval is shown now; a press on another message does not count.
            lost: `ts` of a card that was deleted.
        """
        decision = vote.decision
        if self.closed:
            return Refusal.CLOSED
        if refusal := self._screen_press(vote, card, lost):
            return refusal
        if decision.verb is Verb.NUDGE:
            return None
        if decision.verb is Verb.WITHDRAW and decision.via.is_verified:
            return None if self._is_own(decision) else Refusal.NOT_THE_REQUESTER
        return self._screen_by_rule(vote)

    def stands_at_once(self, vote: Vote) -> bool:
        """Whether a no that `screen` let pass counts without asking Slack who it is from.

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
        if decision.by is None:
            return ()
        found = tuple(self._known(person.user) for person in self.asked_about(decision))
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
        return (decision.by, *self._delegators(decision))

    def cast(self, vote: Vote, eligibilities: Sequence[Eligibility] = ()) -> "Ballot":
        """Count a vote that `screen` let pass, or record why it does not count.

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

    def _screen_press(self, vote: Vote, card: Card | None, lost: str) -> Refusal | None:
        """Whether it was pressed where it is asked now, in time, and for what is asked now."""
        decision = vote.decision
        if _is_stale(decision, card, lost):
            return Refusal.STALE_CARD
        if self._is_late(vote):
            return Refusal.TOO_LATE
        if vote.approve and decision.digest and not self.digest.startswith(decision.digest):
            return Refusal.OUTDATED
        return None

    def _is_late(self, vote: Vote) -> bool:
        if side(vote) is Side.NO or self.deadline is None:
            return False
        return vote.decision.verb is not Verb.NUDGE and vote.decision.at >= self.deadline

    def _known(self, user: str) -> Eligibility:
        """What the rule says of one user by their id."""
        rule = self.rule
        escalated = rule.escalation is not None and user in rule.escalation.to.users
        named = (number for number, panel in enumerate(rule.panels) if user in panel.who.users)
        return Eligibility(user=user, panels=tuple(named), escalated=escalated)

    def _screen_by_rule(self, vote: Vote) -> Refusal | None:
        decision = vote.decision
        if not decision.via.is_verified:
            return self._screen_operator(vote)
        rule = self.rule
        if not rule.from_slack:
            return Refusal.NOT_FROM_SLACK
        if self._is_own(decision) and not self._may_decide_own:
            return Refusal.OWN_REQUEST
        if any(_is(it.by, decision.by) for it in self.handed):
            return Refusal.HANDED_OVER
        decides = vote.approve and decision.verb is Verb.DECIDE
        if decides and not decision.arguments and self._has_voted(decision):
            return Refusal.ALREADY_VOTED
        return self._screen_verb(vote)

    def _screen_operator(self, vote: Vote) -> Refusal | None:
        """An operator is one unverified voice: enough where one is, never one of several."""
        decision, rule = vote.decision, self.rule
        if not rule.operator:
            return Refusal.NO_OPERATORS
        if vote.approve and rule.needed > 1:
            return Refusal.OPERATOR_IS_NOBODY
        if decision.verb is Verb.REQUEST_CHANGES and not decision.reason.strip():
            return Refusal.NEEDS_REASON
        return _screen_extras(decision)

    def _screen_verb(self, vote: Vote) -> Refusal | None:
        decision, rule = vote.decision, self.rule
        match decision.verb:
            case Verb.BREAK_GLASS if decision.by and decision.by.user not in rule.break_glass:
                return Refusal.NO_BREAK_GLASS
            case Verb.HAND_OVER if not rule.hand_over.ids or not self._can_receive(decision):
                return Refusal.NO_HAND_OVER
            case Verb.BREAK_GLASS | Verb.REQUEST_CHANGES if not decision.reason.strip():
                return Refusal.NEEDS_REASON
            case Verb.DECIDE:
                return self._screen_decision(vote)
            case _:
                return None

    def _screen_decision(self, vote: Vote) -> Refusal | None:
        decision, rule = vote.decision, self.rule
        if decision.arguments and not rule.edit:
            return Refusal.NO_EDITS
        if decision.always and not rule.always:
            return Refusal.NO_GRANTS
        if not vote.approve and rule.reason_required and not decision.reason.strip():
            return Refusal.NEEDS_REASON
        return None

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
        alone = self.rule.solo and self._is_own(decision)
        own = self._any_seat(decision) if alone else self._seat_of(voter)
        seats = (own, *(self._seat_of(other) for other in others))
        return tuple(place for place in seats if place) or Refusal.NOT_AN_APPROVER

    def _seat_of(self, eligibility: Eligibility) -> Seat | None:
        if eligibility.account is not Account.MEMBER:
            return None
        escalated = self.escalated and eligibility.escalated
        panels = self._all_panels() if escalated else eligibility.panels
        return Seat(eligibility.user, panels, escalated) if panels else None

    def _any_seat(self, decision: Decision) -> Seat:
        """Where the rule does not ask who it is, or asks for nobody else."""
        return Seat(decision.by.user if decision.by else "", self._all_panels())

    def _count(self, vote: Vote, seats: tuple[Seat, ...]) -> "Ballot":
        decision = vote.decision
        if decision.verb is Verb.HAND_OVER and decision.by and decision.to:
            handed = HandOver(by=decision.by, to=decision.to, at=decision.at, press=decision.id)
            return replace(self, handed=(*self.handed, handed))
        if not vote.approve:
            outcomes = {
                Verb.WITHDRAW: Outcome.WITHDRAWN,
                Verb.REQUEST_CHANGES: Outcome.CHANGES_REQUESTED,
            }
            return self.close(outcomes.get(decision.verb, Outcome.REJECTED), decision)
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
        enough = ballot.reached >= self.rule.needed
        return ballot.close(Outcome.APPROVED, decision) if enough else ballot

    def _without(self, decision: Decision) -> "Ballot":
        """Without an earlier vote of the same person: a later one takes its place."""
        kept = [
            (vote, claim)
            for vote, claim in zip(self.votes, self.claims, strict=True)
            if not _is(vote.decision.by, decision.by)
        ]
        mine = (it.decision.id for it in self.votes if _is(it.decision.by, decision.by))
        return replace(
            self,
            votes=tuple(vote for vote, _ in kept),
            claims=tuple(claim for _, claim in kept),
            replaced=(*self.replaced, *mine),
        )

    def _refuse(
        self, decision: Decision, why: Refusal, eligibility: Eligibility | None = None
    ) -> "Ballot":
        gone = (
            f"no longer there: {', '.join(eligibility.gone)}"
            if eligibility and eligibility.gone
            else ""
        )
        return self.refuse(Refused(why=why, at=decision.at, decision=decision, detail=gone))

    def _delegators(self, decision: Decision) -> Iterator[Person]:
        """Those for whom the voter may act: by hand-over, or because they are away.

        Never for a requester who may not decide it themselves, or who works alone.
        """
        by = decision.by
        if by is None:
            return
        found = [
            Person(team=by.team, user=absence.user)
            for absence in self.rule.absences
            if absence.delegate == by.user and absence.covers(decision.at)
        ]
        found += [handed.by for handed in self.handed if _is(handed.to, by)]
        for person in {person.user: person for person in found}.values():
            is_requesters = _is(person, self.requester)
            if not _is(person, by) and not (is_requesters and self._is_alone):
                yield person

    def _has_voted(self, decision: Decision) -> bool:
        return any(_is(vote.decision.by, decision.by) for vote in self.votes)

    @property
    def _may_decide_own(self) -> bool:
        return self.rule.self_approval or self.rule.solo

    @property
    def _is_alone(self) -> bool:
        """Whether nobody may act for the requester."""
        return not self._may_decide_own or self.rule.solo

    def _is_own(self, decision: Decision) -> bool:
        return _is(self.requester, decision.by)

    def _can_receive(self, decision: Decision) -> bool:
        """Never the requester, nor somebody who gave their own vote away or has used it."""
        receiver = decision.to
        return not (
            receiver is None
            or _is(receiver, decision.by)
            or _is(receiver, self.requester)
            or any(_is(handed.by, receiver) for handed in self.handed)
            or any(_is(vote.decision.by, receiver) for vote in self.votes)
            or self._has_voted(decision)
        )

    def _all_panels(self) -> tuple[int, ...]:
        return tuple(range(len(self.rule.panels)))


def _short(refused: Refused) -> Refused:
    """The record of a refusal without what would make it grow."""
    decision, detail = refused.decision, refused.detail[:REFUSED_TEXT]
    if decision is not None:
        cut = {"reason": decision.reason[:REFUSED_TEXT]}
        cut["arguments"] = decision.arguments[:REFUSED_TEXT]
        decision = decision.model_copy(update=cut)
    return refused.model_copy(update={"detail": detail, "decision": decision})


def _is_stale(decision: Decision, card: Card | None, lost: str) -> bool:
    pressed = decision.card
    if not pressed or decision.via is not Via.BUTTON:
        return False
    return pressed == lost or (card is not None and pressed not in card.messages)


def _is(person: Person | None, other: Person | None) -> bool:
    """Whether both are one account.

    The workspace is left out: in an Enterprise organisation one account presses from several,
    with one user id, and must not count once for each. Rules name people by that id too.
    """
    return person is not None and other is not None and person.user == other.user


def _screen_extras(decision: Decision) -> Refusal | None:
    """What only a rule can allow."""
    refusals = {Verb.HAND_OVER: Refusal.NO_HAND_OVER, Verb.BREAK_GLASS: Refusal.NO_BREAK_GLASS}
    if refusal := refusals.get(decision.verb):
        return refusal
    if decision.arguments:
        return Refusal.NO_EDITS
    return Refusal.NO_GRANTS if decision.always else None


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
