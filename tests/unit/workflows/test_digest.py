"""Digests of what is approved, and the lines that say what changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import a_prepared
from workflows.contracts.core import ArgumentField, Difference, Prepared
from workflows.digest import HIDDEN, SUMMARY, call_digest, differences, digest

ORDER = '{"sku": "widget", "quantity": 100, "approval_reason": "stock is low"}'
PRICE = ArgumentField(name="price each", value="€41.20")
BUDGET = ArgumentField(name="budget left after", value="€20,880.00", is_bound=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def _digest(*fields: ArgumentField, arguments: str = ORDER) -> str:
    return digest("place_order", arguments, a_prepared(*fields))


@pytest.mark.parametrize(
    "arguments",
    [
        '{"sku": "widget", "quantity": 100}',
        '{"quantity":100,"sku":"widget","approval_reason":"another one"}',
        '{"quantity": 100.0, "sku": "w\\u0069dget"}',
    ],
)
def test_order_spacing_and_reason_are_no_part_of_a_call(arguments: str) -> None:
    assert call_digest("place_order", arguments) == call_digest("place_order", ORDER)
    assert _digest(arguments=arguments) == _digest()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("cancel_order", ORDER),
        ("place_order", '{"sku": "widget", "quantity": 101}'),
        ("place_order", '{"sku": "widget", "quantity": "100"}'),
        ("place_order", '{"sku": "widget", "quantity": 100, "note": null}'),
        ("place_order", '{"sku": "widget", "quantity": true}'),
        ("place_order", ""),
        ("place_order", "100 widgets"),
    ],
)
def test_another_call_has_another_digest(tool: str, arguments: str) -> None:
    assert call_digest(tool, arguments) != call_digest("place_order", ORDER)


@pytest.mark.parametrize(
    "arguments",
    [
        "{",
        "[]",
        '"reason"',
        "\ud800",
        '{"a": "\\ud800"}',
        "[" * 100_000,
        "9" * 5_000,
        "NaN",
        "1e999",
    ],
    ids=range(9),
)
def test_arguments_that_are_no_object_have_a_digest_too(arguments: str) -> None:
    assert len(call_digest("act", arguments)) == 64


@given(st.dictionaries(st.text(), JSON))
def test_a_call_is_known_again_however_it_is_written(arguments: dict[str, object]) -> None:
    backwards = dict(reversed(arguments.items()))
    assert call_digest("act", json.dumps(arguments)) == call_digest(
        "act", json.dumps(backwards, indent=2, ensure_ascii=False)
    )


def test_what_is_bound_changes_the_digest_and_what_is_not_bound_does_not() -> None:
    richer = BUDGET.model_copy(update={"value": "€99.00"})
    dearer = PRICE.model_copy(update={"value": "€50.00"})
    assert _digest(PRICE, BUDGET) == _digest(PRICE, richer) == _digest(PRICE)
    assert _digest(PRICE, BUDGET) != _digest(dearer, BUDGET)
    for change in ({"summary": "Order 1 desk"}, {"cost": "€1.00"}):
        other = a_prepared(PRICE, BUDGET).model_copy(update=change)
        assert digest("place_order", ORDER, other) != _digest(PRICE, BUDGET)


def test_the_reason_and_the_agents_name_are_not_bound() -> None:
    other = a_prepared().model_copy(update={"reason": "because", "agent": "Seller", "title": "X"})
    assert digest("place_order", ORDER, other) == _digest()


def test_the_same_proposal_has_no_differences() -> None:
    assert differences(a_prepared(PRICE, BUDGET), a_prepared(PRICE)) == ()


def test_fields_that_changed_came_or_went_are_named_with_the_cost() -> None:
    before = a_prepared(PRICE, ArgumentField(name="note", value="soon"), BUDGET)
    after = a_prepared(
        PRICE.model_copy(update={"value": "€50.00"}), ArgumentField(name="to", value="Rome")
    ).model_copy(update={"cost": "€5,000.00", "summary": "Order 100 widgets for €5,000.00"})
    assert differences(before, after) == (
        Difference(name="price each", before="€41.20", after="€50.00"),
        Difference(name="note", before="soon"),
        Difference(name="to", after="Rome"),
        Difference(name="cost", before="€4,120.00", after="€5,000.00"),
    )


def test_a_cost_that_a_field_says_is_not_said_twice() -> None:
    before, after = (
        a_prepared(ArgumentField(name="total", value=cost)).model_copy(update={"cost": cost})
        for cost in ("€1.00", "€2.00")
    )
    assert [line.name for line in differences(before, after)] == ["total"]


def test_the_summary_is_compared_where_nothing_else_differs() -> None:
    after = a_prepared().model_copy(update={"summary": "Order 100 gadgets"})
    (line,) = differences(a_prepared(), after)
    assert (line.name, line.after) == (SUMMARY, "Order 100 gadgets")


def test_lines_of_one_name_count_together() -> None:
    two = [ArgumentField(name="to", value=city) for city in ("Rome", "Oslo")]
    (line,) = differences(Prepared(fields=(two[0],)), Prepared(fields=(*two,)))
    assert (line.before, line.after) == ("Rome", "Rome\nOslo")


def test_a_secret_that_changed_is_named_and_not_shown() -> None:
    masked = ArgumentField(name="api key", value="••••", is_secret=True)
    before, after = (Prepared(fields=(masked,), digest=digest) for digest in ("a", "b"))
    (line,) = differences(before, after)
    assert (line.name, line.before) == ("api key", "••••")
    assert line.before != line.after


def test_digests_that_differ_are_never_without_a_line() -> None:
    before, after = (Prepared(summary="Act", digest=digest) for digest in ("a", "b"))
    assert [line.name for line in differences(before, after)] == [HIDDEN]
