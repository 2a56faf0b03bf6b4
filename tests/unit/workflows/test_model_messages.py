"""What the model reads: each end in words of its own, none of which can be taken for another."""

from datetime import timedelta

import pytest

from tests.support.builders import ALICE, BOB, NOON, a_call, a_press, a_status
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ArgumentField, Person
from workflows.contracts.decisions import CountedVote, Decision, Execution, Outcome, Verb, Via
from workflows.contracts.notices import Effect
from workflows.contracts.rules import Panel, People, Rule, Ruling, Verdict
from workflows.conversation.memory import Remembered
from workflows.conversation.model_messages import (
    already_asked_for_model,
    approvers,
    decider,
    denied_for_model,
    ended_early_note,
    moment,
    refused_before_for_model,
    rejection_for_model,
    result_for_model,
    too_many_for_model,
    waiting_note,
)

CAROL = Person(team="T0ACME", user="U0CAROL", name="carol")
NOT_RUN = {
    Outcome.REJECTED: "REJECTED",
    Outcome.CHANGES_REQUESTED: "CHANGES REQUESTED",
    Outcome.EXPIRED: "EXPIRED",
    Outcome.WITHDRAWN: "WITHDRAWN",
    Outcome.SUPERSEDED: "SUPERSEDED",
    Outcome.FAILED_TO_ASK: "FAILED TO ASK",
}


def _ended(outcome: Outcome, **fields: object) -> ApprovalStatus:
    ends = {"outcome": outcome, "deadline": NOON, **fields}
    return a_status().model_copy(update=ends)


def _approved(**fields: object) -> ApprovalStatus:
    done = {"execution": Execution.DONE, "result": "order #8123", "decision": a_press()}
    return _ended(Outcome.APPROVED, **{**done, **fields})


def _vote(by: Person) -> CountedVote:
    return CountedVote(decision=a_press(by))


@pytest.mark.parametrize(("outcome", "word"), NOT_RUN.items())
def test_each_end_begins_with_its_word_and_says_that_nothing_was_done(
    outcome: Outcome, word: str
) -> None:
    text = rejection_for_model(_ended(outcome, decision=a_press()))
    assert text.startswith((f"{word} ", f"{word}:"))
    assert "nothing was done" in text.lower()
    assert not any(other in text for other in NOT_RUN.values() if other != word)
    assert "APPROVED" not in text


@pytest.mark.parametrize(
    "outcome", [Outcome.EXPIRED, Outcome.FAILED_TO_ASK, Outcome.WITHDRAWN, Outcome.SUPERSEDED]
)
def test_what_nobody_refused_is_not_told_as_refused(outcome: Outcome) -> None:
    text = rejection_for_model(_ended(outcome, decision=a_press()))
    assert "rejected" not in text.lower()
    assert "denied" not in text.lower()


def test_an_expiry_is_neither_and_names_its_moment() -> None:
    text = rejection_for_model(_ended(Outcome.EXPIRED))
    assert "nobody answered by Nov 23 at 12:00 PM UTC" in text
    assert "neither a refusal nor a permission" in text


def test_a_rejection_gives_its_reason_or_says_that_there_is_none() -> None:
    given = a_press().model_copy(update={"reason": "too dear"})
    assert "Reason: too dear." in rejection_for_model(_ended(Outcome.REJECTED, decision=given))
    closed = a_press().model_copy(update={"reason": "too dear."})
    assert "Reason: too dear. N" in rejection_for_model(_ended(Outcome.REJECTED, decision=closed))
    assert "Reason: none given." in rejection_for_model(
        _ended(Outcome.REJECTED, decision=a_press())
    )


def test_requested_changes_are_passed_on_as_they_were_written() -> None:
    press = a_press().model_copy(update={"verb": Verb.REQUEST_CHANGES, "reason": "50, not 100"})
    text = rejection_for_model(_ended(Outcome.CHANGES_REQUESTED, decision=press))
    assert text.startswith("CHANGES REQUESTED by bob: 50, not 100.")


def test_an_approved_action_is_told_with_its_result() -> None:
    assert result_for_model(_approved()) == "APPROVED by bob. order #8123"
    failed = _approved(execution=Execution.FAILED, result="out of stock")
    assert result_for_model(failed) == "APPROVED by bob, but it failed: out of stock"


def test_who_approved_alone_in_an_emergency_is_said_with_the_reason() -> None:
    press = a_press().model_copy(update={"verb": Verb.BREAK_GLASS, "reason": "the line stands."})
    told = result_for_model(_approved(decision=press))
    assert told == "APPROVED by bob alone, in an emergency: the line stands. order #8123"
    silent = press.model_copy(update={"reason": ""})
    told = result_for_model(_approved(decision=silent))
    assert told.startswith("APPROVED by bob alone, in an emergency: no reason given.")


def test_an_edited_action_is_told_as_it_ran_and_as_it_was_proposed() -> None:
    call = a_call()
    effective = call.model_copy(update={"arguments": '{"quantity": 5}'})
    text = result_for_model(_approved(effective=effective))
    assert 'ran with {"quantity": 5}' in text
    assert f"instead of {call.arguments}" in text


def test_everybody_who_approved_is_named_once() -> None:
    votes = (_vote(BOB), _vote(CAROL), _vote(BOB))
    assert approvers(_approved(votes=votes)) == "bob and carol"


def test_who_did_not_decide_is_not_said_to_have() -> None:
    rule = Rule(name="small", auto_approve=True)
    by_rule = Decision(id="1", at=NOON, via=Via.RULE)
    assert approvers(_approved(decision=by_rule, rule=rule)) == (
        "the rule small, without asking anybody"
    )
    by_grant = Decision(id="1", at=NOON, via=Via.GRANT, by=BOB)
    assert approvers(_approved(decision=by_grant)) == "bob, once for this whole thread"


@pytest.mark.parametrize(
    ("decision", "name"),
    [
        (None, "nobody"),
        (a_press(), "bob"),
        (a_press(Person(team="T", user="U0X")), "U0X"),
        (Decision(id="1", at=NOON, via=Via.OPERATOR), "an operator from outside Slack"),
        (Decision(id="1", at=NOON, via=Via.CLI, asserted="root@host"), "an operator from outside"),
        (Decision(id="1", at=NOON, via=Via.RULE), "the policy"),
    ],
)
def test_whoever_decided_has_a_name(decision: Decision | None, name: str) -> None:
    assert decider(a_status(), decision).startswith(name)


def test_a_denial_names_its_rule_and_a_failure_is_none() -> None:
    denied = Ruling(verdict=Verdict.DENY, rule=Rule(name="no-acts"), because="Never.")
    assert denied_for_model(denied).startswith("DENIED by policy (rule no-acts): Never.")
    failed = denied_for_model(Ruling(verdict=Verdict.DENY, because="It failed.", failed=True))
    assert failed.startswith("NOT ASKED: It failed.")
    assert "DENIED" not in failed


def test_what_was_not_asked_says_so() -> None:
    assert "approval-1" in already_asked_for_model("approval-1")
    assert "at most 3 times in one turn" in too_many_for_model(3, "in one turn")
    remembered = Remembered(
        id="approval-1",
        tool="act",
        digest="d",
        outcome=Outcome.REJECTED,
        at=NOON,
        verdict="REJECTED by bob. Reason: too dear.",
    )
    text = refused_before_for_model(remembered)
    assert text.startswith("REFUSED A MOMENT AGO as approval-1")
    assert text.endswith("REJECTED by bob. Reason: too dear.")


def test_what_waits_is_noted_with_every_call() -> None:
    rule = Rule(
        name="orders",
        panels=(
            Panel(who=People(users=("U0ALICE",), groups=("S0FINANCE",), channels=("C0OPS",))),
            Panel(who=People(users=("U0BOB",)), needed=2),
        ),
        names={"S0FINANCE": "finance", "C0OPS": "ops"},
    )
    asked = a_status().request
    call = asked.call.model_copy(update={"approval": "approval-1"})
    prepared = asked.prepared.model_copy(update={"arguments": '{"sku": "widget"}'})
    request = asked.model_copy(update={"rule": rule, "call": call, "prepared": prepared})
    note = waiting_note((request, request), BOB)
    lines = (
        "- Order 100 widgets for €4,120.00",
        "  id: approval-1",
        '  call: place_order {"sku": "widget"}',
        "  asked by: <@U0ALICE>",
        "  needs: 1 approval from @finance or anyone in #ops and 2 approvals from <@U0BOB>",
    )
    assert "\n".join((*lines, *lines)) in note
    assert "Do not call them again" in note
    assert "asked by: the person whose message" in waiting_note((request,), ALICE)


def test_a_call_with_secrets_is_not_repeated_to_the_model() -> None:
    asked = a_status(ArgumentField(name="pin", value="•••", is_secret=True)).request
    masked = asked.prepared.model_copy(update={"arguments": '{"pin": "•••"}'})
    assert "•••" not in waiting_note((asked.model_copy(update={"prepared": masked}),), ALICE)


def test_what_a_turn_could_not_finish_is_noted_as_it_ended() -> None:
    withdrawn = _ended(Outcome.WITHDRAWN, decision=a_press(ALICE))
    note = ended_early_note([Effect.of(_approved()), Effect.of(withdrawn)])
    assert "DONE: order #8123." in note
    assert "NOT DONE: " in note
    assert "withdrawn" in note


@pytest.mark.parametrize(
    ("execution", "became"),
    [
        (Execution.NOT_STARTED, "Nothing was done."),
        (Execution.RUNNING, "It may have been done"),
        (Execution.UNKNOWN, "It may have been done"),
        (Execution.DONE, "Before that it was done: order #8123"),
    ],
)
def test_an_end_by_force_claims_only_what_is_on_record(execution: Execution, became: str) -> None:
    status = _ended(Outcome.STOPPED, execution=execution, result="order #8123")
    assert became in rejection_for_model(status)


def test_what_nobody_heard_the_end_of_may_have_been_done() -> None:
    text = result_for_model(_approved(execution=Execution.UNKNOWN))
    assert "MAY HAVE BEEN DONE" in text
    assert "FAILED" not in text


def test_a_moment_is_told_in_utc_and_none_is_no_moment() -> None:
    assert moment(NOON + timedelta(minutes=5)) == "Nov 23 at 12:05 PM UTC"
    assert moment(None) == "its deadline"
