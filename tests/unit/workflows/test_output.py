"""Answers with fields as people read them."""

import json
from typing import Any

import pytest

from workflows.contracts.core import OutputSpec
from workflows.conversation.output import misfit, readable

SHAPE = {
    "type": "object",
    "properties": {"when": {"type": "string", "title": "Departure"}, "is_full": {}},
}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"when": "noon", "is_full": False}, "- **Departure:** noon\n- **Is full:** no"),
        ({"only": "words"}, "words"),
        ({"only": [1, 2]}, "- **Only:**\n  - 1\n  - 2"),
        ({"a": {"b": 1, "c": [{"d": None}]}, "e": []}, None),
        ({"a": "one\ntwo", "b": 1.5}, "- **A:** one\n  two\n- **B:** 1.5"),
        ([], "none"),
        ({}, "none"),
        (7, "7"),
    ],
)
def test_fields_become_a_list(answer: Any, told: str | None) -> None:
    spec = OutputSpec(name="Trip", shape=SHAPE)
    shown = readable(json.dumps(answer), spec)
    if told is None:
        told = "- **A:**\n  - **B:** 1\n  - **C:**\n    -\n      - **D:** none\n- **E:** none"
    assert shown == told


def test_what_is_no_json_or_has_no_type_stays_as_it_is() -> None:
    assert readable("{not json", OutputSpec(name="T", shape=SHAPE)) == "{not json"
    assert readable('{"a": 1}', None) == '{"a": 1}'


def test_a_broken_schema_refuses_nothing() -> None:
    assert misfit({}, {"type": 7}) == ""
    assert misfit({}, {"$ref": "#/$defs/nowhere"}) == ""
    assert "required" in misfit({}, {"type": "object", "required": ["x"]})
