"""What a task says of an approval: who is waited for, how it ended, and what came of it."""

from collections.abc import Iterator

from countersign.messages.endings import capitalized
from countersign.messages.outcomes import (
    MARKS,
    deciding,
    ending,
    executed,
)
from countersign.messages.voice import Voice
from countersign.slack.text import clean, plain
from countersign.slack.voice import PlainVoice
from countersign.slack.web_client import UNKNOWN
from worker.agentex.voice import TaskVoice, names_in, voice_for
from worker.slack import NOT_IN_SLACK
from workflows.contracts.approvals import ENDED, ApprovalStatus
from workflows.contracts.core import DECIDE_SIGNAL
from workflows.contracts.decisions import Decision, Execution, Outcome, Via
from workflows.digest import differences

SUMMARY_LIMIT = 300
REASON_LIMIT = 500
RESULT_LIMIT = 2_000
MOST_NAMES = 8
MOST_CHANGES = 10
NO_SURPRISE = UNKNOWN | {NOT_IN_SLACK}
"""Why there is no card where there is no Slack, or no thread."""


def approval_text(status: ApprovalStatus) -> str:
    """How an approval stands, in Markdown. Its id is always in it."""
    voice = voice_for(status)
    told = _waiting if status.outcome is Outcome.PENDING else _ended
    return "\n\n".join(part for part in told(status, voice) if part)


def has_ended(status: ApprovalStatus) -> bool:
    """Whether nothing more comes of it."""
    is_open = {Outcome.PENDING: True, Outcome.APPROVED: status.execution not in ENDED}
    return not is_open.get(status.outcome, False)


def response(status: ApprovalStatus) -> str:
    """What came of the call, for a page that shows it as what the tool answered."""
    if status.outcome is Outcome.APPROVED and status.execution is not Execution.UNKNOWN:
        return status.result or executed(status.execution, "")
    voice = PlainVoice(names_in(status))  # it is shown as data, without markup
    who = f" by {_who(status, decision, voice)}" if (decision := deciding(status)) else ""
    reason = f": {decision.reason}" if decision and decision.reason else ""
    said = f"{str(status.outcome).capitalize()}{who}{reason}."
    parts = (said, ending(status), executed(status.execution, status.result))
    return clean(" ".join(part for part in parts if part))


def _waiting(status: ApprovalStatus, voice: TaskVoice) -> Iterator[str]:
    yield f"{MARKS[Outcome.PENDING]} **Waiting for approval:** {_summary(status, voice)}"
    facts = (_needs(status, voice), _card(status, voice), _deadline(status, voice))
    yield capitalized(" · ".join([*(it for it in facts if it), voice.code(status.id)]))
    if status.card is None or not status.card.ts:
        yield from _without_card(status, voice)


def _needs(status: ApprovalStatus, voice: TaskVoice) -> str:
    rule, requester = status.in_force, status.request.call.requester.user
    allowed = rule.self_approval or rule.solo
    ids = [it for it in rule.approver_ids if allowed or it != requester]
    more = len(ids) - MOST_NAMES
    names = ", ".join(map(voice.who, ids[:MOST_NAMES])) + (f" and {more} more" if more > 0 else "")
    if rule.needed > 1:
        return f"Needs {rule.needed} of {names}, has {status.counted}"
    return f"Needs {names}" if names else ""


def _card(status: ApprovalStatus, voice: TaskVoice) -> str:
    card = status.card
    if card is None or not card.ts:
        return ""
    name = status.in_force.names.get(card.channel, "")
    where = f" in {voice.text(f'#{name}')}" if name else " in Slack"
    linked = voice.link("card", card.permalink) or "card"
    return f"{linked}{where}"


def _deadline(status: ApprovalStatus, voice: TaskVoice) -> str:
    return f"decide by {voice.moment(status.deadline)}" if status.deadline else ""


def _without_card(status: ApprovalStatus, voice: TaskVoice) -> Iterator[str]:
    """How it can be decided all the same."""
    problems = status.card.problems if status.card else ()
    told = [it for it in problems if it.rpartition(": ")[2] not in NO_SURPRISE]
    if told:
        yield f"The card could not be posted ({voice.text(', '.join(told[:MOST_CHANGES]))})."
    if not status.in_force.operator:
        yield "The policy takes no decision from outside Slack, so the card has to be posted first."
        return
    id_ = status.id
    yield (
        f"Decide it with {voice.code(f'countersign approve {id_}')} or "
        f"{voice.code(f'countersign reject {id_}')}, or with Temporal's own command, where "
        f"{voice.code('false')} rejects:"
    )
    signal = f"temporal workflow signal --workflow-id={id_} --name={DECIDE_SIGNAL} --input=true"
    yield f"```\n{signal}\n```"


def _ended(status: ApprovalStatus, voice: TaskVoice) -> Iterator[str]:
    mark, decision = MARKS[status.outcome], deciding(status)
    who = f" by {_who(status, decision, voice)}" if decision else ""
    told = f"{mark} **{str(status.outcome).capitalize()}{who}:** {_summary(status, voice)}"
    if decision and decision.reason:
        told += f" · “{voice.text(plain(decision.reason, REASON_LIMIT).text)}”"
    yield f"{told} · {voice.code(status.id)}"
    yield _changes(status, voice)
    replaced = " Replaced: there is a new request in its place." if status.replaced_by else ""
    yield f"{voice.text(ending(status))}{replaced}".strip()
    yield voice.text(executed(status.execution, plain(status.result, RESULT_LIMIT).text))


def _changes(status: ApprovalStatus, voice: TaskVoice) -> str:
    """What an approver changed before approving it."""
    if status.prepared is None:
        return ""
    changed = differences(status.request.prepared, status.prepared)[:MOST_CHANGES]
    lines = (
        f"{voice.text(it.name)}: {voice.text(it.before or '—')} → {voice.text(it.after or '—')}"
        for it in changed
    )
    return f"With changes: {'; '.join(lines)}"


def _summary(status: ApprovalStatus, voice: TaskVoice) -> str:
    shown = status.shown
    said = shown.summary or shown.title or status.call.tool
    return voice.text(plain(said, SUMMARY_LIMIT).text)


def _who(status: ApprovalStatus, decision: Decision, voice: Voice) -> str:
    """Everybody whose approval counted, or who decided otherwise."""
    decisions = [it.decision for it in status.votes]
    if status.outcome is not Outcome.APPROVED or not decisions:
        decisions = [decision]
    names = (_name(it, voice) for it in decisions)
    return " and ".join(dict.fromkeys(names))


def _name(decision: Decision, voice: Voice) -> str:
    if decision.by is not None:
        return voice.who(decision.by.user).removeprefix("@")
    if decision.via is Via.RULE:
        return "the policy"
    asserted = f", who says to be {voice.text(decision.asserted)}" if decision.asserted else ""
    return f"an operator{asserted}"
