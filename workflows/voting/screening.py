"""Why a vote cannot count, whoever made it: checks for which nobody has to be looked up.

Their order is a contract: an own request is refused before any group is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from workflows.contracts.approvals import Card
from workflows.contracts.decisions import Decision, Refusal, Verb, Via
from workflows.contracts.rules import Rule
from workflows.voting.ballot import Ballot
from workflows.voting.delegation import Delegation
from workflows.voting.parsing import Side, Vote, side


@dataclass(frozen=True, slots=True)
class Screened:
    """A vote, and what it is held against."""

    ballot: Ballot
    vote: Vote
    card: Card | None
    lost: str

    @property
    def decision(self) -> Decision:
        """What was decided."""
        return self.vote.decision

    @property
    def rule(self) -> Rule:
        """The rule in force."""
        return self.ballot.rule

    @property
    def delegation(self) -> Delegation:
        """Who may act in whose place."""
        return self.ballot.delegation

    @property
    def is_own(self) -> bool:
        """Whether it is the requester's."""
        return self.ballot.requester.same_as(self.decision.by)


def screen(ballot: Ballot, vote: Vote, card: Card | None = None, lost: str = "") -> Refusal | None:
    """The first reason for which a vote cannot count, or None if its voter has to be looked up.

    Args:
        ballot: how things stand.
        vote: what arrived.
        card: where the approval is shown now; a press on another message does not count.
        lost: `ts` of a card that was deleted.
    """
    given = Screened(ballot, vote, card, lost)
    return next((why for why, applies in _checks(vote.decision) if applies(given)), None)


def _is_stale(it: Screened) -> bool:
    pressed = it.decision.card
    if not pressed or it.decision.via is not Via.BUTTON:
        return False
    return pressed == it.lost or (it.card is not None and pressed not in it.card.shown_at)


def _is_late(it: Screened) -> bool:
    deadline, decision = it.ballot.deadline, it.decision
    if deadline is None or side(it.vote) is Side.NO or decision.verb is Verb.NUDGE:
        return False
    return decision.at >= deadline


def _is_outdated(it: Screened) -> bool:
    return it.vote.approve and not it.ballot.digest.startswith(it.decision.digest)


def _is_own_and_may_not(it: Screened) -> bool:
    return it.is_own and not it.delegation.may_decide_own


def _is_from_elsewhere(it: Screened) -> bool:
    """Whether it is by somebody whom Slack does not know, and who can only withdraw."""
    by = it.decision.by
    return by is not None and not by.is_in_slack


def _has_voted(it: Screened) -> bool:
    """Whether it adds nothing to an earlier yes; an edit asks for something else."""
    decides = it.vote.approve and it.decision.verb is Verb.DECIDE and not it.decision.arguments
    return decides and it.ballot.has_voted(it.decision.by)


def _breaks_no_glass(it: Screened) -> bool:
    by = it.decision.by
    is_named = by is not None and by.user in it.rule.break_glass
    return it.decision.verb is Verb.BREAK_GLASS and not is_named


def _hands_nothing_over(it: Screened) -> bool:
    by = it.decision.by
    if it.decision.verb is not Verb.HAND_OVER:
        return False
    if by is None or not it.rule.hand_over.ids or it.ballot.has_voted(by):
        return True
    return not it.delegation.may_receive(it.decision.to, by, it.ballot.voters)


def _lacks_a_reason(it: Screened) -> bool:
    verb, rejects = it.decision.verb, not it.vote.approve and it.decision.verb is Verb.DECIDE
    needs_one = verb in {Verb.BREAK_GLASS, Verb.REQUEST_CHANGES}
    needs_one = needs_one or (rejects and it.rule.reason_required)
    return needs_one and not it.decision.reason.strip()


def _sends_back_without_a_reason(it: Screened) -> bool:
    return it.decision.verb is Verb.REQUEST_CHANGES and not it.decision.reason.strip()


Check: TypeAlias = tuple[Refusal, Callable[[Screened], bool]]

PRESSED: tuple[Check, ...] = (
    (Refusal.CLOSED, lambda it: it.ballot.closed),
    (Refusal.STALE_CARD, _is_stale),
    (Refusal.TOO_LATE, _is_late),
    (Refusal.OUTDATED, _is_outdated),
)
"""Whether it was pressed where it is asked, in time, and for what is asked: of every vote."""
STRANGERS: tuple[Check, ...] = ((Refusal.EXTERNAL, _is_from_elsewhere),)
WITHDRAWN: tuple[Check, ...] = (
    (
        Refusal.NOT_THE_REQUESTER,
        # Who may stop a conversation is a matter of the place where it is.
        lambda it: not it.is_own and it.decision.via is not Via.STOP,
    ),
)
DECIDED_IN_SLACK: tuple[Check, ...] = (
    *STRANGERS,
    (Refusal.NOT_FROM_SLACK, lambda it: not it.rule.from_slack),
    (Refusal.OWN_REQUEST, _is_own_and_may_not),
    (Refusal.HANDED_OVER, lambda it: it.delegation.gave_away(it.decision.by)),
    (Refusal.ALREADY_VOTED, _has_voted),
    (Refusal.NO_BREAK_GLASS, _breaks_no_glass),
    (Refusal.NO_HAND_OVER, _hands_nothing_over),
    (Refusal.NO_EDITS, lambda it: bool(it.decision.arguments) and not it.rule.edit),
    (Refusal.NO_GRANTS, lambda it: it.decision.always and not it.rule.always),
    (Refusal.NEEDS_REASON, _lacks_a_reason),
)
DECIDED_OUTSIDE: tuple[Check, ...] = (
    (Refusal.NO_OPERATORS, lambda it: not it.rule.operator),
    (Refusal.OPERATOR_IS_NOBODY, lambda it: it.vote.approve and it.rule.needed > 1),
    (Refusal.NEEDS_REASON, _sends_back_without_a_reason),
    (Refusal.NO_HAND_OVER, lambda it: it.decision.verb is Verb.HAND_OVER),
    (Refusal.NO_BREAK_GLASS, lambda it: it.decision.verb is Verb.BREAK_GLASS),
    (Refusal.NO_EDITS, lambda it: bool(it.decision.arguments)),
    (Refusal.NO_GRANTS, lambda it: it.decision.always),
)
"""An operator is one unverified voice: enough where one is, never one of several."""


def _checks(decision: Decision) -> tuple[Check, ...]:
    if decision.verb is Verb.NUDGE:
        return (*PRESSED, *STRANGERS)
    if not decision.via.is_verified:
        return (*PRESSED, *DECIDED_OUTSIDE)
    return (*PRESSED, *(WITHDRAWN if decision.verb is Verb.WITHDRAW else DECIDED_IN_SLACK))
