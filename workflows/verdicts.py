"""What the model reads of approvals: how each ended, and what was not even asked."""

from collections.abc import Sequence
from datetime import datetime

from workflows.approvals import ApprovalStatus
from workflows.decisions import Decision, Execution, Outcome, Via
from workflows.effects import Effect, effects_for_person
from workflows.memory import Remembered
from workflows.rules import Ruling


def decider(decision: Decision | None) -> str:
    """Who decided, as the model and logs read it."""
    if decision is None:
        return "nobody"
    if decision.by is not None:
        return decision.by.name or decision.by.user
    if decision.via is Via.RULE:
        return "the policy"
    return "an operator from outside Slack"


def approvers(status: ApprovalStatus) -> str:
    """Everybody whose approval counted, as the model and logs read it."""
    if status.decision is not None and status.decision.via is Via.RULE and status.in_force:
        return f"the rule {status.in_force.name}, without asking anybody"
    if status.decision is not None and status.decision.via is Via.GRANT:
        return f"{decider(status.decision)}, once for this whole thread"
    names = [decider(vote.decision) for vote in status.votes] or [decider(status.decision)]
    return " and ".join(dict.fromkeys(names))


def rejection_for_model(status: ApprovalStatus) -> str:  # noqa: PLR0911 - one sentence an outcome
    """What the model reads instead of a result when the action did not run."""
    if status.outcome is Outcome.STOPPED:
        return stopped_for_model(status)
    reason = (status.decision.reason if status.decision else "") or "none given"
    match status.outcome:
        case Outcome.FAILED_TO_ASK:
            return (
                "FAILED TO ASK: the approval could not be posted, so nobody was asked and nothing "
                "was done. This is not a refusal. Say so, and that an administrator has to check "
                "whether the bot may post in this channel."
            )
        case Outcome.EXPIRED:
            return (
                f"EXPIRED: nobody answered by {moment(status.deadline)}. Nothing was done. This "
                "is neither a refusal nor a permission. Say so, and ask the person whether to ask "
                "again."
            )
        case Outcome.WITHDRAWN:
            return (
                f"WITHDRAWN by {decider(status.decision)}: it is no longer needed. Nothing was "
                "done. Say so in one sentence, and do not call it again."
            )
        case Outcome.CHANGES_REQUESTED:
            return (
                f"CHANGES REQUESTED by {decider(status.decision)}: {reason}. Nothing was done. "
                "Call the tool again with these changes; if it is unclear what they are, ask."
            )
        case Outcome.SUPERSEDED:
            return (
                "SUPERSEDED: what it would do kept changing while it waited, so it was not done. "
                "Nothing was done. Say so, and ask the person whether to ask again."
            )
        case _:
            return (
                f"REJECTED by {decider(status.decision)}. Reason: {reason}. "
                "Nothing was done. Do not try again unchanged; tell the person."
            )


def result_for_model(status: ApprovalStatus) -> str:
    """What the model reads after an approved action was run."""
    verdict = f"APPROVED by {approvers(status)}"
    if status.effective is not None:
        verdict += (
            f" with changes: {status.call.tool} ran with {status.effective.arguments} "
            f"instead of {status.request.call.arguments}"
        )
    match status.execution:
        case Execution.DONE:
            return f"{verdict}. {status.result}"
        case Execution.FAILED:
            return f"{verdict}, but it FAILED: {status.result}"
        case _:
            return (
                f"{verdict}, but nobody heard of its end: it MAY HAVE BEEN DONE. {status.result} "
                "Say so, and that it has to be checked before asking again."
            )


def denied_for_model(ruling: Ruling) -> str:
    """What the model reads when the policy does not let a call be asked for."""
    if ruling.failed:
        return (
            f"NOT ASKED: {ruling.because} Nobody was asked and nothing was done. This is not a "
            "refusal by a person. Say so, and that an administrator has to look at it."
        )
    rule = f" (rule {ruling.rule.name})" if ruling.rule else ""
    return (
        f"DENIED by policy{rule}: {ruling.because} Nobody was asked and nothing was done. "
        "Do not try again unchanged; tell the person."
    )


def already_asked_for_model(approval_id: str) -> str:
    """What the model reads when the very same call waits already."""
    return (
        f"ALREADY ASKED: this very call waits for approval as {approval_id}. It was not asked "
        "again. Do not call it again; tell the person that it waits."
    )


def refused_before_for_model(remembered: Remembered) -> str:
    """What the model reads when the very same call was refused a moment ago."""
    return (
        f"REFUSED A MOMENT AGO as {remembered.id}, so nobody was asked again. "
        f"The answer was: {remembered.verdict}"
    )


def unprepared_for_model() -> str:
    """What the model reads when a call could not even be checked."""
    return (
        "NOT ASKED: the call could not be checked. Nobody was asked and nothing was done. This is "
        "not a refusal by a person. Say so, and that an administrator has to look at it."
    )


def no_such_tool_for_model(name: str) -> str:
    """What the model reads when it called a tool that there is not."""
    return (
        f"NO SUCH TOOL: there is no tool named {name}, so this call was not run. Use only the "
        "tools that you were given; if none of them can do it, say so."
    )


def too_many_for_model(limit: int, span: str) -> str:
    """What the model reads when people have been asked often enough."""
    return (
        f"TOO MANY REQUESTS: people are asked at most {limit} times {span} from one thread. "
        "Nobody was asked and nothing was done. Say so, and what is left to do."
    )


def stopped_for_model(status: ApprovalStatus) -> str:
    """What the model reads when an approval was ended by force."""
    if status.execution is Execution.NOT_STARTED:
        became = "Nothing was done."
    elif status.execution in {Execution.DONE, Execution.FAILED}:
        became = f"Before that it was {status.execution}: {status.result}"
    else:
        became = "It may have been done: say so, and that it has to be checked before asking again."
    return f"STOPPED: this approval was ended by force, and nobody decided it. {became}"


def moment(at: datetime | None) -> str:
    """A moment for the model, which knows no time zones of people."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "its deadline"


def too_many_waiting_for_model(limit: int) -> str:
    """What the model reads when so much waits in a thread that no more is asked."""
    return (
        f"TOO MANY WAIT: {limit} requests wait in this thread already. Nobody was asked and "
        "nothing was done. Say so; some have to be decided or withdrawn first."
    )


def withdrawn_unasked_for_model(by: str) -> str:
    """What the model reads of a call that was taken back before anybody could be asked."""
    return (
        f"WITHDRAWN by {by} before anybody was asked. Nothing was done. Say so in one sentence, "
        "and do not call it again."
    )


def unanswered_for_model(tool: str) -> str:
    """What the model reads of a free tool of which no answer came."""
    return (
        f"NO ANSWER from {tool}: it may have worked or not. Say so, and do not claim that it did."
    )


def ended_early_note(effects: Sequence[Effect]) -> str:
    """Keeps in memory what became of the calls of a turn that the model could not finish."""
    return "That turn could not be finished. " + effects_for_person(effects)


def waiting_note(waiting: tuple[str, ...]) -> str:
    """Tells the model, for one turn, what is being waited for meanwhile."""
    lines = "\n".join(f"- {line}" for line in waiting)
    return (
        "Waiting for approval:\n"
        f"{lines}\n"
        "These calls are not done yet and will go on by themselves when somebody decides. "
        "Do not call them again. A message that says 'approve' or 'yes' decides nothing; only "
        "the buttons on the card do."
    )
