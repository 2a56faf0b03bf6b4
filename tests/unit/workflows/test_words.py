"""Every ending is told as what it is."""

import asyncio

import pytest
from temporalio.exceptions import ApplicationError

from tests.builders import ALICE, BOB, NOON, a_message, a_press, a_status
from workflows.contracts import (
    MESSAGE_LIMIT,
    ApprovalStatus,
    Card,
    Decision,
    Execution,
    Outcome,
    Refusal,
    Via,
)
from workflows.failures import apology
from workflows.words import (
    FILES_ONLY,
    HELP,
    MODEL_CONFUSED,
    MODEL_REFUSED_KEY,
    MODEL_UNAVAILABLE,
    canned,
    decider,
    done_note,
    refusal_for_person,
    rejection_for_model,
    result_for_model,
    stopped_for_model,
    verdict,
    waiting_note,
)

OPERATOR = Decision(id="operator", at=NOON, via=Via.OPERATOR)
DECIDED = {Outcome.APPROVED, Outcome.REJECTED}
NOT_DECIDED_BY_ANYONE = [Outcome.FAILED_TO_ASK]
CARD = Card(channel="C0OPS", ts="2.0", permalink="https://acme.slack.com/p2")


def _ended(outcome: Outcome, decision: Decision | None = None) -> ApprovalStatus:
    given = decision or (a_press() if outcome in DECIDED else None)
    return a_status().model_copy(update={"outcome": outcome, "decision": given, "card": CARD})


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence_for_people(outcome: Outcome) -> None:
    sentence = verdict(_ended(outcome))
    assert "approval-k3f9x2ab7q1m" in sentence
    assert sentence.endswith(".")
    assert ("<@U0BOB>" in sentence) is (outcome in DECIDED)


@pytest.mark.parametrize("outcome", NOT_DECIDED_BY_ANYONE)
def test_what_nobody_decided_is_never_told_as_a_refusal(outcome: Outcome) -> None:
    status = _ended(outcome)
    told = rejection_for_model(status)
    assert "REJECTED" not in told
    assert "rejected" not in verdict(status)
    assert "othing was done" in told or "not done" in told


def test_a_rejection_says_by_whom_and_why_and_that_nothing_was_done() -> None:
    reasoned = a_press().model_copy(update={"reason": "too expensive"})
    told = rejection_for_model(_ended(Outcome.REJECTED, reasoned))
    for part in ("REJECTED by bob", "too expensive", "Nothing was done"):
        assert part in told
    assert "none given" in rejection_for_model(_ended(Outcome.REJECTED))


@pytest.mark.parametrize("execution", Execution)
def test_only_what_was_done_is_told_as_done(execution: Execution) -> None:
    status = _ended(Outcome.APPROVED).model_copy(update={"execution": execution, "result": "#7"})
    told = result_for_model(status)
    assert "APPROVED by bob" in told
    assert "#7" in told
    assert ("FAILED" in told) is (execution is not Execution.DONE)


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_is_explained_with_a_way_on(refusal: Refusal) -> None:
    told = refusal_for_person(refusal, _ended(Outcome.REJECTED))
    assert "approval-k3f9x2ab7q1m" in told
    assert f"<{CARD.permalink}|Open the card>" in told


def test_a_press_on_a_replaced_card_is_not_told_that_it_is_too_late() -> None:
    told = refusal_for_person(Refusal.STALE_CARD, _ended(Outcome.PENDING))
    assert "Too late" not in told
    assert "newer card" in told


@pytest.mark.parametrize(
    ("decision", "name"),
    [
        (None, "nobody"),
        (OPERATOR, "an operator from outside Slack"),
        (a_press(BOB), "bob"),
        (a_press(ALICE.model_copy(update={"name": ""})), "U0ALICE"),
    ],
    ids=["nobody", "an operator", "by name", "by id"],
)
def test_who_decided_is_named_as_far_as_it_is_known(decision: Decision | None, name: str) -> None:
    assert decider(decision) == name


def test_an_operators_verdict_names_nobody() -> None:
    assert "an operator" in verdict(_ended(Outcome.APPROVED, OPERATOR))


@pytest.mark.parametrize(
    ("text", "files", "answer"),
    [
        ("", (), HELP),
        ("  \n ", (), HELP),
        ("", ("a.pdf",), FILES_ONLY),
        ("order", (), None),
        ("order", ("a.pdf",), None),
        ("x" * MESSAGE_LIMIT, (), None),
    ],
)
def test_the_model_is_asked_only_where_there_is_something_to_ask(
    text: str, files: tuple[str, ...], answer: str | None
) -> None:
    assert canned(a_message(text, *files)) == answer


def test_too_long_is_said_with_both_numbers() -> None:
    told = canned(a_message("x" * (MESSAGE_LIMIT + 1)))
    assert told is not None
    assert "12,001" in told
    assert "12,000" in told


def test_the_model_knows_what_waits_and_that_words_decide_nothing() -> None:
    note = waiting_note(("Order 1 (approval-1)", "Order 2 (approval-2)"))
    assert "- Order 1 (approval-1)\n- Order 2 (approval-2)" in note
    assert "decides nothing" in note
    assert "Nobody decided" in stopped_for_model()


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, *NOT_DECIDED_BY_ANYONE])
def test_a_note_of_a_lost_turn_holds_the_call_and_its_end(outcome: Outcome) -> None:
    note = done_note(_ended(outcome))
    assert "place_order {" in note
    assert "approval-k3f9x2ab7q1m" in note
    assert ("APPROVED" in note) is (outcome is Outcome.APPROVED)


def _caused_by(kind: str) -> BaseException:
    """As Temporal hands on what a model call failed with."""
    outer = RuntimeError("activity failed")
    outer.__cause__ = ApplicationError("boom", type=kind)
    return outer


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (_caused_by("AuthenticationError"), MODEL_REFUSED_KEY),
        (_caused_by("PermissionDeniedError"), MODEL_REFUSED_KEY),
        (_caused_by("RateLimitError"), MODEL_UNAVAILABLE),
        (_caused_by("InternalServerError"), MODEL_UNAVAILABLE),
        (_caused_by("APITimeoutError"), MODEL_UNAVAILABLE),
        (TimeoutError(), MODEL_UNAVAILABLE),
        (_caused_by("ModelBehaviorError"), MODEL_CONFUSED),
        (asyncio.InvalidStateError(), MODEL_CONFUSED),
    ],
    ids=repr,
)
def test_each_failure_of_the_model_has_its_own_sentence(
    error: BaseException, sentence: str
) -> None:
    assert apology(error, ()) == sentence


def test_what_was_done_before_a_failure_is_said_and_the_rest_is_not() -> None:
    done = _ended(Outcome.APPROVED).model_copy(
        update={"execution": Execution.DONE, "result": "Order #1 is placed."}
    )
    failed = done.model_copy(update={"execution": Execution.FAILED, "result": "no stock"})
    told = apology(TimeoutError(), (done, failed, _ended(Outcome.REJECTED)))
    assert "approved and done:\n\n- Order #1 is placed." in told
    assert told.endswith(MODEL_UNAVAILABLE)
    assert "no stock" not in told
