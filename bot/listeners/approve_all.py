"""Approve all: one dialog for several approvals, one vote for each, and either all or none."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from temporalio.service import RPCError

from bot.listeners.buttons import NothingWaitsError, Press
from bot.listeners.dialogs import Dialogs
from bot.listeners.submissions import CLOSE, decision_of
from bot.listeners.votes import NotCountedError, check, forward, is_known
from bot.payloads.fields import PayloadError
from bot.payloads.presses import Click
from bot.payloads.submissions import Submission, read_submission
from bot.receipts import Receipts, place_of
from countersign.slack.actions import APPROVE_ALL, MODALS
from countersign.slack.modals.approve_all import approve_all_modal, read_ticked_digests
from countersign.slack.modals.meta import Meta
from workflows.client import ApprovalClosedError, ApprovalNotFoundError, Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome
from workflows.voting.parsing import Vote

MOST = 60
"""Approvals of one dialog; `private_metadata` has room for their ids."""
Problem = ApprovalNotFoundError | ApprovalClosedError | NotCountedError | RPCError


class BatchError(Exception):
    """Some of a batch cannot be approved. `sent` says how many others were, before that showed."""

    def __init__(self, problems: Sequence[tuple[str, Problem]], sent: int = 0) -> None:
        super().__init__(", ".join(id_ for id_, _ in problems))
        self.problems = problems
        self.sent = sent


class NothingTickedError(Exception):
    """The dialog was submitted without a tick."""


def presses(approvals: Approvals, dialogs: Dialogs) -> Mapping[str, Press]:
    """What the button does."""

    async def open_dialog(click: Click) -> None:
        ids = tuple(dict.fromkeys(filter(None, click.value.split(","))))[:MOST]
        statuses = await _statuses(approvals, ids)
        if not any(it.outcome is Outcome.PENDING for it in statuses):
            raise NothingWaitsError(statuses)
        meta = Meta(
            approval_ids=ids,
            channel=click.channel,
            message_ts=click.message_ts,
            via=click.place.kind,
            thread_ts=click.thread_ts,
        )
        await dialogs.show(click, approve_all_modal(statuses, meta))

    return {APPROVE_ALL: open_dialog}


def register(
    app: AsyncApp, approvals: Approvals, now: Callable[[], datetime], receipts: Receipts
) -> None:
    """Route the dialog's submission."""

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = read_submission(body)
        new = await _checked(approvals, _votes(submission, now()))
        await _send(approvals, new)
        receipts.expect(new, place_of(submission))
        await ack(response_action=CLOSE)  # only now: Temporal has every vote

    app.view(MODALS[APPROVE_ALL])(submitted)


def _votes(submission: Submission, now: datetime) -> Mapping[str, Vote]:
    """A vote for each approval that is ticked, for what was shown of it.

    Raises:
        NothingTickedError: there is none.
        PayloadError: the dialog was not about one of them.
    """
    ticked = read_ticked_digests(submission.values)
    if not ticked:
        raise NothingTickedError
    if not set(ticked) <= set(submission.meta.approval_ids):
        raise PayloadError("a tick beside something that was not asked")
    votes: dict[str, Vote] = {}
    for id_, digest in ticked.items():
        decision = decision_of(submission, now, id_)
        votes[id_] = Vote(True, decision.model_copy(update={"digest": digest}))
    return votes


async def _checked(approvals: Approvals, votes: Mapping[str, Vote]) -> Mapping[str, Vote]:
    """The votes without those that an earlier delivery brought.

    Raises:
        BatchError: one of them cannot count; then none is sent.
    """
    found = await asyncio.gather(*(_checked_one(approvals, id_, votes[id_]) for id_ in votes))
    problems = [
        (id_, it) for id_, it in zip(votes, found, strict=True) if isinstance(it, Exception)
    ]
    if problems:
        raise BatchError(problems)
    return {id_: vote for (id_, vote), it in zip(votes.items(), found, strict=True) if it}


async def _checked_one(approvals: Approvals, id_: str, vote: Vote) -> Problem | bool:
    """Whether it is still to be sent, or why it cannot be."""
    try:
        status = await approvals.status(id_)
        if is_known(status, vote):
            return False
        check(status, vote)
    except (ApprovalNotFoundError, ApprovalClosedError, NotCountedError) as problem:
        return problem
    return True


async def _send(approvals: Approvals, votes: Mapping[str, Vote]) -> None:
    """Hand every vote on.

    Raises:
        BatchError: some ended since they were checked, or got lost; the others are sent.
    """
    sent = await asyncio.gather(*(_send_one(approvals, id_, votes[id_]) for id_ in votes))
    problems = [(id_, it) for id_, it in zip(votes, sent, strict=True) if it]
    if problems:
        raise BatchError(problems, sent=len(votes) - len(problems))


async def _send_one(approvals: Approvals, id_: str, vote: Vote) -> Problem | None:
    try:
        await forward(approvals, id_, vote)
    except (ApprovalNotFoundError, ApprovalClosedError, RPCError) as problem:
        return problem
    return None


async def _statuses(approvals: Approvals, ids: Sequence[str]) -> Sequence[ApprovalStatus]:
    """The approvals that are still on record."""

    async def status(id_: str) -> ApprovalStatus | None:
        try:
            return await approvals.status(id_)
        except ApprovalNotFoundError:
            return None

    return [it for it in await asyncio.gather(*map(status, ids)) if it]
