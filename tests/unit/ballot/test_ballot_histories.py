"""Whatever happens to a ballot, in whatever order, it decides once and only with its quorum."""

from random import Random

from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from tests.unit.ballot.chance import a_hearing
from tests.unit.ballot.happenings import step
from tests.unit.ballot.hearing import effects

SEEDS = st.integers(0, 2**24 - 1)  # up to here Hypothesis prefers no number to another


@settings(max_examples=1_000, deadline=None, print_blob=False)
@given(beginning=SEEDS, steps=st.lists(SEEDS, min_size=12, max_size=20))
def test_no_history_approves_wrongly_or_changes_what_is_decided(
    beginning: int, steps: list[int]
) -> None:
    """Each number is the seed of one step, so that a failing history is cut down to few.

    The hearing checks after each step what holds at every moment; see `Hearing.check`.
    """
    hearing = a_hearing(Random(beginning))
    note(repr(hearing.world))
    settled = None
    for seed in steps:
        if seed:  # nothing happens at 0, to which Hypothesis shrinks
            note(step(hearing, Random(seed)))
            hearing.check()
        if settled is None and hearing.ballot.closed:
            settled = effects(hearing.ballot)
            event(f"{hearing.ballot.outcome} with {len(hearing.ballot.votes)}")
        assert settled is None or settled == effects(hearing.ballot)
    event(f"{len(hearing.ballot.handed)} handed over")
