"""Messages in the order in which they were said, each once, whatever Slack delivers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import ALICE, a_thread
from tests.support.examples import examples
from workflows.contracts.core import Edit, Message
from workflows.conversation.inbox import Inbox, moment_of
from workflows.conversation.memory import INBOX_LIMIT, SEEN_LIMIT, Memory


def _message(number: int, text: str = "hello", id_: str = "") -> Message:
    return Message(id=id_ or f"Ev{number}", ts=f"{number}.000100", author=ALICE, text=text)


def _inbox(*messages: Message) -> Inbox:
    inbox = Inbox(Memory(origin=a_thread()))
    for message in messages:
        inbox.put(message)
    return inbox


@examples(200)
@given(numbers=st.lists(st.integers(1, 40), max_size=60))
def test_every_message_is_there_once_in_the_order_in_which_it_was_said(numbers: list[int]) -> None:
    inbox = _inbox(*map(_message, numbers))
    assert [it.ts for it in inbox.messages] == [f"{it}.000100" for it in sorted(set(numbers))]


def test_another_delivery_is_known_by_its_id_and_by_its_time() -> None:
    inbox = _inbox(_message(1), _message(1, id_="other"), _message(2, id_="Ev1"))
    assert len(inbox.messages) == 1
    again = Inbox(Memory(origin=a_thread(), seen=inbox.seen))
    again.put(_message(1))
    assert not again.has_news(lambda _: True)


def test_what_is_not_due_stays_for_later() -> None:
    inbox = _inbox(*map(_message, [3, 1, 2]))
    assert inbox.has_news(lambda it: it.id == "Ev2")
    assert [it.id for it in inbox.take(lambda it: it.id != "Ev2")] == ["Ev1", "Ev3"]
    assert not inbox.has_news(lambda it: it.id == "Ev3")
    assert [it.id for it in inbox.messages] == ["Ev2"]


def test_what_is_remembered_is_bounded_and_forgets_the_oldest() -> None:
    inbox = _inbox(*map(_message, range(SEEN_LIMIT)))
    assert len(inbox.seen) == SEEN_LIMIT
    assert inbox.knows(f"{SEEN_LIMIT - 1}.000100")
    assert not inbox.knows("0.000100")


def test_too_many_are_counted_and_not_kept() -> None:
    inbox = _inbox(*map(_message, range(INBOX_LIMIT + 7)))
    assert len(inbox.messages) == INBOX_LIMIT
    assert inbox.take_missed() == 7
    assert inbox.take_missed() == 0


def test_those_under_way_and_long_ones_count_too() -> None:
    inbox = _inbox()
    inbox.put(_message(1), under_way=[_message(it) for it in range(INBOX_LIMIT)])
    assert inbox.take_missed() == 1
    large = _inbox(*(_message(it, "x" * 12_000) for it in range(100)))
    assert 0 < len(large.messages) < 100
    assert large.take_missed() == 100 - len(large.messages)


def test_an_edit_of_what_nobody_has_read_counts() -> None:
    inbox = _inbox(_message(1, "order 100"))
    edit = Edit(id="Ev9", ts="1.000100", author=ALICE, before="order 100", after="order 10")
    assert inbox.amend(edit)
    assert inbox.messages[0].text == "order 10"
    inbox.messages.clear()
    assert not inbox.amend(edit)


@pytest.mark.parametrize(("ts", "moment"), [("12.5", 12.5), ("", 0.0), ("yesterday", 0.0)])
def test_a_time_that_is_none_is_long_ago(ts: str, moment: float) -> None:
    assert moment_of(ts) == moment
