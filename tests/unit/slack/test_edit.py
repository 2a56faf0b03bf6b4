"""Edit & approve: from the tool's schema to a form and back to arguments."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.modals.edit import EditErrors, edit_modal, read_edit
from countersign.slack.modals.meta import Meta
from countersign.slack.modals.typed import Typed, typed_of
from countersign.slack.text import BUTTON_VALUE_LIMIT
from sandbox.block_kit.inputs import state_values
from tests.support.examples import examples
from tests.unit.slack.cases import PARAMETERS, STATES, pending, view_refused_by_slack, view_text
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ArgumentField

META = Meta(("approval-k3f9x2ab7q1m",))
ALL_KINDS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "minLength": 1},
        "note": {"type": "string"},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 100},
        "price": {"type": "number"},
        "express": {"type": "boolean"},
        "colour": {"$ref": "#/$defs/Colour"},
        "until": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "lines": {"type": "array", "items": {"type": "object"}},
        "api_key": {"type": "string"},
        "approval_reason": {"type": "string"},
    },
    "required": ["sku", "note", "quantity", "price", "express", "colour", "until", "lines"],
    "$defs": {"Colour": {"type": "string", "enum": ["red", "green"]}},
}
GIVEN: dict[str, Any] = {
    "sku": "widget",
    "note": "two\nlines",
    "quantity": 5,
    "price": 41.2,
    "express": False,
    "colour": "green",
    "until": None,
    "lines": [{"a": 1}],
    "api_key": "hunter2000",
    "approval_reason": "stock is low",
}


def _asked(given: dict[str, Any], parameters: dict[str, Any] = ALL_KINDS) -> ApprovalStatus:
    status = pending()
    call = status.request.call.model_copy(update={"arguments": json.dumps(given)})
    prepared = status.request.prepared.model_copy(update={"parameters": parameters})
    request = status.request.model_copy(update={"call": call, "prepared": prepared})
    return status.model_copy(update={"request": request})


def _elements(status: ApprovalStatus, typed: Typed | None = None) -> dict[str, Any]:
    blocks = edit_modal(status, META, typed).to_dict()["blocks"]
    return {
        block["block_id"].removeprefix("argument:"): block["element"]
        for block in blocks
        if block["type"] == "input"
    }


def _sent(status: ApprovalStatus, **changed: dict[str, Any]) -> str | EditErrors:
    """What is read when a person changes some fields and submits."""
    view = edit_modal(status, META).to_dict()
    filled = {f"argument:{name}": {"value": state} for name, state in changed.items()}
    values = state_values(view["blocks"], filled)
    return read_edit(values, status.shown.parameters, status.call.arguments)


def _arguments(status: ApprovalStatus, **changed: dict[str, Any]) -> dict[str, Any]:
    read = _sent(status, **changed)
    assert isinstance(read, str)
    return json.loads(read)


def test_each_argument_has_the_field_of_its_type() -> None:
    elements = _elements(_asked(GIVEN))
    assert {name: element["type"] for name, element in elements.items()} == {
        "sku": "plain_text_input",
        "note": "plain_text_input",
        "quantity": "number_input",
        "price": "number_input",
        "express": "static_select",
        "colour": "static_select",
        "until": "plain_text_input",
        "lines": "plain_text_input",
    }
    assert elements["note"]["multiline"]
    assert elements["quantity"]["initial_value"] == "5"
    assert (elements["quantity"]["min_value"], elements["quantity"]["max_value"]) == ("1", "100")
    assert elements["express"]["initial_option"]["text"]["text"] == "No"


def test_slack_takes_the_form() -> None:
    view = edit_modal(_asked(GIVEN), META)
    assert view_refused_by_slack(view) == []


def test_what_nobody_touches_comes_back_as_it_was() -> None:
    assert _arguments(_asked(GIVEN)) == GIVEN


def test_what_was_changed_comes_back_with_its_type() -> None:
    changed = _arguments(
        _asked(GIVEN),
        quantity={"value": "50"},
        price={"value": "39.5"},
        express={"selected_option": {"value": "0"}},
        colour={"selected_option": {"value": "0"}},
        until={"value": "Friday"},
        lines={"value": "[1, 2]"},
        note={"value": None},
    )
    assert changed == {
        **GIVEN,
        "quantity": 50,
        "price": 39.5,
        "express": True,
        "colour": "red",
        "until": "Friday",
        "lines": [1, 2],
        "note": "",
    }


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("quantity", "5.5", "whole number"),
        ("quantity", "many", "a number"),
        ("quantity", "9" * 5_000, "a number"),
        ("price", "NaN", "a number"),
        ("lines", "[1,", "Write JSON"),
        ("lines", "NaN", "Write JSON"),
        ("lines", '"\\ud800"', "Write JSON"),
    ],
)
def test_a_value_that_does_not_fit_is_answered_beside_its_field(
    name: str, value: str, words: str
) -> None:
    errors = _sent(_asked(GIVEN), **{name: {"value": value}})
    assert isinstance(errors, EditErrors)
    assert list(errors) == [f"argument:{name}"]
    assert words in errors[f"argument:{name}"]


def test_a_secret_is_neither_shown_nor_editable_nor_lost() -> None:
    status = _asked({**GIVEN, "note": "the key is hunter2000", "lines": [{"token": "abcd1234"}]})
    shown = view_text(edit_modal(status, META))
    assert "hunter2000" not in shown
    assert "abcd1234" not in shown
    assert {"api_key", "note", "lines"}.isdisjoint(_elements(status))
    assert _arguments(status)["api_key"] == "hunter2000"


def test_what_a_card_masks_cannot_be_edited() -> None:
    status = _asked(GIVEN)
    fields = (ArgumentField(name="Sku", value="••••", is_secret=True),)
    prepared = status.request.prepared.model_copy(update={"fields": fields})
    request = status.request.model_copy(update={"prepared": prepared})
    assert "sku" not in _elements(status.model_copy(update={"request": request}))


@pytest.mark.parametrize("value", ["x" * 3_001, "pay\u200bpal", "\u202eevil", 7])
def test_a_text_that_a_field_cannot_show_exactly_stays_as_it_is(value: Any) -> None:
    status = _asked({**GIVEN, "note": value})
    assert "note" not in _elements(status)
    assert "These stay as they are" in view_text(edit_modal(status, META))
    assert _arguments(status) == {**GIVEN, "note": value}


def test_a_form_without_fields_cannot_be_submitted() -> None:
    for status in (_asked(GIVEN, {}), STATES["done"], STATES["not from Slack"]):
        view = edit_modal(status, META)
        assert view.submit is None
        assert view_refused_by_slack(view) == []


def test_more_than_a_dialog_holds_cannot_be_edited() -> None:
    names = [f"n{at}" for at in range(150)]
    parameters = {"properties": {name: {"type": "string"} for name in names}}
    view = edit_modal(_asked(dict.fromkeys(names, "x"), parameters), META)
    assert view.submit is None
    assert "Ask for changes instead" in view_text(view)


def test_a_submission_that_holds_nothing_changes_nothing() -> None:
    assert read_edit({}, PARAMETERS, '{"sku": "a"}') == '{"sku": "a"}'
    assert read_edit({}, PARAMETERS) == "{}"


KINDS = st.sampled_from(
    [
        {},
        {"type": "string"},
        {"type": "integer"},
        {"type": "number"},
        {"type": "boolean"},
        {"enum": ["a", 1, None, "x" * 100]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"type": "array"},
        {"type": "object"},
        {"$ref": "#/$defs/none"},
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=90),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@examples(150)
@given(
    schemas=st.dictionaries(st.text(min_size=1, max_size=30), KINDS, max_size=6),
    data=st.data(),
)
def test_whatever_the_schema_an_untouched_form_changes_nothing(
    schemas: dict[str, Any], data: st.DataObject
) -> None:
    names = sorted(schemas)
    values = {name: data.draw(JSON, label=name) for name in names}
    status = _asked(values, {"properties": schemas, "required": names})
    view = edit_modal(status, META)
    assert view_refused_by_slack(view) == []
    blocks = view.to_dict()["blocks"]
    read = read_edit(state_values(blocks, {}), status.shown.parameters, status.call.arguments)
    if isinstance(read, str):
        shown = {name: value for name, value in json.loads(read).items() if value != ""}
        assert shown == {
            name: value for name, value in values.items() if value not in (None, "")
        } | {name: None for name, value in values.items() if value is None and name in shown}


def _again(status: ApprovalStatus, **changed: Any) -> Typed:
    """What is kept of an edit from its refusal to the next opening of the form."""
    edited = {**json.loads(status.call.arguments), **changed}
    text = typed_of(status, json.dumps(edited)).dump(BUTTON_VALUE_LIMIT)
    assert len(text) <= BUTTON_VALUE_LIMIT
    return Typed.load(text)


def test_what_was_refused_later_is_filled_in_again() -> None:
    changed = {"sku": "desk", "quantity": 7, "price": 1e3, "express": True, "colour": "red"}
    status = _asked(GIVEN)
    shown = _elements(status, _again(status, **changed, until="May", lines=[], note=""))

    assert shown["sku"]["initial_value"] == "desk"
    assert shown["quantity"]["initial_value"] == "7"
    assert shown["price"]["initial_value"] == "1000"
    assert shown["express"]["initial_option"]["text"]["text"] == "Yes"
    assert shown["colour"]["initial_option"]["text"]["text"] == "red"
    assert shown["until"]["initial_value"] == "May"
    assert shown["lines"]["initial_value"] == "[]"
    assert "initial_value" not in shown["note"]


def test_what_was_not_changed_stays_as_it_is_now() -> None:
    typed = _again(_asked(GIVEN), quantity=7)
    assert typed == Typed({"quantity": 7})
    shown = _elements(_asked({**GIVEN, "sku": "chair"}), typed)
    assert shown["sku"]["initial_value"] == "chair"


def test_no_secret_is_kept() -> None:
    status = _asked(GIVEN)
    typed = _again(status, api_key="hunter3000", note="it is hunter3000", quantity=7)
    assert typed == Typed({"quantity": 7})


def test_what_is_too_long_to_be_kept_is_said_to_be() -> None:
    status = _asked(GIVEN)
    typed = _again(status, note="n" * 2_000, quantity=7)
    assert typed == Typed({"quantity": 7}, is_cut=True)
    assert "too long to be kept" in view_text(edit_modal(status, META, typed))
    assert _elements(status, typed)["note"]["initial_value"] == GIVEN["note"]


@pytest.mark.parametrize(
    "text", ["", "null", "[1]", '{"v": 3}', '{"v": {"quantity": "many"}}', "{"]
)
def test_what_cannot_be_read_or_shown_leaves_the_form_as_it_is(text: str) -> None:
    shown = _elements(_asked(GIVEN), Typed.load(text))
    assert shown["quantity"]["initial_value"] == "5"
