"""Every ending is told as what it is."""

import asyncio

import pytest
from agents.exceptions import MaxTurnsExceeded
from temporalio.exceptions import ApplicationError

from countersign.messages.effects import NOTHING
from countersign.messages.endings import verdict
from countersign.messages.faults import SENTENCES, STILL_WAITS, TOO_SLOW
from countersign.messages.notices import spoken
from countersign.messages.refusals import refusal
from countersign.messages.voice import MarkdownVoice
from countersign.slack.voice import MrkdwnVoice
from tests.support.builders import NOON, a_message, a_press, a_status
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import MESSAGE_LIMIT
from workflows.contracts.decisions import Decision, Execution, Outcome, Refusal, Refused, Via
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.notices import Effect, NoticeCode, TurnFault
from workflows.conversation.model_errors import apology
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


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence_for_people(outcome: Outcome) -> None:
    sentence = verdict(_ended(outcome), MRKDWN)
    assert "approval-k3f9x2ab7q1m" in sentence
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
    assert "an operator" in verdict(_ended(Outcome.APPROVED, OPERATOR), MRKDWN)


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
        (MaxTurnsExceeded("12"), TurnFault.IN_CIRCLES),
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


def test_what_was_done_before_a_failure_is_said_and_the_rest_is_not() -> None:
    done = _ended(Outcome.APPROVED).model_copy(
        update={"execution": Execution.DONE, "result": "Order #1 is placed."}
    )
    failed = done.model_copy(update={"execution": Execution.FAILED, "result": "no stock"})
    ends = (done, failed, _ended(Outcome.REJECTED))
    told = spoken(apology(TimeoutError(), tuple(map(Effect.of, ends))), MRKDWN)
    assert "approved and done:\n\n- Order #1 is placed." in told
    assert "but it failed:\n\n- no stock" in told
    assert "was not done:\n\n- " in told
    assert told.endswith(TOO_SLOW)
