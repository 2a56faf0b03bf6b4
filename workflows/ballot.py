"""Who decided, and what counts as a decision. Pure: no clock, no I/O, no Temporal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from workflows.contracts import Card, Decision, Outcome, Refusal, Refused, Via

DETAIL_LIMIT = 200
"""Characters of a malformed signal that are kept; enough to see what somebody tried."""
REFUSED_LIMIT = 100
"""Refused attempts that are kept. The workflow's history has all of them."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A well-formed decision: which way, and by whom."""

    approve: bool
    decision: Decision


def read_vote(args: Sequence[Any], now: datetime) -> Vote | Refused:
    """Read the arguments of `fulfill_order_signal`, whatever somebody sent.

    Only the JSON values `true` and `false` decide, alone (an operator's decision) or with a
    valid `Decision`. `"true"`, `1`, `null` and objects are refused: a guess at what they
    mean could be taken for a yes. See facts.md on what arrives here.
    """
    if not args or len(args) > 2 or type(args[0]) is not bool:
        return _malformed(args, now)
    given = args[1] if len(args) == 2 else None
    if given is None:
        return Vote(args[0], Decision(id=f"operator:{now.isoformat()}", at=now, via=Via.OPERATOR))
    try:
        decision = Decision.model_validate(given)
    except ValidationError:
        return _malformed(args, now)
    if decision.by is None and decision.via is not Via.OPERATOR:
        return _malformed(args, now)
    return Vote(args[0], decision)


def _malformed(args: Sequence[Any], now: datetime) -> Refused:
    return Refused(why=Refusal.MALFORMED, at=now, detail=repr(tuple(args))[:DETAIL_LIMIT])


@dataclass(frozen=True, slots=True)
class Ballot:
    """The state of one question. Every method returns a new ballot; none forgets anything."""

    outcome: Outcome = Outcome.PENDING
    decision: Decision | None = None
    refused: tuple[Refused, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether an outcome stands. It never changes again."""
        return self.outcome is not Outcome.PENDING

    def cast(self, vote: Vote, card: Card | None, lost: str = "") -> "Ballot":
        """Count the vote, or record why it does not count.

        `card` is the message that shows this approval now, `lost` the `ts` of one that was
        deleted: a press on that, or on any other message, decides nothing.
        """
        decision = vote.decision
        if self._is_repeat(decision):
            return self
        if refusal := self._refusal(decision, card, lost):
            return self.refuse(Refused(why=refusal, at=decision.at, decision=decision))
        outcome = Outcome.APPROVED if vote.approve else Outcome.REJECTED
        return replace(self, outcome=outcome, decision=decision)

    def refuse(self, refused: Refused) -> "Ballot":
        """Record an attempt that does not count."""
        return replace(self, refused=(*self.refused, refused)[-REFUSED_LIMIT:])

    def fail_to_ask(self) -> "Ballot":
        """Close a question that could not be put to anybody. A decision that stands wins."""
        return self if self.closed else replace(self, outcome=Outcome.FAILED_TO_ASK)

    def _is_repeat(self, decision: Decision) -> bool:
        counted = self.decision is not None and self.decision.id == decision.id
        return counted or any(
            refused.decision is not None and refused.decision.id == decision.id
            for refused in self.refused
        )

    def _refusal(self, decision: Decision, card: Card | None, lost: str) -> Refusal | None:
        if self.closed:
            return Refusal.CLOSED
        pressed = decision.card
        if pressed and (pressed == lost or (card is not None and pressed != card.ts)):
            return Refusal.STALE_CARD
        return None
