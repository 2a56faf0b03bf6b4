"""The votes that are under way, and which of them may be counted now. Pure: no clock, no Temporal.

Saying no is always safe, so it waits for nobody. A yes is counted in the order of its arrival,
and only once nothing that was said against it is still being checked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflows.contracts.activity_inputs import EligibilityQuery, Recounted, VoteCheck
from workflows.contracts.core import Call, Prepared
from workflows.contracts.decisions import Eligibility
from workflows.contracts.rules import Rule
from workflows.voting.parsing import Side, Vote, side

PATIENCE = timedelta(seconds=10)
"""How long everything together may take that a vote depends on. What could not be checked by then
is not counted, and never later: whoever pressed is asked to press again."""
MOST_UNDER_WAY = 200
"""Votes of one approval that are checked at the same time."""
MOST_OF_ONE = 3
"""Of them, those that one person made on one side."""
MOST_A_MINUTE = 10
"""How often one person is heard on one side within a minute."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Edit:
    """A call as an approver changed it."""

    call: Call
    prepared: Prepared
    rule: Rule | None = None
    """Of the changed call; None if it needs no approval, so that the one in force stays."""


@dataclass(eq=False, slots=True)
class Entry:
    """One vote under way, and what is known of it so far."""

    vote: Vote
    until: datetime
    """When its checks are given up."""
    digest: str = ""
    """What was asked when it arrived: a yes is for that, even if it does not say so."""
    is_over: bool = False
    """Whether it is settled, by itself or by what became of another."""
    asked: VoteCheck | None = None
    """What is being found out."""
    waits: bool = False
    """Whether all was known once, and others were before it."""
    looked_up: list[tuple[EligibilityQuery, tuple[Eligibility, ...]]] = field(default_factory=list)
    """What Slack said of whom, towards which rule."""
    preview: Prepared | None = None
    """What the call would do now."""
    recounted: Recounted | None = None
    """What the call comes to with those before it, where the policy asks that."""
    is_conversation_known: bool = False
    """Whether somebody asked, since the vote arrived, if its conversation still runs."""
    edit: Edit | None = None

    @property
    def side(self) -> Side:
        """Which side it is on."""
        return side(self.vote)

    def found(self, query: EligibilityQuery) -> tuple[Eligibility, ...] | None:
        """What Slack said to this question; None if it was not asked."""
        return next((answer for asked, answer in self.looked_up if asked == query), None)


@dataclass(slots=True)
class Docket:
    """Votes under way, in the order of their arrival."""

    entries: list[Entry] = field(default_factory=list)
    _heard: dict[str, list[datetime]] = field(default_factory=dict)

    def enter(self, vote: Vote, now: datetime, digest: str = "") -> Entry:
        """Begin to check a vote on what is asked now."""
        entry = Entry(vote, now + PATIENCE, digest)
        self.entries.append(entry)
        return entry

    def leave(self, entry: Entry) -> None:
        """A vote is settled, one way or the other."""
        entry.is_over = True
        if entry in self.entries:
            self.entries.remove(entry)

    def knows(self, vote: Vote) -> bool:
        """Whether this very press is under way: Slack may deliver it twice."""
        return any(it.vote.decision.id == vote.decision.id for it in self.entries)

    def is_free(self, entry: Entry) -> bool:
        """Whether a vote may be counted now, as far as the others go."""
        if entry.side is Side.NO or entry not in self.entries:
            return True
        before = self.entries[: self.entries.index(entry)]
        if any(it.side is not Side.NO for it in before):
            return False
        return entry.side is not Side.YES or not self.is_opposed

    @property
    def is_opposed(self) -> bool:
        """Whether something was said against it of which nobody knows yet whether it counts."""
        return any(it.side is Side.NO for it in self.entries)

    def overturn(self) -> Sequence[Entry]:
        """Nobody knows whether a no counts: no yes that was under way beside it does."""
        lost = [it for it in self.entries if it.side is Side.YES]
        for entry in lost:
            self.leave(entry)
        return lost

    def has_before(self, deadline: datetime) -> bool:
        """Whether something is under way that was pressed in time."""
        return any(it.vote.decision.at < deadline for it in self.entries)

    def is_crowded(self, vote: Vote) -> bool:
        """Whether too much is under way to check one more."""
        if len(self.entries) >= MOST_UNDER_WAY:
            return True
        return Counter(_who(it.vote) for it in self.entries)[_who(vote)] >= MOST_OF_ONE

    def hear(self, vote: Vote, now: datetime) -> int:
        """Note that somebody is heard; how many times that is within the last minute."""
        recent = [at for at in self._heard.get(_who(vote), ()) if now - at < MINUTE]
        self._heard[_who(vote)] = [*recent, now][-MOST_A_MINUTE - 1 :]
        return len(recent) + 1


def _who(vote: Vote) -> str:
    by = vote.decision.by
    return f"{side(vote)}:{by.user if by else ''}"
