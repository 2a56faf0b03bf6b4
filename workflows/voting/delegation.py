"""Who may act in whose place: by hand-over, because somebody is away, or after an escalation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Eligibility, HandOver
from workflows.contracts.rules import Rule
from workflows.voting.quorum import Seat


@dataclass(frozen=True, slots=True)
class Delegation:
    """Whose vote is whose, under one rule and after these hand-overs."""

    rule: Rule
    requester: Person
    handed: tuple[HandOver, ...] = ()
    escalated: bool = False

    @property
    def may_decide_own(self) -> bool:
        """Whether the requester may decide what they asked for."""
        return self.rule.self_approval or self.rule.solo

    def gave_away(self, person: Person | None) -> bool:
        """Whether somebody handed their vote over."""
        return any(it.by.same_as(person) for it in self.handed)

    def delegators(self, voter: Person, at: datetime) -> Iterator[Person]:
        """Those for whom somebody may vote, each once.

        Never a requester who may not decide it themselves, or who works alone.
        """
        found = [Person(team=voter.team, user=user) for user in self._away(voter, at)]
        found += [it.by for it in self.handed if it.to.same_as(voter)]
        for person in {it.user: it for it in found}.values():
            is_kept = person.same_as(self.requester) and not self._may_act_for_requester
            if not person.same_as(voter) and not is_kept:
                yield person

    def may_receive(self, receiver: Person | None, by: Person, voted: Sequence[Person]) -> bool:
        """Whether a vote may be handed to somebody, as far as it is known without asking Slack.

        Never to the requester, nor to somebody who gave their own vote away or has used it.
        """
        if receiver is None or self.gave_away(receiver):
            return False
        return not any(receiver.same_as(it) for it in (by, self.requester, *voted))

    def seat_of(self, person: Eligibility) -> Seat | None:
        """The panels in which somebody's vote counts: all of them after an escalation to them."""
        if person.account is not Account.MEMBER:
            return None
        escalated = self.escalated and person.escalated
        panels = self.every_panel if escalated else person.panels
        return Seat(person.user, panels, escalated) if panels else None

    @property
    def every_panel(self) -> tuple[int, ...]:
        """Numbers of all panels of the rule."""
        return tuple(range(len(self.rule.panels)))

    @property
    def _may_act_for_requester(self) -> bool:
        return self.may_decide_own and not self.rule.solo

    def _away(self, voter: Person, at: datetime) -> Iterator[str]:
        for absence in self.rule.absences:
            if absence.delegate == voter.user and absence.covers(at):
                yield absence.user
