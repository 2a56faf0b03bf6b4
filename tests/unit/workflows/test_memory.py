"""What the model is given of a long thread."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.memory import ITEMS_LIMIT, SIZE_LIMIT, Item, is_said, noted, said, window


def _call(number: int) -> list[Item]:
    return [
        {"type": "function_call", "call_id": str(number), "name": "act", "arguments": "{}"},
        {"type": "function_call_output", "call_id": str(number), "output": "done"},
    ]


def _answer(text: str) -> Item:
    return {"type": "message", "role": "assistant", "content": [{"text": text}]}


STEPS = st.lists(st.sampled_from(["say", "call", "answer", "note", "big"]), max_size=60)


def _thread(steps: list[str], repeat: int) -> list[Item]:
    items: list[Item] = []
    for number, step in enumerate(steps * repeat):
        match step:
            case "say":
                items.append(said(f"message {number}"))
            case "call":
                items += _call(number)
            case "note":
                items.append(noted("something waits"))
            case "big":
                items.append(_answer("x" * 30_000))
            case _:
                items.append(_answer(f"answer {number}"))
    return items


@settings(max_examples=300, deadline=None)
@given(steps=STEPS, repeat=st.integers(1, 6))
def test_a_window_is_the_newest_part_and_never_begins_inside_a_call(
    steps: list[str], repeat: int
) -> None:
    items = _thread(steps, repeat)
    kept = window(items)
    assert kept == items[len(items) - len(kept) :]
    assert len(kept) <= ITEMS_LIMIT
    assert len(str(kept)) <= SIZE_LIMIT
    if kept:
        assert is_said(kept[0])
    _assert_pairs(kept)


def _assert_pairs(items: list[Any]) -> None:
    by_type = {
        kind: [it["call_id"] for it in items if it.get("type") == kind]
        for kind in ("function_call", "function_call_output")
    }
    assert by_type["function_call"] == by_type["function_call_output"]


def test_a_short_thread_is_kept_whole() -> None:
    items = [said("order"), *_call(1), _answer("done"), said("thanks")]
    assert window(items) == items


def test_what_was_said_last_is_kept_even_if_it_is_all_that_fits() -> None:
    items = [said("old"), _answer("x" * SIZE_LIMIT), said("new")]
    assert window(items) == [said("new")]


def test_a_turn_that_alone_is_too_large_is_forgotten_and_not_torn() -> None:
    items = [said("go"), *(it for number in range(ITEMS_LIMIT) for it in _call(number))]
    assert window(items) == []


def test_a_window_of_a_window_is_the_same() -> None:
    items = [it for number in range(300) for it in (said(str(number)), *_call(number))]
    assert window(window(items)) == window(items)


def test_only_a_person_says_something() -> None:
    assert is_said(said("hi"))
    assert not is_said(noted("hi"))
    assert not is_said(_call(1)[0])
    assert not is_said(_answer("hi"))
