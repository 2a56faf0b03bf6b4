"""How an approval ended and what came of it, in the one vocabulary of `Outcome`."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from countersign.messages.endings import capitalized, effect, stopped_by
from countersign.slack.blocks import paragraph, quote, rich, section, words
from countersign.slack.people import decided
from countersign.slack.text import escape, moment, plain
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Execution, Outcome

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
    Outcome.STOPPED: "🛑",
}
BECAUSE = {
    Outcome.FAILED_TO_ASK: "Slack refused the message, so nobody was asked.",
    Outcome.EXPIRED: "Nobody decided in time.",
    Outcome.WITHDRAWN: "No longer needed.",
    Outcome.SUPERSEDED: "A newer request takes its place.",
}
"""Why nobody decided it, where the outcome does not say so by itself."""
THEN = {Outcome.FAILED_TO_ASK: "An administrator has to allow me to post here."}
UNDECIDED = frozenset({Outcome.EXPIRED, Outcome.SUPERSEDED, Outcome.STOPPED})
"""Ends that nobody decided, although the record has when and why they came."""
EXECUTIONS = {
    Execution.NOT_STARTED: "",
    Execution.RUNNING: "⏳ Running…",
    Execution.DONE: "☑️ Done: {result}",
    Execution.FAILED: (
        "⚠️ Failed: {result} — It won't be tried again by itself; say in the thread how to go on."
    ),
    Execution.UNKNOWN: "❔ It may have been done: check before asking again. {result}",
}
NO_RESULT = {Execution.DONE: "no result", Execution.FAILED: "no reason given"}


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
    if decision := deciding(status):
        return f"{outcome} {decided(status, decision)}"
    at = f" {moment(status.ended_at)}" if status.ended_at else ""
    return f"{outcome}{at}"


def deciding(status: ApprovalStatus) -> Decision | None:
    """The decision that brought the outcome, where somebody decided."""
    return None if status.outcome in UNDECIDED else status.decision


def execution(status: ApprovalStatus) -> str:
    """What became of the action, as it is and on one line; empty if it was not begun."""
    told = EXECUTIONS[status.execution]
    result = plain(status.result, RESULT_LIMIT).text or NO_RESULT.get(status.execution, "")
    return told.replace("{result}", result).strip()


def ending(status: ApprovalStatus) -> str:
    """Why it ended like this and that nothing was done, where nothing was."""
    is_untouched = status.execution is Execution.NOT_STARTED and status.outcome in NOT_RUN
    parts = (
        f"It was {stopped_by(status.stop)}." if status.outcome is Outcome.STOPPED else "",
        BECAUSE.get(status.outcome, ""),
        f"{capitalized(effect(status.execution))}." if is_untouched else "",
        THEN.get(status.outcome, ""),
    )
    return " ".join(part for part in parts if part)


NOT_RUN = frozenset(Outcome) - {Outcome.PENDING, Outcome.APPROVED}


def _lines(status: ApprovalStatus) -> Iterator[str]:
    yield verdict_line(status)
    if told := ending(status):
        yield told
    if status.outcome is Outcome.STOPPED and status.decision:
        yield f"Before that it was approved {decided(status, status.decision)}."
    if status.replaced_by:
        yield f"Replaced by `{escape(status.replaced_by)}`; decide there."
