"""Every ending is told as what it is."""

import asyncio

import pytest
from temporalio.exceptions import ApplicationError

from countersign.messages.effects import NOTHING
from countersign.messages.endings import verdict
from countersign.messages.faults import NOT_TWICE, SENTENCES, STILL_WAITS, TOO_SLOW
from countersign.messages.notices import spoken
from countersign.messages.refusals import refusal
from countersign.messages.voice import MarkdownVoice
from countersign.slack.voice import MrkdwnVoice
from tests.support.builders import ALICE, NOON, a_message, a_press, a_status
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import MESSAGE_LIMIT, Person
from workflows.contracts.decisions import (
    CountedVote,
    Decision,
    Execution,
    HandOver,
    Outcome,
    Refusal,
    Refused,
    Unchecked,
    Verb,
    Via,
)
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.notices import Effect, NoticeCode, TurnFault
from workflows.contracts.rules import People
from workflows.conversation.model_errors import NoRoomError, OutOfStepsError, apology
from workflows.conversation.turn import _canned

MRKDWN = MrkdwnVoice()
OPERATOR = Decision(id="operator", at=NOON, via=Via.OPERATOR)
DECIDED = {
    Outcome.APPROVED,
    Outcome.CHANGES_REQUESTED,
    Outcome.REJECTED,
    Outcome.WITHDRAWN,
}
UNSAID = {Refusal.MALFORMED}
"""Nobody in Slack did it."""
CARD = Card(channel="C0OPS", ts="2.0", permalink="https://acme.slack.com/p2")


def _refused(why: Refusal) -> Refused:
    return Refused(why=why, at=NOON, decision=a_press())


def _ended(outcome: Outcome, decision: Decision | None = None) -> ApprovalStatus:
    given = decision or (a_press() if outcome in DECIDED else None)
    return a_status().model_copy(update={"outcome": outcome, "decision": given, "card": CARD})


@pytest.mark.parametrize("unchecked", sorted({*Unchecked} - {Unchecked.SERVER}))
def test_what_could_not_be_checked_is_said_once(unchecked: Unchecked) -> None:
    refused = _refused(Refusal.UNVERIFIED).model_copy(update={"unchecked": unchecked})
    told = refusal(refused, _ended(Outcome.PENDING), MRKDWN)
    assert told.startswith("I couldn't check ")
    assert told.count(" now") == 1


@pytest.mark.parametrize(
    ("is_time_up", "onward"),
    [(False, "Press again when it is back."), (True, "The time to decide is up now.")],
)
def test_a_server_that_is_away_is_named(is_time_up: bool, onward: str) -> None:
    refused = _refused(Refusal.UNVERIFIED).model_copy(
        update={"unchecked": Unchecked.SERVER, "detail": "deploys"}
    )
    told = refusal(refused, _ended(Outcome.PENDING), MRKDWN, is_time_up=is_time_up)
    assert told.startswith(
        "The server deploys does not answer, so this could not be checked; nothing was changed. "
        f"{onward}"
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence_for_people(outcome: Outcome) -> None:
    sentence = verdict(_ended(outcome), MRKDWN)
    assert "approval-k3f9x2ab7q1m" not in sentence
    assert sentence.endswith(".")
    assert ("<@U0BOB>" in sentence) is (outcome in DECIDED)


@pytest.mark.parametrize("why", sorted(set(Refusal) - UNSAID))
def test_every_refusal_is_explained_with_a_way_on(why: Refusal) -> None:
    told = refusal(_refused(why), _ended(Outcome.PENDING), MRKDWN)
    assert "That did not count" not in told  # the words for what nobody planned for
    assert f"<{CARD.permalink}|Open the card>" in told


def test_what_could_not_be_checked_is_not_told_as_not_allowed() -> None:
    told = refusal(_refused(Refusal.UNVERIFIED), _ended(Outcome.PENDING), MRKDWN)
    assert "couldn't check" in told
    assert "can't" not in told
    assert "Please press again" in told


def test_a_refused_edit_says_what_was_wrong_and_mentions_nobody() -> None:
    refused = _refused(Refusal.BAD_EDIT).model_copy(update={"detail": "<!channel> is no number."})
    told = refusal(refused, _ended(Outcome.PENDING), MRKDWN)
    assert "&lt;!channel&gt; is no number." in told


def test_a_press_on_a_replaced_card_is_not_told_that_it_is_too_late() -> None:
    told = refusal(_refused(Refusal.STALE_CARD), _ended(Outcome.PENDING), MRKDWN)
    assert "Too late" not in told
    assert "newer card" in told


def test_an_operators_verdict_names_nobody() -> None:
    assert verdict(_ended(Outcome.APPROVED, OPERATOR), MRKDWN).startswith("An operator already")


def test_whoever_decided_it_is_told_that_it_was_them() -> None:
    status = _ended(Outcome.APPROVED)
    told = refusal(_refused(Refusal.CLOSED), status, MrkdwnVoice("U0BOB"))
    assert told.startswith("You already approved this <!date^")
    assert "changed nothing" not in told
    others = refusal(_refused(Refusal.CLOSED), status, MrkdwnVoice("U0CAROL"))
    assert others.startswith("<@U0BOB> already approved this <!date^")
    assert "Your press changed nothing." in others


BOB, CAROL, DAVE = (Person(team="T0ACME", user=it) for it in ("U0BOB", "U0CAROL", "U0DAVE"))
ERIN = Person(team="T0ACME", user="U0ERIN")


@pytest.mark.parametrize(
    ("to", "rule", "told"),
    [
        (CAROL, People(), "its rule doesn't allow it"),
        (BOB, People(users=("U0CAROL",)), "You chose yourself"),
        (ALICE, People(users=("U0CAROL",)), "<@U0ALICE> asked for this"),
        (ERIN, People(users=("U0CAROL",)), "<@U0ERIN> has already approved"),
        (CAROL, People(users=("U0CAROL",)), "<@U0CAROL> handed their own vote over"),
        (DAVE, People(users=("U0CAROL",)), "<@U0DAVE> isn't one of those"),
    ],
)
def test_each_cause_of_a_refused_hand_over_has_a_sentence(
    to: Person, rule: People, told: str
) -> None:
    status = _ended(Outcome.PENDING)
    request = status.request.model_copy(
        update={"rule": status.request.rule.model_copy(update={"hand_over": rule})}
    )
    vote = CountedVote(decision=a_press(ERIN))
    handed = (HandOver(by=CAROL, to=DAVE, at=NOON),)
    status = status.model_copy(update={"request": request, "votes": (vote,), "handed": handed})
    decision = a_press(BOB).model_copy(update={"verb": Verb.HAND_OVER, "to": to})
    refused = Refused(why=Refusal.NO_HAND_OVER, at=NOON, decision=decision)
    assert told in refusal(refused, status, MRKDWN)


def test_who_handed_a_vote_over_is_told_to_whom() -> None:
    handed = (HandOver(by=BOB, to=CAROL, at=NOON),)
    status = _ended(Outcome.PENDING).model_copy(update={"handed": handed})
    told = refusal(_refused(Refusal.HANDED_OVER), status, MRKDWN)
    assert told.startswith("You handed this to <@U0CAROL>.")


@pytest.mark.parametrize(
    ("text", "files", "answer"),
    [
        ("", (), NoticeCode.HELP),
        ("  \n ", (), NoticeCode.HELP),
        ("", ("a.pdf",), NoticeCode.FILES_ONLY),
        ("order", (), None),
        ("order", ("a.pdf",), None),
        ("x" * MESSAGE_LIMIT, (), None),
    ],
)
def test_the_model_is_asked_only_where_there_is_something_to_ask(
    text: str, files: tuple[str, ...], answer: NoticeCode | None
) -> None:
    canned = _canned(a_message(text, *files))
    assert (canned.notices[0].code if canned else None) is answer


def test_too_long_is_said_with_both_numbers() -> None:
    canned = _canned(a_message("x" * (MESSAGE_LIMIT + 1)))
    assert canned is not None
    told = spoken(canned.notices[0], MarkdownVoice())
    assert "12,001" in told
    assert "12,000" in told


def _caused_by(kind: str) -> BaseException:
    """As Temporal hands on what a model call failed with."""
    outer = RuntimeError("activity failed")
    outer.__cause__ = ApplicationError("boom", type=kind)
    return outer


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        *((_caused_by(it), it) for it in ModelFault),
        (TimeoutError(), TurnFault.TOO_SLOW),
        (_caused_by("ModelBehaviorError"), TurnFault.CONFUSED),
        (NoRoomError(), TurnFault.NO_ROOM),
        (asyncio.InvalidStateError(), ModelFault.UNFORESEEN),
        (_caused_by("model_unheard_of"), ModelFault.UNFORESEEN),
    ],
    ids=repr,
)
def test_each_failure_of_the_model_has_its_own_sentence(
    error: BaseException, fault: ModelFault | TurnFault
) -> None:
    told = f"{SENTENCES[fault]} {NOTHING}"
    assert spoken(apology(error, ()), MRKDWN) == told
    assert spoken(apology(error, (), waits=True), MRKDWN) == f"{told} {STILL_WAITS}"


@pytest.mark.parametrize(("limit", "steps"), [(1, "1 step"), (12, "12 steps")])
def test_a_turn_that_was_stopped_says_after_how_many_steps(limit: int, steps: str) -> None:
    told = spoken(apology(OutOfStepsError(limit), ()), MRKDWN)
    assert told.startswith(f"I stopped after {steps} without an answer.")


def test_what_was_done_before_a_failure_is_said_and_the_rest_is_not() -> None:
    done = _ended(Outcome.APPROVED).model_copy(
        update={"execution": Execution.DONE, "result": "Order #1 placed."}
    )
    failed = done.model_copy(update={"execution": Execution.FAILED, "result": "no stock"})
    ends = (done, failed, _ended(Outcome.REJECTED))
    told = spoken(apology(TimeoutError(), tuple(map(Effect.of, ends))), MRKDWN)
    assert "approved and done:\n\n- Order #1 placed." in told
    assert "but it failed:\n\n- no stock" in told
    assert "was not done:\n\n- " in told
    assert told.endswith(f"{TOO_SLOW} {NOT_TWICE}")


def test_what_was_not_done_may_be_asked_for_again() -> None:
    failed = _ended(Outcome.APPROVED).model_copy(update={"execution": Execution.FAILED})
    ends = (failed, _ended(Outcome.REJECTED))
    assert NOT_TWICE not in spoken(apology(TimeoutError(), tuple(map(Effect.of, ends))), MRKDWN)
