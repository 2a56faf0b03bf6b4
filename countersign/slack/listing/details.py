"""One approval as a private answer: what it is, who has voted, and how it ended."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block

from countersign.messages.endings import UNSURE, capitalized, effect
from countersign.slack.actions import LIST, BlockId
from countersign.slack.blocks import context, literal
from countersign.slack.listing.row import refresh_button, row_buttons, row_facts, row_text
from countersign.slack.text import date_token, escape, line, mention
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import CountedVote, Execution
from workflows.listing.rows import PendingApproval

WORDS_ROOM = 500
ROW = "one"
"""Row of the buttons, by which a press knows what it was made in."""


def details_blocks(
    status: ApprovalStatus, user: str, now: datetime, deployment: str = ""
) -> Sequence[Block]:
    """The state of an approval; approving needs its card or the review, which show everything."""
    row, rule = PendingApproval.of(status), status.in_force
    own = rule.self_approval or rule.solo
    buttons = [*row_buttons(row, user, decides_own=own), refresh_button(row.id)]
    place = BlockId(LIST, digest=row.digest, deployment=deployment, row=ROW)
    return [
        row_text(row).block,
        row_facts(row, now),
        *_facts(row, status),
        ActionsBlock(block_id=place.block_id, elements=buttons),
    ]


def details_text(status: ApprovalStatus) -> str:
    """What notifications and screen readers read instead of the blocks."""
    row = PendingApproval.of(status)
    return f"{status.outcome}: {line(row_text(row).title, WORDS_ROOM).text} (`{status.id}`)"


def _facts(row: PendingApproval, status: ApprovalStatus) -> Iterator[Block]:
    yield context(f"`{escape(row.id)}`")
    if row.rule:
        yield context("Rule", literal(row.rule, WORDS_ROOM))
    if status.votes:
        yield context("Approved by " + ", ".join(_vote(vote) for vote in status.votes))
    if status.decision and status.decision.reason:
        yield context("Reason:", literal(status.decision.reason, WORDS_ROOM))
    if status.execution is not Execution.NOT_STARTED:
        result = [literal(status.result, WORDS_ROOM)] if status.result else []
        is_unsure = status.execution in UNSURE
        came = effect(status.execution) if is_unsure else str(status.execution)
        yield context(capitalized(came), *result)


def _vote(vote: CountedVote) -> str:
    who = mention(vote.decision.by.user) if vote.decision.by else "an operator (unverified)"
    return f"{who} {date_token(vote.decision.at.timestamp())}"
