"""What the model is given of a long thread."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import a_call, a_message, a_status, a_thread
from tests.support.examples import examples
from workflows.conversation.memory import (
    CARRIED_SIZE,
    INBOX_LIMIT,
    INBOX_SIZE,
    ITEMS_LIMIT,
    SEEN_LIMIT,
    SIZE_LIMIT,
    GuardedCall,
    InnerRun,
    Item,
    Memory,
    TurnState,
    bounded,
    carried,
    cut_short,
    fits,
    is_said,
    lean,
    noted,
    said,
    size_of,
    window,
)
from workflows.conversation.state import WAITING_SIZE, ConversationState


def _shape(item: Item) -> tuple[object, ...]:
    return (item.get("type"), item.get("role"), item.get("call_id"))


def _told(items: list[Item]) -> bool:
    return any(map(is_said, items))


def _call(number: int, result: str = "done") -> list[Item]:
    return [
        {"type": "function_call", "call_id": str(number), "name": "act", "arguments": "{}"},
        {"type": "function_call_output", "call_id": str(number), "output": result},
    ]


def _answer(text: str) -> Item:
    return {"type": "message", "role": "assistant", "content": [{"text": text}]}


def test_agents_that_are_called_as_tools_are_carried_within_the_same_bounds() -> None:
    big = [said("go"), *(_call(n, "x" * 20_000)[1] for n in range(20))]
    inner = InnerRun(call_id="c1", tool="ask", max_turns=3, agent="Clerk", items=big)
    deeper = inner.model_copy(update={"call_id": "c2", "calls": [GuardedCall(call=a_call())]})
    inner.inner = [deeper]
    [turn] = carried([TurnState(number=1, message=a_message("go"), items=big, inner=[inner])])
    runs = [*turn.runs()]
    assert [len(it.items) for it in runs] == [21, 21, 21]
    assert sum(size_of(item) for run in runs for item in run.items) <= CARRIED_SIZE
    assert [it.call.id for it in turn.open_calls()] == [a_call().id]
    memory = Memory(origin=a_thread(), open_turns=(turn,))
    stored = memory.model_dump_json(exclude_unset=True)  # as Temporal is given it
    assert Memory.model_validate_json(stored).open_turns == (turn,)


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
                items.append(_answer("x" * 20_000))
            case _:
                items.append(_answer(f"answer {number}"))
    return items


@examples(300)
@given(steps=STEPS, repeat=st.integers(1, 6))
def test_a_window_is_the_newest_part_and_never_begins_inside_a_call(
    steps: list[str], repeat: int
) -> None:
    items = _thread(steps, repeat)
    kept = window(items)
    assert [_shape(it) for it in kept] == [_shape(it) for it in items[len(items) - len(kept) :]]
    assert not _told(items) or kept
    if len([it for it in kept if is_said(it)]) > 1:
        assert len(kept) <= ITEMS_LIMIT
    assert fits(kept, SIZE_LIMIT) or len(kept) > ITEMS_LIMIT
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


def test_one_large_answer_does_not_empty_the_memory() -> None:
    items = [said("our cost centre is 4711"), _answer("x" * SIZE_LIMIT), said("new")]
    kept = window(items)
    assert [_shape(it) for it in kept] == [_shape(it) for it in items]
    assert kept[0] == items[0]
    assert "characters are left out" in str(kept[1])


def test_a_turn_that_alone_is_too_large_is_kept_with_its_texts_cut_short() -> None:
    items = [said("go"), *(it for number in range(40) for it in _call(number, "y" * 20_000))]
    kept = window(items)
    assert [_shape(it) for it in kept] == [_shape(it) for it in items]
    assert fits(kept, SIZE_LIMIT)
    assert "y" * 20_000 in str(kept[-1]), "the newest is cut last"


def test_arguments_that_are_cut_are_still_json() -> None:
    call = {"type": "function_call", "arguments": json.dumps({"text": "z" * 10**6})}
    assert "left_out" in json.loads(bounded(call, 1_000)["arguments"])


@examples(200)
@given(text=st.text(max_size=2_000), limit=st.integers(0, 1_000))
def test_a_cut_text_says_how_much_is_missing(text: str, limit: int) -> None:
    cut = cut_short(text, limit)
    if len(text) <= limit:
        assert cut == text
    else:
        assert cut.startswith(text[:limit])
        assert f"[{len(text) - limit:,} of {len(text):,} characters" in cut


def test_a_window_of_a_window_is_the_same() -> None:
    items = [it for number in range(300) for it in (said(str(number)), *_call(number))]
    assert window(window(items)) == window(items)


def test_only_a_person_says_something() -> None:
    assert is_said(said("hi"))
    assert not is_said(noted("hi"))
    assert not is_said(_call(1)[0])
    assert not is_said(_answer("hi"))


def _turn(number: int, items: int, text: int, *open_calls: str) -> TurnState:
    calls = [it for step in range(items) for it in _call(step, "é" * text)]
    asked = [{"type": "function_call", "call_id": id_, "name": "act"} for id_ in open_calls]
    return TurnState(
        number=number,
        message=a_message("go"),
        items=[said("go"), *calls, *asked],
        calls=[GuardedCall(call=a_call().model_copy(update={"id": id_})) for id_ in open_calls],
    )


@examples(60)
@given(
    turns=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([10, 5_000, 24_000])), max_size=30)
)
def test_whatever_waits_can_be_carried(turns: list[tuple[int, int]]) -> None:
    states = [_turn(number, *turn, "open") for number, turn in enumerate(turns)]
    kept = carried(states)
    assert sum(size_of(item) for it in kept for item in it.items) <= 1.2 * CARRIED_SIZE
    for before, after in zip(states, kept, strict=True):
        assert after.items[0] == said("go")
        assert after.items[-1] == before.items[-1], "its answer needs the call before it"


def test_many_small_steps_are_left_out_and_open_calls_are_not() -> None:
    states = [_turn(number, 384, 400, "open") for number in range(30)]
    kept = carried(states)
    assert [len(it.items) for it in kept] == [2] * 30
    assert {it.items[1]["call_id"] for it in kept} == {"open"}


def test_a_full_thread_is_carried_in_one_payload() -> None:
    """2 MiB is what Temporal takes as one (`limit.blobSize.error`)."""
    big = a_status().model_copy(update={"result": "x" * 20_000})
    waiting = [_turn(number, 12, 24_000, "open") for number in range(30)]
    unread = [
        TurnState(number=number, message=a_message("y" * (INBOX_SIZE // INBOX_LIMIT)))
        for number in range(INBOX_LIMIT)
    ]
    memory = Memory(
        origin=a_thread(),
        items=tuple(
            window([it for _ in range(40) for it in (said("é" * 2_000), *_call(1, "é" * 3_000))])
        ),
        seen=tuple(f"Ev0123456789ABCDEF{number:06}" for number in range(SEEN_LIMIT)),
        open_turns=carried([*waiting, *unread]),
        revised=(lean(big),) * 3,
    )
    assert len(memory.model_dump_json()) + WAITING_SIZE < 2 * 2**20


def test_a_thread_whose_beginning_is_forgotten_says_so() -> None:
    conversation = ConversationState.of(Memory(origin=a_thread()))
    for number in range(2 * ITEMS_LIMIT):
        conversation.add(said(f"message {number}"))
    assert conversation.forgotten
    mark, oldest, *_ = conversation.before(conversation.length)
    assert mark["role"] == "developer"
    assert f"oldest {conversation.forgotten} entries" in mark["content"]
    assert oldest == said(f"message {conversation.forgotten}")


def test_a_thread_of_which_all_is_kept_says_nothing_more() -> None:
    conversation = ConversationState.of(Memory(origin=a_thread()))
    conversation.add(said("hello"))
    assert conversation.before(conversation.length) == [said("hello")]
