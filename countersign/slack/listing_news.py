"""What came of a press in a list, and whether its row still belongs there."""

from countersign.slack.listing_query import ListingQuery
from countersign.slack.listing_row import row_text, standing
from countersign.slack.text import line
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import Kind, PendingApproval
from workflows.user_messages import refusal_for_person

TITLE_ROOM = 200


def news(status: ApprovalStatus, user: str) -> str:
    """One line above the list."""
    row = PendingApproval.of(status)
    title = line(row_text(row).title, TITLE_ROOM).text
    if status.outcome is not Outcome.PENDING:
        return f"{standing(row)}: {title}"
    if _has_voted(status, user):
        return f"✔ Your approval counts, {row.counted} of {row.needed}: {title}"
    return f"Not decided yet: {title}"


def heard(status: ApprovalStatus, press: str) -> bool:
    """Whether an approval has counted or refused a press, or has ended."""
    if status.outcome is not Outcome.PENDING:
        return True
    decisions = [vote.decision for vote in status.votes]
    decisions += [refused.decision for refused in status.refused if refused.decision]
    return any(decision.id == press for decision in decisions)


def refusal_of(status: ApprovalStatus, press: str) -> str:
    """Why a press did not count; nothing if it did, or was not heard yet."""
    for refused in status.refused:
        if refused.decision and refused.decision.id == press:
            return refusal_for_person(refused, status)
    return ""


def is_off_list(
    row: PendingApproval, status: ApprovalStatus, query: ListingQuery, user: str
) -> bool:
    """Whether a row has gone from the list by what was just pressed in it."""
    if row.id != status.id:
        return False
    if status.outcome is not Outcome.PENDING:
        return query.kind is not Kind.HISTORY
    return query.kind is Kind.MINE and _has_voted(status, user)


def _has_voted(status: ApprovalStatus, user: str) -> bool:
    voters = (vote.decision.by for vote in status.votes)
    return any(by is not None and by.user == user for by in voters)
