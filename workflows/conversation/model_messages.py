"""What the model reads of approvals: how each ended, and what was not even asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Execution, Outcome, Stop, Verb, Via
from workflows.contracts.notices import Effect
from workflows.contracts.origins import full_name
from workflows.contracts.replacing import REPLACES
from workflows.contracts.rules import Ruling
from workflows.conversation.memory import Remembered

YOURS = "the person whose message you are answering"
ARGUMENTS_LIMIT = 1_000
"""Characters of a call that the model is reminded of while it waits."""


def decider(status: ApprovalStatus, decision: Decision | None) -> str:
    """Who decided, by name as far as anybody knows it."""
    if decision is None:
        return "nobody"
    if decision.by is not None:
        return called(decision.by, status.in_force.names)
    if decision.via is Via.RULE:
        return "the policy"
    return "an operator from outside Slack"


def called(person: Person, names: Mapping[str, str] | None = None) -> str:
    """What somebody is called; `names` are others that are known by their ids."""
    if not person.is_in_slack:
        return full_name(person.user)
    return (names or {}).get(person.user) or person.name or person.user


def approvers(status: ApprovalStatus) -> str:
    """Everybody whose approval counted, as the model reads it."""
    if status.decision is not None and status.decision.via is Via.RULE:
        return f"the rule {status.in_force.name}, without asking anybody"
    if status.decision is not None and status.decision.via is Via.GRANT:
        return f"{decider(status, status.decision)}, once for this whole thread"
    decisions = [vote.decision for vote in status.votes] or [status.decision]
    names = (decider(status, it) for it in decisions)
    return " and ".join(dict.fromkeys(names))


def rejection_for_model(status: ApprovalStatus) -> str:
    """What the model reads instead of a result when the action did not run."""
    if status.outcome is Outcome.APPROVED:
        return result_for_model(status)
    return ENDS[status.outcome].format(
        id=status.id,
        by=decider(status, status.decision),
        reason=_reason(status.decision) or "none given",
        deadline=moment(status.deadline),
        stopped=STOPPED_BY[status.stop or Stop.GONE],
        done=_done(status),
    )


def result_for_model(status: ApprovalStatus) -> str:
    """What the model reads after an approved action was run."""
    verdict = f"APPROVED by {approvers(status)}{_emergency(status)}"
    if status.effective is not None:
        verdict += (
            f" with changes: {status.call.tool} ran with {status.effective.arguments} "
            f"instead of {status.request.call.arguments}"
        )
    result = f" {status.result}" if status.result else ""
    return verdict + RESULTS[status.execution].format(result=result)


def _emergency(status: ApprovalStatus) -> str:
    """Said first of all: that the one who approved did not wait for the others, and why."""
    decisions = [it for it in (status.decision, *(vote.decision for vote in status.votes)) if it]
    alone = next((it for it in decisions if it.verb is Verb.BREAK_GLASS), None)
    return f" alone, in an emergency: {_reason(alone) or 'no reason given'}" if alone else ""


def _reason(decision: Decision | None) -> str:
    """What somebody said of their decision, to be followed by a full stop."""
    return decision.reason.strip().removesuffix(".") if decision else ""


UNKNOWN = (
    "It MAY HAVE BEEN DONE. Do not call it again; say that it may have been done and has to be "
    "checked before anybody asks again."
)
ENDS = {
    Outcome.PENDING: "NOT DECIDED: this still waits for approval as {id}. Do not call it again.",
    Outcome.FAILED_TO_ASK: (
        "FAILED TO ASK: the approval could not be posted, so nobody was asked. {done} "
        "This is not a refusal. Say so, and that an administrator has to check "
        "whether the bot may post in this channel."
    ),
    Outcome.EXPIRED: (
        "EXPIRED: nobody answered by {deadline}. {done} This is neither a refusal nor a "
        "permission. Say so, and ask the person whether to ask again."
    ),
    Outcome.WITHDRAWN: (
        "WITHDRAWN by {by}: it is no longer needed. {done} "
        "Say so in one sentence, and do not call it again."
    ),
    Outcome.CHANGES_REQUESTED: (
        "CHANGES REQUESTED by {by}: {reason}. {done} "
        "Call the tool again with these changes; if it is unclear what they are, ask."
    ),
    Outcome.SUPERSEDED: (
        "SUPERSEDED: what it would do kept changing while it waited. {done} "
        "Say so, and ask the person whether to ask again."
    ),
    Outcome.REJECTED: (
        "REJECTED by {by}. Reason: {reason}. {done} Do not try again unchanged; tell the person."
    ),
    Outcome.STOPPED: (
        "STOPPED: this was {stopped}. Nobody refused it. {done} Say so, and ask the person how to "
        "go on."
    ),
}
"""By how an approval ended, but for `APPROVED`, of which the result is told."""
RESULTS = {
    Execution.NOT_STARTED: ". It has not ended yet; do not call it again.",
    Execution.RUNNING: ". It has not ended yet; do not call it again.",
    Execution.DONE: ".{result}",
    Execution.FAILED: ", but it failed:{result}",
    Execution.UNKNOWN: f", but nobody knows what came of it.{{result}} {UNKNOWN}",
    Execution.PASSED_ON: ". Your provider runs it now.",
}


MAYBE = (
    "It may have been done: it had been approved by {by} and was begun. Do not call it again; say "
    "that it has to be checked before anybody asks again."
)
LEFT = {
    Execution.NOT_STARTED: "Nothing was done.",
    Execution.RUNNING: MAYBE,
    Execution.DONE: "Before that it was done{result}",
    Execution.FAILED: "Before that it was tried and failed{result}",
    Execution.UNKNOWN: MAYBE,
    Execution.PASSED_ON: MAYBE,
}
"""What an action had come to whose approval ended otherwise."""
BECAME = {
    Execution.NOT_STARTED: "NOT DONE",
    Execution.RUNNING: "MAY HAVE BEEN DONE",
    Execution.DONE: "DONE",
    Execution.FAILED: "FAILED",
    Execution.UNKNOWN: "MAY HAVE BEEN DONE",
    Execution.PASSED_ON: "MAY HAVE BEEN DONE",
}
STOPPED_BY = {
    Stop.TERMINATED: "ended by an operator, or because it had grown too long",
    Stop.CANCELED: "ended by an operator",
    Stop.TIMED_OUT: "ended because it ran too long",
    Stop.FAILED: "ended by a fault in this app",
    Stop.GONE: "lost from the record",
    Stop.CONVERSATION: "ended together with its conversation",
}


def _done(status: ApprovalStatus) -> str:
    """What was done of what did not run to its end, as it is recorded."""
    result = f": {status.result}" if status.result else "."
    return LEFT[status.execution].format(by=approvers(status), result=result)


def impossible_for_model(problem: str) -> str:
    """What the model reads of a call that its tool can't do as it stands."""
    return f"{problem} Nobody was asked and nothing was done."


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


def no_answer_of_agent_for_model(agent: str, effects: Sequence[Effect]) -> str:
    """What the model reads when an agent that it called as a tool came to no answer."""
    return f"NO ANSWER from {agent}: it could not finish. {_until_then(effects)}"


def out_of_steps_for_model(agent: str, limit: int, effects: Sequence[Effect]) -> str:
    """What the model reads when such an agent made as many model calls as it may."""
    steps = f"it was stopped after {limit} model calls"
    return f"NO ANSWER from {agent}: {steps}. {_until_then(effects)}"


def agent_stopped_for_model(agent: str, check: str, effects: Sequence[Effect]) -> str:
    """What the model reads when a guardrail stopped an agent that it called as a tool."""
    return (
        f"STOPPED: the check {check} of {agent} did not let this through. {_until_then(effects)} "
        "Do not try again unchanged; tell the person."
    )


def _until_then(effects: Sequence[Effect]) -> str:
    """What became of all calls for a message, of which some may be a sibling's."""
    told = " ".join(_lines(effects))
    return f"Of all calls for this message until then: {told} Say so, and do not claim more."


def unfit_for_model(tool: str, why: str) -> str:
    """What the model reads when its arguments for an agent do not fit."""
    return f"NOT RUN: the arguments of {tool} do not fit: {why} Nothing was done."


def withheld_note() -> str:
    """Stands in memory for what a guardrail did not let through."""
    return "A message was left out here, since a check did not let it through."


def too_many_for_model(limit: int, span: str) -> str:
    """What the model reads when people have been asked often enough."""
    return (
        f"TOO MANY REQUESTS: people are asked at most {limit} times {span} from one thread. "
        "Nobody was asked and nothing was done. Say so, and what is left to do."
    )


def moment(at: datetime | None) -> str:
    """A moment for the model, which knows no time zones of people."""
    return f"{at:%b} {at.day} at {at.hour % 12 or 12}:{at:%M %p} UTC" if at else "its deadline"


def too_many_waiting_for_model(limit: int) -> str:
    """What the model reads when so much waits in a thread that no more is asked."""
    return (
        f"TOO MANY WAIT: {limit} requests wait in this thread already. Nobody was asked and "
        "nothing was done. Say so; some have to be decided or withdrawn first."
    )


def unheard_for_model(approval_id: str) -> str:
    """What the model reads of a call whose approval goes on without this turn hearing of it."""
    return (
        f"NOT KNOWN: people were asked as {approval_id}, and what becomes of it is not heard of "
        "here. Do not call it again; say that its card shows how it ends."
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
    return " ".join(["That turn could not be finished.", *_lines(effects)])


def stopped_note(effects: Sequence[Effect]) -> str:
    """Keeps in memory what became of the calls of a turn that somebody stopped."""
    return " ".join(["That turn was stopped before it was answered.", *_lines(effects)])


def _lines(effects: Sequence[Effect]) -> Iterator[str]:
    """What was done, failed, may have been done, and was not done, each as one sentence."""
    guarded = [it for it in effects if it.guarded or it.execution is Execution.UNKNOWN]
    if not any(it.execution is not Execution.NOT_STARTED for it in guarded):
        looked = any(not it.guarded for it in effects)
        yield "Nothing that needs approval was done." if looked else "Nothing was done."
    for it in guarded:
        ended = f": {it.outcome}" if it.execution is Execution.NOT_STARTED else ""
        is_known = it.execution in {Execution.DONE, Execution.FAILED}
        yield f"{BECAME[it.execution]}: {(is_known and it.result) or it.what}{ended}."


def typed_decision_note(text: str) -> str:
    """Keeps in memory that somebody typed a decision."""
    return f"{text!r} was typed while an approval waits. It decided nothing; only buttons do."


def which_note(person: Person) -> str:
    """Keeps in memory that somebody has to say which of their requests they take back."""
    return (
        f"{called(person)} was asked which of their requests to withdraw. Nothing was withdrawn "
        "yet; only they can say which, in words or on its card."
    )


def forgotten_note(items: int) -> str:
    """Tells the model that a thread has an older part that it is not given."""
    return (
        f"The oldest {items} entries of this thread are no longer kept. If somebody refers to "
        "them, say that you cannot look back so far, and ask."
    )


def waiting_note(waiting: Sequence[ApprovalRequest], reader: Person) -> str:
    """Tells the model, for one turn, what is being waited for meanwhile.

    Args:
        waiting: what is asked for in this thread.
        reader: whose message is answered.
    """
    lines = "\n".join(_waits(it, reader) for it in waiting)
    return (
        "Waiting for approval:\n"
        f"{lines}\n"
        "These calls are not done yet and will go on by themselves when somebody decides. "
        "Do not call them again. If the person whose message you are answering wants a request "
        f"of their own changed, call its tool with what it is to be, and its id as {REPLACES}: "
        "it is withdrawn, and the new one is asked for. If several could be meant, ask which. "
        "Only the person who asked can change or withdraw a request. Never show an id. "
        "A message that says 'approve' or 'yes' decides nothing; only the buttons on the card do."
    )


def _waits(request: ApprovalRequest, reader: Person) -> str:
    call, prepared = request.call, request.prepared
    lines = [f"- {' '.join(prepared.summary.split())}", f"  id: {call.approval}"]
    is_secret = any(it.is_secret for it in prepared.fields)
    if len(prepared.arguments) <= ARGUMENTS_LIMIT and not is_secret:
        lines.append(f"  call: {call.tool} {prepared.arguments}")
    if call.at_provider:
        lines.append(f"  to change it: it takes no `{REPLACES}`; it has to be withdrawn first")
    requester = call.requester
    by = f"<@{requester.user}>" if requester.is_in_slack else called(requester)
    lines.append(f"  asked by: {YOURS if requester.same_as(reader) else by}")
    lines.append(f"  needs: {_needs(request)}")
    if request.deadline:
        lines.append(f"  until: {moment(request.deadline)}")
    return "\n".join(lines)


def _needs(request: ApprovalRequest) -> str:
    """Whose approval is needed, by the names that the rule knows."""
    if request.is_automatic:
        return "nobody's approval"
    rule, own = request.rule, request.call.requester.user
    is_out = not (rule.self_approval or rule.solo)
    parts = [
        f"{it.needed} {'approval' if it.needed == 1 else 'approvals'} from "
        + " or ".join(_named(id_, rule.names) for id_ in it.who.ids if not (is_out and id_ == own))
        for it in rule.panels
    ]
    return " and ".join(parts) or "an operator's decision"


def _named(id_: str, names: Mapping[str, str]) -> str:
    name = names.get(id_, id_)
    if id_.startswith(("C", "G")):
        return f"anyone in #{name}"
    return f"<@{id_}>" if id_.startswith(("U", "W")) else f"@{name}"


def not_replaced_for_model(approval_id: str) -> str:
    """What the model reads when what a call is to take the place of is not there to be replaced."""
    return (
        f"NOT REPLACED: {approval_id} does not wait here, or somebody else asked for it. Nobody "
        "was asked and nothing was changed. Say so, and ask what the person wants."
    )


def decided_meanwhile_for_model(words: str) -> str:
    """What the model reads when what a call was to replace was decided in the same moment."""
    return (
        "NOT REPLACED: what was to be changed had just been decided, so nobody was asked anew. Say "
        f"so, and ask whether to go on. This became of it: {words}"
    )


def gave_way_for_model() -> str:
    """What the model reads of a call whose requester had another asked for in its place."""
    return (
        "REPLACED by the person who asked: another request waits in its place. Nothing was done "
        "of this one. Do not call it again."
    )
