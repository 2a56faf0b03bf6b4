"""Whether the approvals that a rule asks for could ever come together."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from workflows.contracts.decisions import CountedVote, Decision, Via
from workflows.contracts.rules import Panel, People
from workflows.voting.quorum import seated

NEVER = datetime.min.replace(tzinfo=UTC)
NOBODY = People()


def can_be_reached(
    panels: Sequence[Panel],
    without: frozenset[str] = frozenset(),
    also: People = NOBODY,
    members: Mapping[str, frozenset[str]] | None = None,
) -> bool:
    """Whether there would be enough if everybody approved.

    Args:
        panels: what is needed.
        without: users whose votes would not count.
        also: people who may approve in any panel.
        members: who is in each group and channel; one that is missing has as many as it takes.
    """
    known = members or {}
    seats = {number: _named(panel.who, known) for number, panel in enumerate(panels)}
    extra = _named(also, known)
    if extra is None:
        return True
    bounded = [number for number, users in seats.items() if users is not None]
    needed = sum(panels[number].needed for number in bounded)
    everybody = {user for number in bounded for user in seats[number] or ()} | extra
    votes = [
        _vote(user, [number for number in bounded if user in extra | (seats[number] or set())])
        for user in sorted(everybody - without)
    ]
    return seated(votes, panels) >= needed


def _named(people: People, members: Mapping[str, frozenset[str]]) -> set[str] | None:
    """Everybody who is meant, or None if that is not known."""
    several = (*people.groups, *people.channels)
    if any(id_ not in members for id_ in several):
        return None
    return {*people.users, *(user for id_ in several for user in members[id_])}


def _vote(user: str, panels: Sequence[int]) -> CountedVote:
    return CountedVote(decision=Decision(id=user, at=NEVER, via=Via.BUTTON), panels=tuple(panels))
