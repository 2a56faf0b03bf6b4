"""Which of the votes under way may be counted now."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON
from tests.unit.ballot.presses import TO_U3, a_vote
from workflows.voting.docket import MOST_A_MINUTE, MOST_OF_ONE, MOST_UNDER_WAY, Docket, Entry
from workflows.voting.parsing import Side, Vote

NUMBERS = count()


def _yes(user: str = "U1") -> Vote:
    return a_vote(user, id=f"press-{next(NUMBERS)}")


def _no(user: str = "U2") -> Vote:
    return a_vote(user, approve=False, id=f"press-{next(NUMBERS)}")


def _hand_over() -> Vote:
    return a_vote("U4", approve=False, id=f"press-{next(NUMBERS)}", **TO_U3)


MAKERS = {Side.YES: _yes, Side.NO: _no, Side.OTHER: _hand_over}


def test_a_no_waits_for_nothing() -> None:
    docket = Docket()
    docket.enter(_yes(), NOON)
    docket.enter(_hand_over(), NOON)
    assert docket.is_free(docket.enter(_no(), NOON))


def test_a_yes_waits_for_a_no_that_comes_after_it() -> None:
    docket = Docket()
    yes = docket.enter(_yes(), NOON)
    assert docket.is_free(yes)
    no = docket.enter(_no(), NOON)
    assert not docket.is_free(yes)
    docket.leave(no)
    assert docket.is_free(yes)


@pytest.mark.parametrize("first", [_yes, _hand_over])
@pytest.mark.parametrize("second", [_yes, _hand_over])
def test_all_but_a_no_are_counted_in_their_order(first: object, second: object) -> None:
    docket = Docket()
    earlier = docket.enter(first(), NOON)  # type: ignore[operator]
    later = docket.enter(second(), NOON)  # type: ignore[operator]
    assert docket.is_free(earlier)
    assert not docket.is_free(later)
    docket.leave(earlier)
    assert docket.is_free(later)


def test_a_no_that_could_not_be_checked_takes_every_yes_with_it() -> None:
    docket = Docket()
    entries = [docket.enter(it, NOON) for it in (_yes(), _hand_over(), _no(), _yes("U3"))]
    assert docket.overturn() == [entries[0], entries[3]]
    assert [it.is_over for it in entries] == [True, False, False, True]
    assert docket.entries == [entries[1], entries[2]]


def test_a_second_delivery_is_known_while_the_first_is_checked() -> None:
    docket = Docket()
    vote = _yes()
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


@dataclass
class Course:
    """A docket while things happen, and what is counted of it."""

    docket: Docket = field(default_factory=Docket)
    checked: set[Entry] = field(default_factory=set)
    counted: list[Entry] = field(default_factory=list)
    arrived: list[Entry] = field(default_factory=list)

    def settle(self) -> None:
        """Count whatever is checked and free, as the workflow would."""
        while free := [it for it in self.docket.entries if it in self.checked and self._may(it)]:
            self.counted.append(free[0])
            self.docket.leave(free[0])

    def _may(self, entry: Entry) -> bool:
        return self.docket.is_free(entry)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(Side).map(lambda it: ("arrive", it)),
            st.integers(0, 12).map(lambda it: ("check", it)),
        ),
        max_size=24,
    )
)
def test_whatever_comes_in_whatever_order_nothing_gets_stuck_or_ahead(
    steps: list[tuple[str, object]],
) -> None:
    course = Course()
    for what, which in steps:
        if what == "arrive":
            vote = MAKERS[Side(str(which))]()
            course.arrived.append(course.docket.enter(vote, NOON))
        elif isinstance(which, int) and which < len(course.arrived):
            entry = course.arrived[which]
            course.checked.add(entry)
        opposed = [it for it in course.docket.entries if it.side is Side.NO]
        before = len(course.counted)
        course.settle()
        for entry in course.counted[before:]:
            if entry.side is Side.YES:  # nothing was said against it that is still open
                assert all(it in course.counted for it in opposed)
    course.checked.update(course.arrived)
    course.settle()
    assert set(course.counted) == set(course.arrived)
    in_order = [it for it in course.counted if it.side is not Side.NO]
    assert in_order == [it for it in course.arrived if it.side is not Side.NO]
