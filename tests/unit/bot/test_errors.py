"""What people read when something fails, and the same where Slack interprets no markup."""

import pytest
from temporalio.client import WorkflowQueryFailedError

from bot.errors import TEMPORAL_AWAY, explain, plain_voice, too_late
from bot.listeners.approve_all import BatchError
from bot.listeners.votes import NotCountedError
from bot.response_url import ResponseUrlError
from countersign.slack.modals.meta import MetaError
from countersign.slack.voice import MrkdwnVoice
from tests.support.builders import BOB, NOON
from tests.support.fake_clients import APPROVAL, CAROL, approved_by, ended, ruled
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.contracts.decisions import Outcome, Refusal, Refused

MRKDWN = MrkdwnVoice()


def test_what_stands_beside_a_field_has_no_markup_and_names_people() -> None:
    error = ApprovalClosedError(APPROVAL, ended(ruled(), Outcome.REJECTED, CAROL))
    said = explain(error, plain_voice(error))
    assert said == ("@carol already rejected this at 12:00 UTC. Your press changed nothing.")


@pytest.mark.parametrize("why", list(Refusal))
def test_every_refusal_is_a_sentence_that_nothing_is_missing_from(why: Refusal) -> None:
    error = NotCountedError(Refused(why=why, at=NOON), approved_by(ruled(), BOB))
    sentence = explain(error, MRKDWN)
    assert sentence
    assert "{" not in sentence
    assert "<" not in str(explain(error, plain_voice(error)))


@pytest.mark.parametrize("outcome", [it for it in Outcome if it is not Outcome.PENDING])
def test_every_end_is_said_with_when_and_where(outcome: Outcome) -> None:
    sentence = too_late(ended(ruled(), outcome), MRKDWN)
    assert "approval-" not in sentence
    assert f"<!date^{int(NOON.timestamp())}^" in sentence
    assert sentence.endswith("|Open the card>")


def test_each_of_several_has_its_own_reason() -> None:
    closed = ApprovalClosedError("approval-1", ended(ruled("approval-1"), Outcome.REJECTED))
    error = BatchError(
        [("approval-1", closed), ("approval-2", ApprovalNotFoundError("approval-2"))]
    )
    head, first, second = str(explain(error, MRKDWN)).splitlines()
    assert "Nothing was approved" in head
    assert "rejected" in first
    assert "no record" in second


def test_what_nobody_planned_for_has_no_sentence() -> None:
    assert explain(RuntimeError("bug"), MRKDWN) is None


def test_a_query_that_fails_is_temporal_away() -> None:
    assert explain(WorkflowQueryFailedError("no worker"), MRKDWN) == TEMPORAL_AWAY


@pytest.mark.parametrize("error", [MetaError("long"), ResponseUrlError("used_url")], ids=repr)
def test_what_slack_does_not_take_says_what_to_do(error: Exception) -> None:
    assert explain(error, MRKDWN)
