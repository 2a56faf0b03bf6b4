"""What the model's provider asks and is answered, as the thread keeps it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflows.contracts.core import AgentSpec, HostedSpec
from workflows.conversation.hosted import (
    GONE,
    NOT_ALLOWED,
    NOT_ANSWERED,
    UNSAID,
    answered,
    has_allowed,
    held_back,
    hosted_fingerprint,
    matched,
    settled,
)
from workflows.conversation.memory import Item, bounded, noted, output, said, shrunk

ASKED = said("roll back")


def asks(id_: str = "r1", name: str = "roll_back", arguments: str = "{}") -> Item:
    item = {"type": "mcp_approval_request", "id": id_, "server_label": "deploys"}
    return {**item, "name": name, "arguments": arguments}


def answers(id_: str = "r1", *, yes: bool = True, reason: str = "") -> Item:
    item = {"type": "mcp_approval_response", "approval_request_id": id_, "approve": yes}
    return {**item, "reason": reason} if reason else item


def ran(id_: str | None = "r1", told: str = "done", **more: Any) -> Item:
    same = {**asks(), "type": "mcp_call", "id": f"m-{id_}", "approval_request_id": id_}
    return {**same, "output": told, **more}


def says(text: str = "Done.") -> Item:
    return {"role": "assistant", "content": text, "id": "msg_1"}


def thinks(id_: str = "rs_1") -> Item:
    return {"type": "reasoning", "id": id_, "summary": []}


def call(id_: str = "c1") -> Item:
    return {"type": "function_call", "id": f"fc_{id_}", "call_id": id_, "name": "act"}


def a_pair(told: str, id_: str = "r1", name: str = "deploys__roll_back") -> list[Item]:
    made = {"type": "function_call", "call_id": id_, "name": name, "arguments": "{}"}
    return [made, output(id_, told)]


def test_what_is_answered_and_not_told_yet_stays_as_it_is() -> None:
    items = [ASKED, thinks(), asks(), call(), output("c1", "x"), answers()]
    assert settled(items) == items
    assert has_allowed(settled(items))


def test_what_was_told_is_a_call_with_what_came_of_it() -> None:
    items = [ASKED, asks(), answers(), ran(told="to 41"), says()]
    assert settled(items)[:3] == [ASKED, *a_pair("to 41")]
    assert settled([ASKED, asks(), answers(), says()])[1:3] == a_pair(UNSAID)
    assert settled([ASKED, asks(), answers(yes=False, reason="no"), says()])[1:3] == a_pair("no")
    assert settled([ASKED, asks(), answers(yes=False), says()])[1:3] == a_pair(NOT_ALLOWED)
    assert settled([ASKED, asks(), says("?"), said("x"), says()])[1:3] == a_pair(NOT_ANSWERED)


def test_reasoning_goes_with_what_it_led_to_and_ids_with_the_reasoning() -> None:
    items = [ASKED, thinks(), asks(), call(), output("c1", "x"), answers(), says()]
    assert settled(items) == [
        ASKED,
        *a_pair(UNSAID),
        {"type": "function_call", "call_id": "c1", "name": "act"},
        output("c1", "x"),
        says(),
    ]


def test_a_turn_that_is_over_keeps_nothing_that_could_be_run() -> None:
    kept = settled([ASKED, asks(), answers()], is_over=True)
    assert kept == [ASKED, *a_pair(UNSAID)]


def test_what_ran_of_itself_is_told_too_and_found() -> None:
    items = [ASKED, ran("r9", "dropped"), says()]
    assert settled(items)[1:3] == a_pair("dropped", "m-r9")
    assert matched(items) == ({}, [items[1]])
    refused = [ASKED, asks(), answers(yes=False), ran()]
    assert matched(refused)[1] == [refused[-1]]
    twice = [ASKED, asks(), answers(), ran(), ran()]
    assert matched(twice) == ({"r1": twice[3]}, [twice[4]])


def test_a_provider_that_does_not_say_by_which_request_is_matched_by_the_call() -> None:
    items = [ASKED, asks(), answers(), ran(None)]
    assert matched(items) == ({"r1": items[-1]}, [])
    other = [ASKED, asks(), answers(), ran(None, arguments='{"service": "blog"}')]
    assert matched(other) == ({}, [other[-1]])


def test_an_id_that_comes_again_takes_nothing_of_the_answer_before() -> None:
    again = asks(name="drop_database")
    items = [ASKED, asks(), answers(), ran(told="to 41"), again]
    assert settled(items) == [ASKED, *a_pair("to 41"), again]
    assert not has_allowed(settled(items))


def _spec(*hosted: HostedSpec) -> AgentSpec:
    return AgentSpec(name="A", instructions="I", model="m", tools=(), hosted=hosted)


def test_what_was_approved_for_another_server_is_not_let_run() -> None:
    prints = {"r1": hosted_fingerprint("ref-1", "deploys.roll_back")}
    items = [ASKED, thinks(), asks(), answers()]
    same = _spec(HostedSpec(label="deploys", ref="ref-1"))
    assert held_back(items, prints, same) == items
    for other in (_spec(HostedSpec(label="deploys", ref="ref-2")), _spec()):
        assert held_back(items, prints, other) == [ASKED, *a_pair(GONE)]


def test_what_was_rejected_keeps_its_reason_where_another_agent_goes_on() -> None:
    items = [ASKED, asks(), answers(yes=False, reason="not today")]
    assert held_back(items, {}, _spec()) == [ASKED, *a_pair("not today")]


def test_a_request_is_never_cut() -> None:
    long = asks(arguments='{"text": "' + "x" * 30_000 + '"}')
    assert bounded(long, 500) == long
    assert shrunk([said("x" * 30_000), long], 1_000)[1] == long


ids = st.sampled_from(["r1", "r2"])
any_item = st.one_of(
    st.builds(asks, ids),
    st.builds(answers, ids, yes=st.booleans()),
    st.builds(ran, ids | st.none()),
    st.builds(thinks, ids),
    st.just(says()),
    st.just(ASKED),
    st.just(noted("n")),
)


@given(st.lists(any_item, max_size=12))
def test_whatever_comes_only_the_last_answer_can_be_let_run(items: list[Item]) -> None:
    sent = answered(settled(items))
    requests = [it["id"] for it in sent if it.get("type") == "mcp_approval_request"]
    replies = [it["approval_request_id"] for it in sent if "approve" in it]
    assert sorted(replies) == sorted(set(requests))
    assert "mcp_call" not in {it.get("type") for it in sent}
    over = settled(items, is_over=True)
    assert not [it for it in over if str(it.get("type")).startswith("mcp_")]
    calls = [it["call_id"] for it in over if it.get("type") == "function_call"]
    outputs = [it["call_id"] for it in over if it.get("type") == "function_call_output"]
    assert calls == outputs


@given(st.lists(any_item, max_size=12))
def test_settled_once_is_settled(items: list[Item]) -> None:
    assert settled(settled(items)) == settled(items)


def test_what_ran_of_itself_between_two_requests_leaves_both_open() -> None:
    first, second = asks("r1"), asks("r2")
    kept = settled([ASKED, first, ran("r9", "dropped"), second])
    assert kept == [ASKED, *a_pair("dropped", "m-r9"), first, second]
    assert settled([*kept, answers("r1"), answers("r2")])[-4:] == [
        first,
        second,
        answers("r1"),
        answers("r2"),
    ]
