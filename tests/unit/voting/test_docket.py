"""Which of the votes under way may be counted now, and how many there may be."""

from datetime import timedelta
from itertools import count

import pytest

from tests.support.builders import NOON
from tests.unit.voting.presses import TO_U3, a_vote
from workflows.voting.docket import MOST_A_MINUTE, MOST_OF_ONE, MOST_UNDER_WAY, Docket
from workflows.voting.parsing import Side, Vote

NUMBERS = count()


def _yes(user: str = "U1") -> Vote:
    return a_vote(user, id=f"press-{next(NUMBERS)}")


def _no(user: str = "U2") -> Vote:
    return a_vote(user, approve=False, id=f"press-{next(NUMBERS)}")


def _hand_over() -> Vote:
    return a_vote("U4", approve=False, id=f"press-{next(NUMBERS)}", **TO_U3)


MAKERS = {Side.YES: _yes, Side.NO: _no, Side.OTHER: _hand_over}


@pytest.mark.parametrize(
    ("under_way", "free"),
    [
        pytest.param("yes", [0], id="alone"),
        pytest.param("other yes no", [0, 2], id="a no waits for nothing"),
        pytest.param("yes no", [1], id="a yes waits for a no that comes after it"),
        pytest.param("no yes", [0], id="and for one before it"),
        pytest.param("no other", [0, 1], id="a hand-over waits for no no"),
        pytest.param("yes yes", [0], id="one yes after the other"),
        pytest.param("other yes", [0], id="a yes after a hand-over"),
        pytest.param("yes other", [0], id="a hand-over after a yes"),
        pytest.param("no no", [0, 1], id="each no by itself"),
    ],
)
def test_a_vote_is_counted_in_its_turn(under_way: str, free: list[int]) -> None:
    docket = Docket()
    entries = [docket.enter(MAKERS[Side(it)](), NOON) for it in under_way.split()]
    assert [number for number, it in enumerate(entries) if docket.is_free(it)] == free
    for number in free:
        docket.leave(entries[number])
    assert not docket.entries or docket.is_free(docket.entries[0])


def test_a_no_that_could_not_be_checked_takes_every_yes_with_it() -> None:
    docket = Docket()
    entries = [docket.enter(it, NOON) for it in (_yes(), _hand_over(), _no(), _yes("U3"))]
    assert docket.overturn() == [entries[0], entries[3]]
    assert [it.is_over for it in entries] == [True, False, False, True]
    assert docket.entries == [entries[1], entries[2]]


def test_a_second_delivery_is_known_while_the_first_is_checked() -> None:
    docket, vote = Docket(), _yes()
    assert not docket.knows(vote)
    entry = docket.enter(vote, NOON)
    assert docket.knows(vote)
    docket.leave(entry)
    assert not docket.knows(vote)


def test_only_what_was_pressed_in_time_keeps_the_clock_waiting() -> None:
    docket = Docket()
    docket.enter(_yes(), NOON)
    assert docket.has_before(NOON + timedelta(seconds=1))
    assert not docket.has_before(NOON)


def test_one_persons_presses_leave_room_for_their_no_and_for_others() -> None:
    docket = Docket()
    for _ in range(MOST_OF_ONE):
        assert not docket.is_crowded(_yes())
        docket.enter(_yes(), NOON)
    assert docket.is_crowded(_yes())
    assert not docket.is_crowded(_no("U1"))
    assert not docket.is_crowded(_yes("U2"))


def test_there_is_an_end_to_what_is_checked_at_once() -> None:
    docket = Docket()
    for number in range(MOST_UNDER_WAY):
        docket.enter(_yes(f"U{number}"), NOON)
    assert docket.is_crowded(_yes("UNEW"))


def test_who_presses_without_end_is_heard_again_after_a_minute_of_rest() -> None:
    docket = Docket()
    times = [docket.hear(_yes(), NOON + timedelta(seconds=it)) for it in range(30)]
    assert times[:MOST_A_MINUTE] == list(range(1, MOST_A_MINUTE + 1))
    assert times.count(MOST_A_MINUTE + 1) == 1
    assert all(it > MOST_A_MINUTE for it in times[MOST_A_MINUTE:])
    assert docket.hear(_no("U1"), NOON + timedelta(seconds=30)) == 1
    assert docket.hear(_yes(), NOON + timedelta(seconds=90)) == 1
