"""How an approval ended and what came of it, in the one vocabulary of `Outcome`."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.views.blocks import paragraph, quote, rich, section, words
from bot.views.people import decided
from bot.views.text import escape, moment, plain
from workflows.approvals import ApprovalStatus
from workflows.decisions import Execution, Outcome

REASON_LIMIT = 500
RESULT_LIMIT = 500

MARKS = {
    Outcome.PENDING: "✋",
    Outcome.APPROVED: "✅",
    Outcome.REJECTED: "⛔",
    Outcome.FAILED_TO_ASK: "⚠️",
    Outcome.CHANGES_REQUESTED: "✏️",
    Outcome.EXPIRED: "⌛",
    Outcome.WITHDRAWN: "↩️",
    Outcome.SUPERSEDED: "🔁",
}
NOTHING_DONE = "Nothing was done."
BECAUSE = {
    Outcome.FAILED_TO_ASK: "Slack did not take the question, so nobody was asked and nothing was "
    "done. An administrator has to let me post here.",
    Outcome.EXPIRED: f"Nobody decided in time. {NOTHING_DONE}",
    Outcome.WITHDRAWN: f"No longer needed. {NOTHING_DONE}",
    Outcome.SUPERSEDED: f"Something newer takes its place. {NOTHING_DONE}",
}

UNDECIDED = frozenset({Outcome.EXPIRED, Outcome.SUPERSEDED})
"""Ends that nobody decided, although the record has when and why they came."""


def verdict_word(outcome: Outcome) -> str:
    """An outcome with its mark; the word says it without the colour."""
    word = "Approval needed" if outcome is Outcome.PENDING else str(outcome).capitalize()
    return f"{MARKS[outcome]} {word}"


def verdict_blocks(status: ApprovalStatus) -> Iterator[Block]:
    """Who decided, when, from where and why, and what came of it."""
    yield section("\n".join(_lines(status)))
    if status.decision and status.decision.reason:
        reason = plain(status.decision.reason, REASON_LIMIT).text or "—"
        yield rich(paragraph(words("Reason:")), quote(reason))
    if told := execution(status):
        yield rich(paragraph(words(told)))


def verdict_line(status: ApprovalStatus) -> str:
    """The outcome, who and when, on one line of mrkdwn."""
    outcome = f"*{str(status.outcome).capitalize()}*"
    if status.decision and status.outcome not in UNDECIDED:
        return f"{outcome} {decided(status, status.decision)}"
    at = f" {moment(status.ended_at)}" if status.ended_at else ""
    return f"{outcome}{at}"


def execution(status: ApprovalStatus) -> str:
    """What became of the action, as it is and on one line; empty if nothing was to be done."""
    result = plain(status.result, RESULT_LIMIT).text
    match status.execution:
        case Execution.RUNNING:
            return "⏳ Running…"
        case Execution.DONE:
            return f"☑️ Done: {result or 'no result'}"
        case Execution.FAILED:
            failed = f"⚠️ Failed: {result or 'no reason given'}"
            return f"{failed} — Say in the thread how to go on; it is not tried again by itself."
        case Execution.UNKNOWN:
            return "⚠️ It may have been done: check before asking again."
        case Execution.NOT_STARTED:
            return ""


def _lines(status: ApprovalStatus) -> Iterator[str]:
    yield verdict_line(status)
    if status.outcome is not Outcome.APPROVED:
        yield BECAUSE.get(status.outcome, NOTHING_DONE)
    if status.replaced_by:
        yield f"Replaced by `{escape(status.replaced_by)}`; decide there."
