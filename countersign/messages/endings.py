"""How an approval ended and what was done, in words."""

from countersign.messages.voice import Voice
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Execution, Outcome, Stop

WHAT_LIMIT = 300

VERDICTS = {
    Outcome.PENDING: "This is still waiting for a decision",
    Outcome.APPROVED: "{by} already approved this{when}",
    Outcome.REJECTED: "{by} already rejected this{when}",
    Outcome.FAILED_TO_ASK: "This could not be shown to anybody{when}; {done}",
    Outcome.CHANGES_REQUESTED: "{by} already asked for changes to this{when}",
    Outcome.EXPIRED: "This expired{when}; nobody decided in time and {done}",
    Outcome.WITHDRAWN: "{by} already withdrew this{when}",
    Outcome.SUPERSEDED: "A newer request took the place of this one{when}; {done}",
    Outcome.STOPPED: "This was {stopped}{when}; {done}",
}
STOPPED_BY = {
    Stop.TERMINATED: "ended by an operator, or because it had grown too long",
    Stop.CANCELED: "ended by an operator",
    Stop.TIMED_OUT: "ended because it ran too long",
    Stop.FAILED: "ended by a fault in this app",
    Stop.GONE: "lost from the record",
    Stop.CONVERSATION: "ended together with its conversation",
}
UNSURE = frozenset({Execution.UNKNOWN, Execution.PASSED_ON})
"""What has to be said wherever an end is told: what came of it is not known."""
EFFECTS = {
    Execution.NOT_STARTED: "nothing was done",
    Execution.RUNNING: "it is being carried out",
    Execution.DONE: "it was done",
    Execution.FAILED: "it was tried and failed",
    Execution.UNKNOWN: "it may have been done: check before asking again",
    Execution.PASSED_ON: "the model's provider was left to run it, and this app sees no result",
}


def verdict(status: ApprovalStatus, voice: Voice) -> str:
    """One sentence: what was decided, by whom and when. To who decided it, "you"."""
    mine = _own_decision(status, voice.reader)
    decision = mine or status.decision
    at = decision.at if decision else status.ended_at
    told = VERDICTS[status.outcome].format(
        by="You" if mine else _deciders(status, voice),
        when=f" {voice.moment(at)}" if at else "",
        stopped=stopped_by(status.stop),
        done=effect(status.execution),
    )
    is_unsure = status.execution in UNSURE and "{done}" not in VERDICTS[status.outcome]
    return f"{told}{f'; {effect(status.execution)}' if is_unsure else ''}."


def _own_decision(status: ApprovalStatus, reader: str) -> Decision | None:
    """What the reader had a part in: as one of several who approved, or alone."""
    votes = [vote.decision for vote in status.votes] if status.outcome is Outcome.APPROVED else []
    decisions = [it for it in (status.decision, *votes) if it and it.by]
    return next((it for it in decisions if it.by and it.by.user == reader), None)


def _deciders(status: ApprovalStatus, voice: Voice) -> str:
    votes = [vote.decision for vote in status.votes] if status.outcome is Outcome.APPROVED else []
    decisions = votes or ([status.decision] if status.decision else [])
    names = [voice.who(it.by.user) if it.by else "An operator" for it in decisions]
    return " and ".join(dict.fromkeys(names)) or "An operator"


def what_was_asked(status: ApprovalStatus) -> str:
    """The sentence of the preview on one line, as it is."""
    told = " ".join((status.shown.summary or status.shown.title).split())[:WHAT_LIMIT]
    return told or "an action"


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
        f"“{voice.text(what_was_asked(status))}” outlived the conversation in which it was asked. "
        f"It was {status.outcome}; {effect(status.execution)}.{result}"
    )


def _stopped_note(status: ApprovalStatus, voice: Voice) -> str:
    again = "" if status.execution in UNSURE else " Ask again if it is still needed."
    return (
        f"“{voice.text(what_was_asked(status))}” was {stopped_by(status.stop)}, so nobody can "
        f"decide it any more; {effect(status.execution)}.{again}"
    )
