"""What the scripted model makes of every outcome that the product tells it."""

import json
from typing import Any

import pytest

from sandbox.model.outcomes import Ending, read_ending
from tests.unit.test_model import TOOLS, Thread, tool

EDITED = (
    'with changes: place_order ran with {"sku": "widget", "quantity": 50, "reason": "{low}"} '
    'instead of {"sku": "widget", "quantity": 100, "reason": "{low}"}'
)
PLACED = "Order #1 is placed: 50 × widget for €2,060.00."
OUTCOMES: list[tuple[str, Ending, list[str]]] = [
    (
        (
            "EXPIRED: nobody answered by 2026-12-01 14:00 UTC. Nothing was done. This is neither a "
            "refusal nor a permission. Say so, and ask the person whether to ask again."
        ),
        Ending.EXPIRED,
        ["**Expired.**", "Nothing was ordered.", "Shall I ask again?"],
    ),
    (
        "WITHDRAWN by Alice: it is no longer needed. Nothing was done.",
        Ending.WITHDRAWN,
        ["**Withdrawn by Alice.**", "Nothing was ordered."],
    ),
    (
        (
            "CHANGES REQUESTED by Bob: none given. Nothing was done. Call the tool again "
            "with these changes; if it is unclear what they are, ask."
        ),
        Ending.CHANGES,
        ["**Changes requested.** Bob wants", "Nothing was ordered."],
    ),
    (
        (
            "SUPERSEDED: what it would do kept changing while it waited, so it was not done. "
            "Nothing was done. Say so, and ask the person whether to ask again."
        ),
        Ending.SUPERSEDED,
        ["**Superseded.**", "kept changing while it waited", "Shall I ask again?"],
    ),
    (
        (
            "DENIED by policy rule no-laptops: Nobody orders laptops this quarter. Nobody was "
            "asked and nothing was done. Do not try again unchanged; tell the person."
        ),
        Ending.DENIED,
        ["**Not allowed.**", "rule **no-laptops**", "Nobody orders laptops this quarter."],
    ),
    (
        (
            "DENIED by policy (rule no-laptops): not this quarter. Nobody was asked and nothing "
            "was done."
        ),
        Ending.DENIED,
        ["rule **no-laptops**", ": not this quarter. Nothing was ordered."],
    ),
    (
        "DENIED by policy: guests order nothing.",
        Ending.DENIED,
        ["The policy rules out the order of **100 × widget**: guests order nothing."],
    ),
    (
        (
            "NOT ASKED: the policy could not be evaluated. Nobody was asked and nothing was done. "
            "This is not a refusal by a person."
        ),
        Ending.NOT_ASKED,
        ["**I couldn't ask anybody**", "the policy could not be evaluated", "administrator"],
    ),
    (
        f"APPROVED by Bob and Carol {EDITED}. {PLACED}",
        Ending.DONE,
        ["**Done.** Order #1 is placed", "Bob and Carol approved it with changes", "quantity **50"],
    ),
    (
        f"APPROVED by Bob {EDITED}, but it FAILED: the supplier is closed",
        Ending.FAILED,
        ["**It failed.** Bob approved the order of **50 × widget**", "the supplier is closed."],
    ),
    (
        f"APPROVED by rule small-cables. {PLACED}",
        Ending.DONE,
        ["**Done.** Order #1 is placed", "The rule **small-cables** allows it"],
    ),
    (
        f"APPROVED by the rule small-cables, without asking anybody. {PLACED}",
        Ending.DONE,
        ["**Done.** Order #1 is placed", "so nobody had to be asked"],
    ),
    (
        f"APPROVED by Bob Keller, once for this whole thread. {PLACED}",
        Ending.DONE,
        ["**Done.** Order #1 is placed", "Approved by Bob Keller, once for this whole thread."],
    ),
    (
        "APPROVED by the rule small-cables, without asking anybody, but it FAILED: no stock",
        Ending.FAILED,
        ["**It failed.** The rule small-cables allowed", "no stock."],
    ),
    (
        (
            "ALREADY ASKED: this very call waits for approval as approval-k3f9x2ab7q1m. It was not "
            "asked again. Do not call it again; tell the person that it waits."
        ),
        Ending.ASKED,
        ["**Already waiting.**", "`approval-k3f9x2ab7q1m`"],
    ),
    (
        (
            "REFUSED A MOMENT AGO as approval-k3f9x2ab7q1m, so nobody was asked again. The answer "
            "was: REJECTED by Carol Nguyen. Reason: too many. Nothing was done."
        ),
        Ending.REFUSED,
        ["**Not asked again**", "**Rejected.** Carol Nguyen", "“too many”", "make it 10"],
    ),
    (
        "REFUSED A MOMENT AGO: CHANGES REQUESTED by Bob: make it 50. Nothing was done.",
        Ending.REFUSED,
        ["**Not asked again**", "“make it 50”"],
    ),
    ("REFUSED A MOMENT AGO.", Ending.REFUSED, ["**Not asked again**", "Nothing was ordered."]),
    (
        (
            "TOO MANY REQUESTS: people are asked at most 30 times an hour from one thread. Nobody "
            "was asked and nothing was done. Say so, and what is left to do."
        ),
        Ending.TOO_MANY,
        ["**Too many requests.** People are asked at most 30 times an hour", "in a while"],
    ),
]


@pytest.mark.parametrize(("output", "ending", "told"), OUTCOMES)
def test_every_outcome_is_told_as_what_it_is_and_calls_nothing(
    output: str, ending: Ending, told: list[str]
) -> None:
    assert read_ending(output).ending is ending

    thread = Thread().say("order 100 widgets").answer(output)

    assert thread.calls == []
    assert [part for part in told if part not in thread.text] == []
    assert ("**Done.**" in thread.text) == (ending is Ending.DONE)
    assert ".." not in thread.text


@pytest.mark.parametrize(
    "output",
    [
        "CHANGES REQUESTED by bob: make it 50",
        (
            "CHANGES REQUESTED by Bob Keller: make it 50. Nothing was done. Call the tool again "
            "with these changes; if it is unclear what they are, ask."
        ),
        "CHANGES REQUESTED by Bob: 50 would be enough. Nothing was done.",
    ],
)
def test_a_requested_change_is_made_and_asked_for_again(output: str) -> None:
    thread = Thread().say("order 100 widgets").answer(output)

    assert thread.calls == ["place_order widget 50"]
    assert thread.answer("ALREADY ASKED: it waits as approval-1.").calls == []


def test_a_requested_change_that_ran_in_an_edited_form_is_not_asked_for_again() -> None:
    thread = Thread().say("order 200 widgets").answer("CHANGES REQUESTED by Bob: make it 100.")
    assert thread.calls == ["place_order widget 100"]

    told = thread.answer(f"APPROVED by Bob {EDITED}. {PLACED}")

    assert told.calls == []
    assert "quantity **50** instead of 100" in told.text


def test_what_may_have_been_done_is_neither_said_to_be_done_nor_undone() -> None:
    output = (
        "APPROVED by Bob, but it was STOPPED: it may have been done. Check before asking again."
    )
    told = Thread().say("order 100 widgets").answer(output)

    assert told.calls == []
    assert "may have been done" in told.text
    assert "Done." not in told.text
    assert "Nothing was ordered" not in told.text


def test_what_ran_is_remembered_and_not_what_was_proposed() -> None:
    thread = Thread().say("order 100 widgets").answer(f"APPROVED by Bob {EDITED}. {PLACED}")

    assert "**#1**: 50 widgets" in thread.say("what did I order?").text
    note = (
        f'place_order {{"sku": "widget", "quantity": 100}} (approval-1): APPROVED by Bob {EDITED}'
    )
    assert "**#1**: 50 widgets" in Thread(f"{note}. {PLACED}").say("what did I order?").text


def test_a_refusal_of_a_moment_ago_can_still_be_changed_by_the_person() -> None:
    refused = "REFUSED A MOMENT AGO: REJECTED by Carol. Reason: too many. Nothing was done."
    thread = Thread().say("order 100 widgets").answer(refused)

    assert thread.say("make it 50").calls == ["place_order widget 50"]


def test_a_superseded_or_expired_order_is_asked_for_again_on_yes() -> None:
    for output in ("SUPERSEDED: the price changed.", "EXPIRED: nobody answered."):
        thread = Thread().say("order 100 widgets").answer(output)
        assert thread.say("yes").calls == ["place_order widget 100"]


def test_four_orders_in_one_sentence_are_four_calls_of_one_turn() -> None:
    thread = Thread().say("order 2 chairs, 3 desks, 1 laptop and 4 monitors")

    assert thread.calls == [
        "place_order chair 2",
        "place_order desk 3",
        "place_order laptop 1",
        "place_order monitor 4",
    ]
    thread.answer(
        "APPROVED by Bob. Order #1 is placed: 2 × chair.",
        "REJECTED by Carol. Reason: no room. Nothing was done.",
        "DENIED by policy (rule no-laptops): not this quarter. Nobody was asked.",
        "TOO MANY REQUESTS: people are asked at most 3 times a turn from one thread.",
    )
    lines = [line for line in thread.text.splitlines() if line.startswith("- ")]
    starts = ["**Done.**", "**Rejected.**", "**Not allowed.**", "**Too many requests.**"]
    assert [line[2 : 2 + len(start)] for line, start in zip(lines, starts, strict=True)] == starts


def test_changes_are_told_under_whatever_names_the_tool_gives_them() -> None:
    tools: list[dict[str, Any]] = [
        *TOOLS[:3],
        tool("buy_item", product="string", qty="integer", why="string"),
    ]
    thread = Thread(tools=tools).say("order 100 widgets")
    proposed = json.loads(thread.made[0]["arguments"])
    ran = json.dumps({**proposed, "qty": 50})
    text = (
        f"APPROVED by Bob with changes: buy_item ran with {ran} instead of {json.dumps(proposed)}"
    )

    assert "qty **50** instead of 100" in thread.answer(f"{text}. {PLACED}").text
