"""How an approval ended and what was done, in words."""

from countersign.messages.voice import Voice
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Execution, Outcome, Stop

VERDICTS = {
    Outcome.PENDING: "is still waiting for a decision",
    Outcome.APPROVED: "was already approved by {by}",
    Outcome.REJECTED: "was already rejected by {by}",
    Outcome.FAILED_TO_ASK: "could not be shown to anybody; {done}",
    Outcome.CHANGES_REQUESTED: "was already sent back for changes by {by}",
    Outcome.EXPIRED: "has expired; nobody decided in time and {done}",
    Outcome.WITHDRAWN: "was already withdrawn by {by}",
    Outcome.SUPERSEDED: "was superseded by a newer request; {done}",
    Outcome.STOPPED: "was {stopped}; {done}",
}
STOPPED_BY = {
    Stop.TERMINATED: "ended by an operator or a Temporal limit",
    Stop.CANCELED: "ended by an operator",
    Stop.TIMED_OUT: "ended by a Temporal time limit",
    Stop.FAILED: "ended by a fault in this app",
    Stop.GONE: "lost from the record",
    Stop.CONVERSATION: "ended together with its conversation, by an operator or a limit",
}
EFFECTS = {
    Execution.NOT_STARTED: "nothing was done",
    Execution.RUNNING: "it is being carried out",
    Execution.DONE: "it was done",
    Execution.FAILED: "it was tried and failed",
    Execution.UNKNOWN: "it may have been done: check before asking again",
}


def verdict(status: ApprovalStatus, voice: Voice) -> str:
    """One sentence: what was decided and by whom."""
    by = status.decision.by if status.decision else None
    told = VERDICTS[status.outcome].format(
        by=voice.who(by.user) if by else "an operator",
        stopped=stopped_by(status.stop),
        done=effect(status.execution),
    )
    is_unsure = status.execution is Execution.UNKNOWN and "{done}" not in VERDICTS[status.outcome]
    return f"{voice.code(status.id)} {told}{f'; {effect(status.execution)}' if is_unsure else ''}."


def stopped_by(stop: Stop | None) -> str:
    """What ended an approval by force, to follow "was"."""
    return STOPPED_BY[stop or Stop.GONE]


def effect(execution: Execution) -> str:
    """What was done, as it is recorded and as part of a sentence."""
    return EFFECTS[execution]


def capitalized(text: str) -> str:
    """The beginning of a sentence."""
    return text[:1].upper() + text[1:]


def end_note(status: ApprovalStatus, voice: Voice) -> str:
    """To the thread, how an approval ended of which no conversation is left to say."""
    if status.outcome is Outcome.STOPPED:
        return _stopped_note(status, voice)
    result = f" {voice.text(status.result)}" if status.result else ""
    return (
        f"The request for {voice.code(status.call.tool)} ({voice.code(status.id)}) outlived its "
        f"conversation. It was {status.outcome}; {effect(status.execution)}.{result}"
    )


def _stopped_note(status: ApprovalStatus, voice: Voice) -> str:
    again = "" if status.execution is Execution.UNKNOWN else " Ask again if it is still needed."
    return (
        f"The request for {voice.code(status.call.tool)} ({voice.code(status.id)}) was "
        f"{stopped_by(status.stop)}, so nobody can decide it any more; "
        f"{effect(status.execution)}.{again}"
    )
