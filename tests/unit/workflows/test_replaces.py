"""The argument by which a call names the request that it takes the place of."""

import json

import pytest

from workflows.contracts.replacing import split_replaces

ID = "approval-k3f9x2ab7q1m"


@pytest.mark.parametrize("nothing", [None, "", " ", "null", "None"])
def test_a_call_that_replaces_nothing_keeps_its_own_arguments(nothing: str | None) -> None:
    own, replaced = split_replaces(
        json.dumps({"n": 2, "approval_reason": "é", "replaces": nothing})
    )
    assert (json.loads(own), replaced) == ({"n": 2, "approval_reason": "é"}, "")


def test_what_is_replaced_is_no_argument_of_the_tool() -> None:
    assert split_replaces(f'{{"n": 2, "replaces": "{ID}"}}') == ('{"n": 2}', ID)


@pytest.mark.parametrize("odd", ["", "{", "[1]", '{"n": 2.50}', "null", "[" * 100_000])
def test_anything_else_is_left_as_it_is(odd: str) -> None:
    assert split_replaces(odd) == (odd, "")
