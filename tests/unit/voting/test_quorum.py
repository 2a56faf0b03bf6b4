"""How many seats some people fill together."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON
from tests.support.examples import examples
from tests.unit.voting.workspace_model import most_seats
from workflows.contracts.decisions import CountedVote, Decision, Via
from workflows.contracts.rules import Panel, People
from workflows.voting.quorum import Seat, seat, seated

GROUPS = st.frozensets(st.integers(0, 2), max_size=3)
CLAIM = st.dictionaries(st.sampled_from("ABCDE"), st.just(None), min_size=1, max_size=3)


def _panels(*needed: int) -> tuple[Panel, ...]:
    return tuple(Panel(who=People(), needed=seats) for seats in needed)


def _votes(*panels: tuple[int, ...]) -> list[CountedVote]:
    decision = Decision(id="any", at=NOON, via=Via.BUTTON)
    return [CountedVote(decision=decision, panels=some) for some in panels]


@pytest.mark.parametrize(
    ("needed", "people", "filled"),
    [
        pytest.param((1,), [], 0, id="nobody fills nothing"),
        pytest.param((2,), [(0,)], 1, id="one of two"),
        pytest.param((2,), [(0,), (0,)], 2, id="two of two"),
        pytest.param((2,), [(0,), (0,), (0,)], 2, id="a third finds no seat"),
        pytest.param((1, 1), [(0, 1)], 1, id="a person in two groups counts once"),
        pytest.param((1, 1), [(0,), (0,)], 1, id="two of one group are not one of each"),
        pytest.param((1, 1), [(0, 1), (0,)], 2, id="who could sit elsewhere makes room"),
        pytest.param((1, 1, 1), [(0, 1), (0, 1), (1, 2)], 3, id="making room goes on"),
        pytest.param((1, 1, 1), [(0, 1), (1, 2), (0,)], 3, id="room is made two seats away"),
        pytest.param((2, 1), [(0, 1), (0, 1), (0, 1)], 3, id="all in both groups fill all"),
        pytest.param((1, 1), [(2,), ()], 0, id="a panel that is not there"),
        pytest.param((), [(0,)], 0, id="no panels, no seats"),
    ],
)
def test_as_many_seats_are_filled_as_can_be(
    needed: tuple[int, ...], people: list[tuple[int, ...]], filled: int
) -> None:
    for order in permutations(people):
        assert seated(_votes(*order), _panels(*needed)) == filled


@examples(400)
@given(
    groups=st.fixed_dictionaries(dict.fromkeys("ABCDE", GROUPS)),
    claims=st.lists(CLAIM, max_size=5),
    needed=st.tuples(*(st.integers(0, 2) for _ in range(3))),
)
def test_no_arrangement_fills_more_and_nobody_shares_a_place(
    groups: dict[str, frozenset[int]], claims: list[dict[str, None]], needed: tuple[int, int, int]
) -> None:
    wanted = [tuple(Seat(user, tuple(sorted(groups[user]))) for user in it) for it in claims]
    seats = seat(wanted, _panels(*needed))
    one_row = tuple(tuple((user, frozenset({0})) for user in it) for it in claims)
    if most_seats(one_row, (len(claims),), frozenset()) < len(claims):
        assert seats is None
        return
    assert seats is not None
    assert len({place.user for place in seats}) == len(claims)
    assert all(place in claim for place, claim in zip(seats, wanted, strict=True))
    by_claim = tuple(tuple((user, groups[user]) for user in it) for it in claims)
    filled = seated(_votes(*(place.panels for place in seats)), _panels(*needed))
    assert filled == most_seats(by_claim, needed, frozenset())


def test_what_two_look_ups_saw_differently_counts_as_far_as_both_agree() -> None:
    claims = [(Seat("A", (0, 1)), Seat("B", (2,))), (Seat("A", (1, 2)),)]
    seats = seat(claims, _panels(1, 1, 1))
    assert seats is not None
    assert [place.user for place in seats] == ["B", "A"]
    disputed = [(Seat("B", ()), Seat("A", (0,))), (Seat("C", ()), Seat("A", (1,)))]
    seats = seat(disputed, _panels(1, 1))
    assert seats is not None
    assert [place.user for place in seats] == ["B", "C"], "nobody is sure that A is in any panel"


def test_three_hundred_approvers_are_seated_without_delay() -> None:
    everybody = _votes(*((0, 1, 2),) * 300)
    assert seated(everybody, _panels(20, 20, 20)) == 60
