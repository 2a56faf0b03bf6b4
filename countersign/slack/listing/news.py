"""What came of a press in a list, and which rows still belong there."""

from collections.abc import Sequence

from countersign.messages.refusals import refusal
from countersign.slack.listing.row import row_text, standing
from countersign.slack.text import line
from countersign.slack.voice import MrkdwnVoice
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import Kind, PendingApproval

TITLE_ROOM = 200


def news(status: ApprovalStatus, user: str) -> str:
    """One line above the list: how an approval stands."""
    row = PendingApproval.of(status)
    title = line(row_text(row).title, TITLE_ROOM).text
    if status.outcome is not Outcome.PENDING:
        return f"{standing(row)}: {title}"
    if has_voted(status, user):
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
            return refusal(refused, status, MrkdwnVoice())
    return ""


def still_listed(
    rows: Sequence[PendingApproval], kind: Kind, user: str, known: Sequence[ApprovalStatus]
) -> Sequence[PendingApproval]:
    """The rows that belong on a list. Visibility follows in its own time; some is known already."""
    latest = {it.id: it for it in known}
    return [
        PendingApproval.of(latest[row.id], one_tap=row.complete) if row.id in latest else row
        for row in rows
        if row.id not in latest or _is_listed(latest[row.id], kind, user)
    ]


def has_voted(status: ApprovalStatus, user: str) -> bool:
    """Whether a vote of theirs counts."""
    voters = (vote.decision.by for vote in status.votes)
    return any(by is not None and by.user == user for by in voters)


def _is_listed(status: ApprovalStatus, kind: Kind, user: str) -> bool:
    if status.outcome is not Outcome.PENDING:
        return kind is Kind.HISTORY
    return kind is not Kind.MINE or not has_voted(status, user)
