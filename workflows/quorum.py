"""Whether enough distinct people have approved. Pure.

A rule's panels are rows of seats. A person fills one seat only, whichever of their panels it
is in, so that somebody who is in two groups counts once. How many seats are filled is a
maximum matching of people and seats (H. W. Kuhn's augmenting paths): the order of the votes
does not matter, and nobody blocks a seat that somebody else could leave to them.
"""

from collections.abc import Sequence

from workflows.contracts import CountedVote
from workflows.rules import Panel


def seated(votes: Sequence[CountedVote], panels: Sequence[Panel]) -> int:
    """How many seats these people fill together, at most."""
    seats = [number for number, panel in enumerate(panels) for _ in range(panel.needed)]
    taken: dict[int, int] = {}
    return sum(_take(vote, votes, seats, taken, set()) for vote in range(len(votes)))


def _take(
    vote: int,
    votes: Sequence[CountedVote],
    seats: Sequence[int],
    taken: dict[int, int],
    tried: set[int],
) -> bool:
    """Seat a person, asking those who sit to move if they can."""
    for seat, panel in enumerate(seats):
        if panel not in votes[vote].panels or seat in tried:
            continue
        tried.add(seat)
        if seat not in taken or _take(taken[seat], votes, seats, taken, tried):
            taken[seat] = vote
            return True
    return False
