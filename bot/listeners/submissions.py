"""Modals about one approval, submitted: read, checked, handed on, and only then closed.

What goes wrong is said in the modal, so that nothing that was typed is lost.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.listeners.votes import check, forward, is_known
from bot.payloads.fields import PayloadError
from bot.payloads.submissions import Submission, read_submission
from bot.receipts import Receipts, place_of
from countersign.slack.actions import (
    ALWAYS,
    BREAK_GLASS,
    EDIT,
    HAND_OVER,
    MODALS,
    REJECT,
    REQUEST_CHANGES,
    REVIEW,
)
from countersign.slack.modals.edit import EditErrors, read_edit
from countersign.slack.modals.hand_over import read_person
from countersign.slack.modals.reasons import read_reason, reason_errors
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Outcome, Verb, Via
from workflows.voting.parsing import Vote

GLANCE_SECONDS = 0.6
"""For a look at the approval before a vote is handed on, which itself may take two of the three
seconds that Slack waits."""
CLOSE = "clear"


class NobodyChosenError(Exception):
    """A vote was to be handed over, but nobody was chosen."""


def register(
    app: AsyncApp, approvals: Approvals, now: Callable[[], datetime], receipts: Receipts
) -> None:
    """Route the submission of every modal about one approval."""

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = read_submission(body)
        approval_id = _approval_of(submission)
        status = await _glance(approvals, approval_id)
        if errors := _missing(submission, status):
            await ack(response_action="errors", errors=errors)
            return
        vote = VOTES[submission.callback_id](submission, decision_of(submission, now()))
        await _hand_on(approvals, approval_id, vote, status)
        receipts.expect({approval_id: vote}, place_of(submission))
        await ack(response_action=CLOSE)  # only now: Temporal has the vote

    async def edited(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = read_submission(body)
        status = await approvals.status(_approval_of(submission))  # its schema reads the form
        arguments = read_edit(submission.values, status.shown.parameters, status.call.arguments)
        if isinstance(arguments, EditErrors):
            await ack(response_action="errors", errors=dict(arguments))
            return
        decision = _with(decision_of(submission, now()), arguments=arguments)
        vote = Vote(True, decision)
        await _hand_on(approvals, status.id, vote, status)
        receipts.expect({status.id: vote}, place_of(submission))
        await ack(response_action=CLOSE)

    for callback_id in VOTES:
        app.view(callback_id)(submitted)
    app.view(MODALS[EDIT])(edited)


def decision_of(submission: Submission, now: datetime, approval_id: str = "") -> Decision:
    """What a submission says of the approval, or of one of several."""
    return Decision(
        id=f"{submission.id}:{approval_id}".rstrip(":"),
        at=now,
        via=Via.MODAL,
        by=submission.by,
        channel=submission.meta.channel,
        digest=submission.meta.digest,
    )


async def _hand_on(
    approvals: Approvals, approval_id: str, vote: Vote, status: ApprovalStatus | None
) -> None:
    if status and is_known(status, vote):
        return  # a second delivery
    if status:
        check(status, vote)
    await forward(approvals, approval_id, vote)


async def _glance(approvals: Approvals, approval_id: str) -> ApprovalStatus | None:
    """How it stands, if that can be had at once. A vote does not depend on it."""
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            return await approvals.status(approval_id)
    except (RPCError, WorkflowQueryFailedError, TimeoutError):
        return None


def _missing(submission: Submission, status: ApprovalStatus | None) -> dict[str, str]:
    """What a rejection lacks while it can still be given."""
    if status is None or status.outcome is not Outcome.PENDING:
        return {}
    is_rejection = submission.callback_id == MODALS[REJECT]
    return reason_errors(status, submission.values) if is_rejection else {}


def _approval_of(submission: Submission) -> str:
    ids = submission.meta.approval_ids
    if len(ids) != 1:
        raise PayloadError("a modal that is not about one approval")
    return ids[0]


def _reject(submission: Submission, decision: Decision) -> Vote:
    return Vote(False, _with(decision, reason=read_reason(submission.values)))


def _request_changes(submission: Submission, decision: Decision) -> Vote:
    reason = read_reason(submission.values)
    return Vote(False, _with(decision, verb=Verb.REQUEST_CHANGES, reason=reason))


def _approve(_: Submission, decision: Decision) -> Vote:
    return Vote(True, decision)


def _always(_: Submission, decision: Decision) -> Vote:
    return Vote(True, _with(decision, always=True))


def _hand_over(submission: Submission, decision: Decision) -> Vote:
    user = read_person(submission.values)
    if not user:
        raise NobodyChosenError
    to = Person(team=submission.team, user=user)
    return Vote(False, _with(decision, verb=Verb.HAND_OVER, to=to))


def _break_glass(submission: Submission, decision: Decision) -> Vote:
    reason = read_reason(submission.values)
    return Vote(True, _with(decision, verb=Verb.BREAK_GLASS, reason=reason))


def _with(decision: Decision, **changes: object) -> Decision:
    return decision.model_copy(update=changes)


VOTES: Mapping[str, Callable[[Submission, Decision], Vote]] = {
    MODALS[REJECT]: _reject,
    MODALS[REQUEST_CHANGES]: _request_changes,
    MODALS[REVIEW]: _approve,
    MODALS[ALWAYS]: _always,
    MODALS[HAND_OVER]: _hand_over,
    MODALS[BREAK_GLASS]: _break_glass,
}
"""What each modal says, by its callback id."""
