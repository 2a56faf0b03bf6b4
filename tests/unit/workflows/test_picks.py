"""Which of several requests somebody takes back, by a place or by its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.conversation.picks import answered, withdrawn

WAITING = (
    "Order 20 office chairs for €4,300.00",
    "Order 5 desks for €1,995.00",
    "Cancel order #7: 2 cables, €13.80",
)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("the chairs", [0]),
        ("The office chairs, please!", [0]),
        ("CHAIRS", [0]),
        ("chair", [0]),
        ("the first", [0]),
        ("the first one 🙂", [0]),
        ("the second :pray:", [1]),
        ("desks", [1]),
        ("the last", [2]),
        ("the cables", [2]),
        ("both", [0, 1, 2]),
        ("all of them", [0, 1, 2]),
        ("the ninth", []),
        ("the widgets", []),
        ("order", []),
        ("7", []),
        ("the chairs?", []),
        ("chairs and desks", []),
        ("", []),
    ],
)
def test_an_answer_picks(text: str, places: list[int]) -> None:
    assert list(answered(text, WAITING)) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("cancel the chairs", [0]),
        ("please cancel the chairs!", [0]),
        ("forget about the desks", [1]),
        ("CANCEL MY LAST ORDER", [2]),
        ("withdraw the first one, thanks", [0]),
        ("nvm the desks", [1]),
        ("cancel the cables", [2]),
        ("cancel order 7", []),
        ("cancel order #20", []),
        ("cancel the meeting", []),
        ("should I cancel the chairs?", []),
        ("don't cancel the chairs", []),
        ("the chairs", []),
        ("cancel the chairs and order 3 desks", []),
    ],
)
def test_taking_back_names_one(text: str, places: list[int]) -> None:
    assert list(withdrawn(text, WAITING)) == places


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4))
def test_whatever_is_said_only_what_waits_is_picked(text: str, sentences: list[str]) -> None:
    for places in (answered(text, sentences), withdrawn(f"cancel {text}", sentences)):
        assert set(places) <= set(range(len(sentences)))
