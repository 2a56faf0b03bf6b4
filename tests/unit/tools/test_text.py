"""What people read of a call that has no preview."""

import pytest

from countersign.tools.text import shown_value


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "none"),
        (0, "0"),
        ("True", "True"),
        (["kim", "zoë"], '["kim", "zoë"]'),
        ({"gently": True}, '{"gently": true}'),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_no_argument_is_shown_as_python_writes_it(value: object, read: str) -> None:
    assert shown_value(value) == read
