"""Outcomes of approvals in the one vocabulary of `Outcome`, and what came of the action."""

from countersign.messages.endings import capitalized, effect, stopped_by
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Execution, Outcome

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
UNDECIDED_BECAUSE = {
    Outcome.FAILED_TO_ASK: "Slack refused the message, so nobody was asked",
    Outcome.EXPIRED: "nobody decided in time",
    Outcome.SUPERSEDED: "a newer request takes its place",
}
"""The same after a colon."""
GO_ON = "It won't be tried again by itself; say in the thread how to go on."
PASSED_ON = (
    "The model's provider runs it. The thread has what it says came of it; this app cannot tell "
    "whether it ran, or how often."
)
CAME_OF_IT = {
    Execution.RUNNING: ("⏳", "Running"),
    Execution.DONE: ("✅", "Done"),
    Execution.FAILED: ("⚠️", "Failed"),
    Execution.UNKNOWN: ("❔", "May have been done"),
    Execution.PASSED_ON: ("✅", "Approved"),
}
THEN = {Outcome.FAILED_TO_ASK: "An administrator has to allow me to post here."}
UNDECIDED = frozenset({Outcome.EXPIRED, Outcome.SUPERSEDED, Outcome.STOPPED})
"""Ends that nobody decided, although the record has when and why they came."""
EXECUTIONS = {
    Execution.NOT_STARTED: "",
    Execution.RUNNING: "⏳ Running…",
    Execution.DONE: "☑️ Done: {result}",
    Execution.FAILED: (f"⚠️ Failed: {{result}} — {GO_ON}"),
    Execution.UNKNOWN: "❔ It may have been done: check before asking again. {result}",
    Execution.PASSED_ON: f"↗️ {PASSED_ON}",
}
NO_RESULT = {Execution.DONE: "no result", Execution.FAILED: "no reason given"}


def verdict_word(outcome: Outcome) -> str:
    """An outcome with its mark; the word says it without the colour."""
    word = "Approval needed" if outcome is Outcome.PENDING else str(outcome).capitalize()
    return f"{MARKS[outcome]} {word}"


def heading(status: ApprovalStatus) -> tuple[str, str]:
    """Mark and word for what came of a request; the word says it without the colour."""
    if status.execution is not Execution.NOT_STARTED:
        return CAME_OF_IT[status.execution]
    word = "Approved" if status.outcome is Outcome.APPROVED else "Not done"
    return MARKS[status.outcome], word


def deciding(status: ApprovalStatus) -> Decision | None:
    """The decision that brought the outcome, where somebody decided."""
    return None if status.outcome in UNDECIDED else status.decision


def executed(execution: Execution, result: str) -> str:
    """What became of an action, with its result; empty if it was not begun."""
    told = EXECUTIONS[execution]
    return told.replace("{result}", result or NO_RESULT.get(execution, "")).strip()


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
