"""Amounts in the form of a cost, also those that a person is told have changed."""

import pytest

from tests.support.builders import NOON, a_prepared, a_press, a_request
from workflows.contracts.activity_inputs import Recounted
from workflows.contracts.core import Difference
from workflows.digest import TOTAL
from workflows.money import written_like
from workflows.voting.docket import Entry
from workflows.voting.drift import drift_of
from workflows.voting.parsing import Vote


@pytest.mark.parametrize(
    ("cost", "written"),
    [
        ("€4,120.00", "€5,400.50"),
        ("4,120.00 kr", "5,400.50 kr"),
        ("$ 7", "$ 5,400"),
        ("", "5,400.50"),
        ("about 3", "5,400.50"),
    ],
)
def test_an_amount_is_written_as_the_cost_is(cost: str, written: str) -> None:
    assert written_like(cost, 5_400.5) == written


def test_a_total_that_has_grown_has_its_currency() -> None:
    request = a_request().model_copy(update={"total": 4_120.0})
    entry = Entry(Vote(True, a_press()), NOON)
    entry.recounted = Recounted(total=5_400.0, is_ruled_alike=False)
    grown = Difference(name=TOTAL, before="€4,120.00", after="€5,400.00")
    assert drift_of(request, a_prepared(), entry) == (grown,)
