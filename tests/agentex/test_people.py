"""Who asks in a task of AgentEx, and where that is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agentex.json_rpc import harmless
from countersign.agentex.origin import PRINCIPAL_LIMIT, TaskIdError, person_of, task_origin
from workflows.contracts.core import SLACK, Person

NAMES = ("x-user-id", "x-user-email", "x-selected-account-id")


@pytest.mark.parametrize(
    ("headers", "params", "who"),
    [
        ({"X-User-Id": "u-1", "x-user-email": "a@b.test"}, None, "u-1"),
        ({"x-user-id": " ", "x-user-email": "a@b.test"}, None, "a@b.test"),
        ({"x-selected-account-id": "acc"}, {"principal": "bob"}, "acc"),
        ({}, {"principal": "bob", "user_id": "eve"}, "bob"),
        ({}, {"principal": {"id": 1}, "user_id": "eve"}, "eve"),
        ({"x-user-id": "a\u202eb\x00c\n d"}, None, "abcd"),
        ({"x-forwarded-user": "eve"}, {}, "somebody"),
        ({}, None, "somebody"),
    ],
)
def test_the_first_that_says_so_is_who_asks(
    headers: dict[str, str], params: dict[str, object] | None, who: str
) -> None:
    assert person_of(headers, params, NAMES) == Person(team="", user=f"agentex:{who}", name=who)


@given(st.text(), st.none() | st.text() | st.integers())
def test_whoever_asks_is_bounded_harmless_and_never_of_slack(header: str, param: Any) -> None:
    person = person_of({"x-user-id": header}, {"principal": param}, NAMES)
    assert person.kind == "agentex"
    assert person.kind != SLACK
    assert 0 < len(person.name) <= PRINCIPAL_LIMIT
    assert person.name.isprintable()
    assert not any(it.isspace() for it in person.name)


@pytest.mark.parametrize(
    "name", ["x-acting-user-api-key", "x-acting-user-cookie", "cookie", "authorization"]
)
def test_a_credential_is_never_who_asks_and_is_not_kept(name: str) -> None:
    person = person_of({name: "s3cret"}, None, (name,))
    assert person.name == "somebody"
    assert harmless({name: "s3cret", "X-User-Id": "u", "x-forwarded-for": "::1"}) == {
        "x-user-id": "u"
    }


def test_a_task_is_an_origin_of_its_own() -> None:
    origin = task_origin("countersign", "7d3c-1")
    assert origin.workflow_id == "conversation-agentex-countersign-7d3c-1"


@pytest.mark.parametrize("id_", ["", "a b", "a/b", "ü", "x" * 65, "a\n"])
def test_what_is_no_id_is_refused(id_: str) -> None:
    for agent, task in (("countersign", id_), (id_, "7d3c")):
        with pytest.raises(TaskIdError):
            task_origin(agent, task)
