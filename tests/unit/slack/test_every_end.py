"""Every end in every place that tells of it: none is forgotten, and none says what is not so."""

import json
from collections.abc import Callable
from itertools import product

import pytest

from bot.errors import too_late
from countersign.cli.deciding import Reception
from countersign.cli.details import sections
from countersign.messages.endings import end_note, verdict
from countersign.messages.refusals import refusal
from countersign.slack.actions import MODALS as CALLBACKS
from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.card import approval_card, card_text, minimal_card
from countersign.slack.line import line_blocks, waiting_line
from countersign.slack.listing.details import details_blocks, details_text
from countersign.slack.listing.news import news
from countersign.slack.listing.row import row_buttons, row_facts
from countersign.slack.modals.approve_all import approve_all_modal
from countersign.slack.modals.details import details_modal
from countersign.slack.modals.meta import Meta
from countersign.slack.modals.review import review_modal
from countersign.slack.reminder import reminder_blocks
from countersign.slack.validate import message_problems
from countersign.slack.voice import MrkdwnVoice
from tests.support.builders import BOB, NOON, a_press
from tests.unit.slack.cases import FULL_RULE, a_vote, pending, text_of, view_text
from workflows.contracts.activity_inputs import Batch, Reminder
from workflows.contracts.approvals import ApprovalStatus, as_ended, ended_as
from workflows.contracts.decisions import Execution, Outcome, Refusal, Refused, Stop
from workflows.contracts.notices import Effect
from workflows.conversation.model_messages import (
    ended_early_note,
    rejection_for_model,
    result_for_model,
)
from workflows.listing.rows import PendingApproval, approval_memo

LATE = Refused(why=Refusal.CLOSED, at=NOON, decision=a_press())
BOTH = list(product(Outcome, Execution))


def a_state(outcome: Outcome, execution: Execution, stop: Stop | None = None) -> ApprovalStatus:
    is_open = outcome is Outcome.PENDING
    ending = {} if is_open else {"decision": a_press(), "votes": (a_vote(),), "ended_at": NOON}
    return pending(FULL_RULE, outcome=outcome, execution=execution, stop=stop, **ending)


def _batch(status: ApprovalStatus) -> Batch:
    return Batch(origin=status.origin, key="k", rows=(status,))


def _row(status: ApprovalStatus) -> PendingApproval:
    """As visibility has it, which does not know of a stop by itself."""
    memo = approval_memo(status)
    return PendingApproval.from_memo(
        status.id, NOON, memo, is_open=status.outcome is Outcome.PENDING, stop=status.stop
    )


MRKDWN = MrkdwnVoice()
TOLD: dict[str, Callable[[ApprovalStatus], str]] = {
    "card": lambda it: text_of(approval_card(it)),
    "small card": lambda it: text_of(minimal_card(it)),
    "notification": card_text,
    "line": lambda it: waiting_line(it) + text_of(line_blocks(it, "main")),
    "summary": lambda it: batch_text(_batch(it)) + text_of(batch_blocks(_batch(it), "main")),
    "details": lambda it: view_text(details_modal(it, Meta())),
    "review": lambda it: view_text(review_modal(it, Meta())),
    "approve all": lambda it: view_text(approve_all_modal([it], Meta())),
    "one of a list": lambda it: details_text(it) + text_of(details_blocks(it, BOB.user, NOON)),
    "row": lambda it: text_of([row_facts(_row(it), NOON)]),
    "news": lambda it: news(it, "U0NEW"),
    "reminder": lambda it: text_of(reminder_blocks(Reminder(status=it, number=1), "main")),
    "verdict": lambda it: verdict(it, MRKDWN),
    "too late": lambda it: too_late(it, MRKDWN),
    "refusal": lambda it: refusal(LATE, it, MRKDWN),
    "note": lambda it: end_note(it, MRKDWN),
    "model": rejection_for_model,
    "model's result": result_for_model,
    "memory": lambda it: ended_early_note([Effect.of(it)]),
    "terminal": lambda it: str(list(sections(it))),
    "counted": lambda it: Reception(it).words,
}
SILENT = {"reminder", "row", "news", "one of a list", "approve all", "summary", "review"}
"""What need not say that nothing was done: it leads to what does."""
ENDED_ONLY = {"note", "too late", "refusal", "reminder", "model's result"}
"""What is never said of what waits, or never of what has ended."""


@pytest.mark.parametrize("place", TOLD)
def test_every_end_is_told_everywhere(place: str) -> None:
    for outcome, execution in BOTH:
        told = TOLD[place](a_state(outcome, execution)).lower()
        assert told
        if execution is not Execution.NOT_STARTED:
            assert "nothing was done" not in told
        if outcome is not Outcome.PENDING and place not in ENDED_ONLY:
            for waiting in ("still wait", "waiting for", "approval needed", "not decided"):
                assert waiting not in told


UNSURE = set(TOLD) - {"reminder", "news", "approve all", "review", "counted"}


@pytest.mark.parametrize("place", sorted(UNSURE))
@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.STOPPED])
def test_what_may_have_been_done_is_said_to(place: str, outcome: Outcome) -> None:
    told = TOLD[place](a_state(outcome, Execution.UNKNOWN, Stop.TERMINATED)).lower()
    assert "may have been done" in told


@pytest.mark.parametrize("place", sorted(set(TOLD) - SILENT - {"counted", "model's result"}))
def test_nothing_was_done_of_what_was_ended_before_it_began(place: str) -> None:
    for stop in Stop:
        told = TOLD[place](as_ended(pending(), stop, NOON)).lower()
        assert "nothing was done" in told or "not done" in told
        assert "may have been" not in told


@pytest.mark.parametrize(("outcome", "execution"), BOTH)
def test_nothing_that_was_ended_waits_or_runs(outcome: Outcome, execution: Execution) -> None:
    stop = Stop.TERMINATED
    before = a_state(outcome, execution)
    status = as_ended(before, stop, NOON)
    assert status.outcome is not Outcome.PENDING
    assert not (status.outcome is Outcome.APPROVED and status.execution is Execution.RUNNING)
    if outcome not in {Outcome.PENDING, Outcome.APPROVED}:
        assert status.outcome is outcome
    if execution is not Execution.RUNNING and outcome not in {Outcome.PENDING, Outcome.APPROVED}:
        assert status == before
    assert ended_as(*ended_as(outcome, execution)) == ended_as(outcome, execution)
    row = _row(status)
    assert (row.outcome, row.execution) == (status.outcome, status.execution)
    assert all(it.to_dict()["text"]["text"] == "Open" for it in row_buttons(row, BOB.user))


@pytest.mark.parametrize(("outcome", "execution"), BOTH)
def test_slack_takes_every_end(outcome: Outcome, execution: Execution) -> None:
    status = a_state(outcome, execution, Stop.TERMINATED)
    for blocks in (
        approval_card(status),
        minimal_card(status),
        line_blocks(status, "main"),
        batch_blocks(_batch(status), "main"),
        details_blocks(status, BOB.user, NOON),
    ):
        assert message_problems(blocks) == []
    for view in (details_modal(status, Meta()), review_modal(status, Meta())):
        assert json.loads(json.dumps(view.to_dict()))["callback_id"] in CALLBACKS.values()
