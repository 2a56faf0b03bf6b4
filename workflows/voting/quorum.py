"""Whether enough distinct people have approved. Pure.

A rule's panels are rows of seats. A person fills one seat only, whichever of their panels it
is in, so that somebody who is in two groups counts once. Who acts for somebody else sits on
that person's vote, and each vote is there once, whoever uses it. How many seats are filled is
a maximum flow from people through votes to seats (L. R. Ford and D. R. Fulkerson): the order
of arrival does not matter, and nobody blocks what they could leave to somebody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workflows.contracts.decisions import CountedVote
from workflows.contracts.rules import Panel

Node: TypeAlias = tuple[str, str | int]
Links: TypeAlias = dict[Node, list[Node]]

SOURCE: Node = ("source", "")
SINK: Node = ("sink", "")


@dataclass(frozen=True, slots=True)
class Seat:
    """The vote of one entitled person, used by them or by who acts for them."""

    user: str
    panels: tuple[int, ...]
    escalated: bool = False


def seated(votes: Sequence[CountedVote], panels: Sequence[Panel]) -> int:
    """How many seats these people fill together, at most."""
    claims = [(Seat(str(number), vote.panels),) for number, vote in enumerate(votes)]
    return _flow(_network(claims, panels))


def seat(claims: Sequence[Sequence[Seat]], panels: Sequence[Panel]) -> tuple[Seat, ...] | None:
    """Give each person one of the seats they claim, so that most seats are filled.

    None if they cannot all have one, because others use the same seats.
    """
    links = _network(claims, panels)
    filled = _flow(links)
    for user in _shared_panels(claims):
        links["used", user].insert(0, SINK)  # those for whom no seat is left keep their vote
    if filled + _flow(links) < len(claims):
        return None
    return tuple(
        next(place for place in claim if ("person", number) in links["place", place.user])
        for number, claim in enumerate(claims)
    )


def _network(claims: Sequence[Sequence[Seat]], panels: Sequence[Panel]) -> Links:
    """Person → place → used once → seat: a link is what one person may still go along."""
    seats = [number for number, panel in enumerate(panels) for _ in range(panel.needed)]
    links: Links = {SOURCE: [("person", number) for number in range(len(claims))], SINK: []}
    for number, claim in enumerate(claims):
        links["person", number] = [("place", place.user) for place in claim]
    for seat_number in range(len(seats)):
        links["seat", seat_number] = [SINK]
    for user, allowed in _shared_panels(claims).items():
        links["place", user] = [("used", user)]
        links["used", user] = [("seat", n) for n, panel in enumerate(seats) if panel in allowed]
    return links


def _shared_panels(claims: Sequence[Sequence[Seat]]) -> dict[str, tuple[int, ...]]:
    """Panels of each place; where two look-ups differ, only what both saw."""
    panels: dict[str, tuple[int, ...]] = {}
    for place in (place for claim in claims for place in claim):
        known = panels.get(place.user, place.panels)
        panels[place.user] = tuple(panel for panel in known if panel in place.panels)
    return panels


def _flow(links: Links) -> int:
    """Send as many more people from the source to the sink as can go."""
    sent = 0
    while _send(SOURCE, links, set()):
        sent += 1
    return sent


def _send(node: Node, links: Links, tried: set[Node]) -> bool:
    """Send one person on from here; turning a link around lets a later one push them back."""
    if node == SINK:
        return True
    tried.add(node)
    for onward in tuple(links[node]):
        if onward not in tried and _send(onward, links, tried):
            links[node].remove(onward)
            links[onward].append(node)
            return True
    return False
