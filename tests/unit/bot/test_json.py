"""JSON from outside can be written again, or is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads.fields import PayloadError
from bot.payloads.sanitizing import DEEPEST, sanitized
from tests.support.examples import examples

TEXT = st.text(st.characters(), max_size=6) | st.sampled_from(["\ud800", "a\udfffb", "\ud83d"])
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=30,
)


@examples(300)
@given(ANY)
def test_whatever_python_reads_can_be_written(value: Any) -> None:
    written = json.dumps(sanitized(value), ensure_ascii=False, allow_nan=False)
    written.encode()
    assert sanitized(json.loads(written)) == json.loads(written)


@pytest.mark.parametrize("value", [{"a": [1, 2.5, "größer €5 👍", None, True]}, [], "x", 5])
def test_what_is_sound_stays_as_it_is(value: Any) -> None:
    assert sanitized(value) == value


@pytest.mark.parametrize(("levels", "is_read"), [(DEEPEST, True), (DEEPEST + 1, False)])
def test_nesting_has_an_end(levels: int, is_read: bool) -> None:
    value: Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    if is_read:
        assert sanitized(value) == value
        return
    with pytest.raises(PayloadError):
        sanitized(value)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_a_number_that_no_json_has_is_none(number: str) -> None:
    assert sanitized(json.loads(f'{{"a": {number}}}')) == {"a": None}
