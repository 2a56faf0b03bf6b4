"""What the scripted model says of calls that people decide about: what it was told, and no more."""

import json
import re
from itertools import product

import pytest

from tests.support.builders import a_press, a_status
from tests.unit.sandbox.model_thread import TEXT, TOOLS, Thread, a_count, a_tool
from workflows.contracts.decisions import Execution, Outcome
from workflows.conversation.model_messages import (
    no_such_tool_for_model,
    rejection_for_model,
    too_many_waiting_for_model,
    withdrawn_unasked_for_model,
)

EDITED = (
    "with changes: place_order ran with "
    '{"sku": "widget", "quantity": 50, "approval_reason": "{low}"} '
    'instead of {"sku": "widget", "quantity": 100, "approval_reason": "{low}"}'
)
PLACED = "Order #1 placed: 50 widgets for €2,060.00."
ASK_WHETHER = " Say so, and ask the person whether to ask again."
BEGUN = frozenset({Execution.RUNNING, Execution.DONE, Execution.UNKNOWN})
ORDERS = frozenset({"Do not", "Say so", "Call the", "Use only", "tell the person"})
"""How sentences begin that are for the model, not for people."""


ENDS = [
    ("APPROVED", f" by Bob Keller. {PLACED}", ""),
    ("APPROVED", f" by the rule small-cables, without asking anybody. {PLACED}", ""),
    ("APPROVED", " by Bob, but it failed: the supplier is closed", ""),
    ("APPROVED", " by Bob. Use the side door.", ""),
    ("REJECTED", " by J. Smith. Reason: too many.", " Do not try again; tell the person."),
    ("REJECTED", " by Bob. Reason: the other one was approved by Carol and expired.", ""),
    ("EXPIRED", ": nobody answered by 2026-12-01 14:00 UTC. Nothing was done.", ASK_WHETHER),
    ("SUPERSEDED", ": it kept changing. Nothing was done.", ASK_WHETHER),
    (
        "WITHDRAWN",
        " by Alice: it is not needed.",
        " Say so in one sentence, and do not call again.",
    ),
    ("CHANGES REQUESTED", " by Bob: use a cheaper supplier.", " Call the tool again with these."),
    ("DENIED", " by policy (rule no-laptops): not this quarter.", " Do not try again unchanged."),
    ("ALREADY ASKED", ": it waits as approval-k3f9. It was not asked again.", " Do not call it."),
    ("REFUSED A MOMENT AGO", " as approval-k3f9. The answer was: REJECTED by Bob. Reason: no.", ""),
    ("TOO MANY REQUESTS", ": 30 times an hour. Nobody was asked.", " Say so, and what is left."),
]
"""How an outcome begins, how it goes on, and what the model is to do about it."""


@pytest.mark.parametrize(("head", "rest", "for_the_model"), ENDS)
def test_an_outcome_is_told_in_its_own_words_and_calls_nothing(
    head: str, rest: str, for_the_model: str
) -> None:
    thread = Thread().say("order 100 widgets").answer(head + rest + for_the_model)

    asks = " Shall I ask again?" if for_the_model == ASK_WHETHER else ""
    assert thread.calls == []
    assert thread.text == f"**{head.capitalize()}**{rest}{asks}"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (f"APPROVED by Bob {EDITED}. {PLACED}", f"quantity **50** instead of 100. {PLACED}"),
        (f"APPROVED by Bob {EDITED}, but it failed: no", "instead of 100, but it failed: no"),
        ("FAILED TO ASK: no. Say so, and that an administrator has to look.", "no. An adminis"),
        ("Only 35 laptops are in stock. Nothing was done.", "Only 35 laptops are in stock. No"),
        ("gibberish", "gibberish"),
        ("", "There was no answer to that."),
    ],
)
def test_of_an_output_nothing_that_people_need_is_lost(output: str, told: str) -> None:
    thread = Thread().say("order 100 widgets").answer(output)

    assert thread.calls == []
    assert told in thread.text


POSSIBLE = [
    (outcome, execution)
    for outcome, execution in product(Outcome, Execution)
    if execution is Execution.NOT_STARTED or outcome in {Outcome.APPROVED, Outcome.STOPPED}
]
"""Nothing else is ever carried out."""


@pytest.mark.parametrize(("outcome", "execution"), POSSIBLE)
def test_what_is_told_of_an_order_is_what_became_of_it(
    outcome: Outcome, execution: Execution
) -> None:
    end = {"outcome": outcome, "execution": execution, "result": "Order #1 placed."}
    status = a_status().model_copy(update={**end, "decision": a_press()})

    told = Thread().say("order 100 widgets").answer(rejection_for_model(status))

    assert told.calls == []
    assert told.text.startswith("**")
    assert not any(order in told.text for order in ORDERS)
    if outcome is Outcome.APPROVED and execution in BEGUN:
        assert "othing was done" not in told.text
    if execution is Execution.UNKNOWN and outcome in {Outcome.APPROVED, Outcome.STOPPED}:
        assert "may have been done" in told.text.lower()
        assert "othing was done" not in told.text


@pytest.mark.parametrize(
    "output",
    [
        no_such_tool_for_model("send_email"),
        too_many_waiting_for_model(30),
        withdrawn_unasked_for_model("alice"),
    ],
)
def test_what_was_not_even_asked_is_not_said_to_be_done(output: str) -> None:
    told = Thread().say("order 100 widgets").answer(output)
    assert told.calls == []
    assert not any(order in told.text for order in ("Approved", *ORDERS))


@pytest.mark.parametrize(
    "output",
    [
        "CHANGES REQUESTED by bob: make it 50",
        (
            "CHANGES REQUESTED by Bob Keller: make it 50. Nothing was done. Call the tool again "
            "with these changes; if it is unclear what they are, ask."
        ),
        "CHANGES REQUESTED by Bob: 50 would be enough. Nothing was done.",
        "CHANGES REQUESTED by Bob: fifty widgets. Nothing was done.",
        "CHANGES REQUESTED by Bob: quantity=50. Nothing was done.",
    ],
)
def test_a_requested_change_is_made_and_asked_for_again_once(output: str) -> None:
    thread = Thread().say("order 100 widgets").answer(output)

    assert thread.calls == ["place_order widget 50"]
    assert re.match("Changed as [Bb]ob", thread.reasons[0])
    assert thread.answer("ALREADY ASKED: it waits as approval-1.").calls == []


def test_an_approver_who_asks_for_changes_for_ever_gets_an_answer_in_between() -> None:
    thread = Thread().say("order 100 widgets")
    for quantity in range(1, 8):
        thread.answer(*(f"CHANGES REQUESTED by Bob: make it {quantity}." for _ in thread.made))
        if not thread.made:
            break

    assert "**Changes requested** by Bob: make it 6." in thread.text


def test_a_requested_change_that_ran_in_an_edited_form_is_not_asked_for_again() -> None:
    thread = Thread().say("order 200 widgets").answer("CHANGES REQUESTED by Bob: make it 100.")
    assert thread.calls == ["place_order widget 100"]

    told = thread.answer(f"APPROVED by Bob {EDITED}. {PLACED}")

    assert told.calls == []
    assert "quantity **50** instead of 100" in told.text


def test_what_ran_is_remembered_and_not_what_was_proposed() -> None:
    thread = Thread().say("order 100 widgets").answer(f"APPROVED by Bob {EDITED}. {PLACED}")

    assert "quantity **50** instead of 100" in thread.say("what did I order?").text
    assert thread.say("do it again").calls == ["place_order widget 50"]


def test_a_refusal_of_a_moment_ago_can_still_be_changed_by_the_person() -> None:
    refused = "REFUSED A MOMENT AGO: REJECTED by Carol. Reason: too many. Nothing was done."
    thread = Thread().say("order 100 widgets").answer(refused)

    assert thread.say("make it 50").calls == ["place_order widget 50"]


def test_each_of_several_calls_of_one_turn_is_told() -> None:
    thread = Thread().say("order 2 chairs, 3 desks, 1 laptop and 4 monitors")
    thread.answer(
        "APPROVED by Bob. Order #1 placed: 2 chairs.",
        "REJECTED by Carol. Reason: no room. Nothing was done.",
        "DENIED by policy (rule no-laptops): not this quarter. Nobody was asked.",
        "TOO MANY REQUESTS: people are asked at most 3 times a turn from one thread.",
    )
    heads = re.findall(r"^- \*\*(.+?)\*\*", thread.text, re.MULTILINE)
    assert heads == ["Approved", "Rejected", "Denied", "Too many requests"]


def test_changes_are_told_under_whatever_names_the_tool_gives_them() -> None:
    buy = a_tool("buy_item", product=TEXT, qty=a_count("How many."), reason=TEXT)
    thread = Thread(tools=[*TOOLS[:3], buy]).say("buy item: 100 widgets")
    (proposed,) = thread.arguments
    ran = json.dumps({**proposed, "qty": 50})
    text = (
        f"APPROVED by Bob with changes: buy_item ran with {ran} instead of {json.dumps(proposed)}"
    )

    assert "qty **50** instead of 100" in thread.answer(f"{text}. {PLACED}").text
