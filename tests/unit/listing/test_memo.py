"""What a row is read from may have been written by another release."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.builders import ALICE, BOB, NOON, a_request, a_status
from tests.support.listed_approvals import a_rule, an_approval, voted
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import PendingApproval, approval_memo

OLD = {
    "tool": "place_order",
    "title": "Place an order",
    "summary": "Order 1",
    "requester": {"team": "T0ACME", "user": "U0ALICE", "name": "alice"},
    "origin": {"kind": "slack", "team": "T0ACME", "channel": "C0OPS", "id": "1.0"},
    "permalink": "https://a.test",
}
"""As release 0.1 wrote it."""


def test_a_row_is_read_from_what_its_approval_wrote() -> None:
    rule = a_rule("U0BOB", "U0CAROL", needed=2, confirm=True, from_slack=False)
    status = voted(an_approval(rule), BOB)
    row = PendingApproval.from_memo(
        status.id, NOON, approval_memo(status, "https://a.test", one_tap=True)
    )

    assert (row.tool, row.title) == ("place_order", "Place an order")
    assert (row.summary, row.cost) == ("Order 100 widgets for €4,120.00", "€4,120.00")
    assert (row.requester, row.origin, row.permalink) == (ALICE, status.origin, "https://a.test")
    assert (row.rule, row.needed, row.counted) == ("orders", 2, 1)
    assert (row.outcome, row.deadline) == (Outcome.PENDING, NOON + timedelta(days=3))
    assert (row.complete, row.from_slack, row.confirm) == (True, False, True)
    assert row.fields == status.shown.fields


def test_a_row_of_the_first_release_is_reviewed_before_it_is_approved() -> None:
    row = PendingApproval.from_memo("approval-1", NOON, OLD)

    assert (row.summary, row.requester, row.permalink) == ("Order 1", ALICE, "https://a.test")
    assert (row.complete, row.from_slack, row.confirm, row.deadline) == (False, True, False, None)
    assert (row.counted, row.needed, row.outcome) == (0, 1, Outcome.PENDING)


@pytest.mark.parametrize("key", [*approval_memo(a_status())])
def test_a_memo_that_lacks_a_key_is_still_a_row(key: str) -> None:
    memo = approval_memo(a_status())
    del memo[key]

    assert PendingApproval.from_memo("approval-1", NOON, memo).id == "approval-1"


@pytest.mark.parametrize("key", [*approval_memo(a_status())])
def test_a_memo_with_a_value_of_the_future_is_still_a_row(key: str) -> None:
    memo = approval_memo(a_status(), "https://a.test") | {key: {"from": "the future"}}
    row = PendingApproval.from_memo("approval-1", NOON, memo)

    assert row.id == "approval-1"
    assert (row.tool or row.summary) in {"place_order", "Order 100 widgets for €4,120.00"}


def test_a_memo_cannot_say_which_approval_it_is_nor_since_when_nor_that_it_is_open() -> None:
    memo = {
        "id": "approval-evil",
        "asked_at": datetime(1999, 1, 1, tzinfo=UTC),
        "is_open": True,
        "new": object(),
    }
    row = PendingApproval.from_memo("approval-1", NOON, memo, is_open=False)

    assert (row.id, row.asked_at, row.is_open) == ("approval-1", NOON, False)


def test_after_an_edit_a_row_shows_the_call_as_it_is_now() -> None:
    edited = a_request().prepared.model_copy(update={"summary": "Order 5 widgets"})
    status = a_status().model_copy(update={"prepared": edited})

    assert approval_memo(status)["summary"] == "Order 5 widgets"
