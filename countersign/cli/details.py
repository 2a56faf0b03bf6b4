"""Everything about one approval: `countersign show`."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from countersign.cli.names import called, decider
from countersign.messages.endings import effect, stopped_by
from countersign.slack.text import clean
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Difference, Prepared
from workflows.contracts.decisions import CountedVote, Decision, Execution, Outcome, Refused, Verb
from workflows.contracts.origins import SLACK, origin_name
from workflows.contracts.rules import Rule
from workflows.digest import without_told_reason

Row = tuple[str, str]


def details(status: ApprovalStatus) -> RenderableType:
    """For people. Nothing of it is read as markup: most was written by others."""
    parts: list[RenderableType] = []
    for heading, rows in sections(status):
        lines = Table(box=None, pad_edge=False, show_header=False)
        lines.add_column(style="dim", no_wrap=True)
        lines.add_column(overflow="fold")
        for name, value in rows:
            lines.add_row(Text(f"  {clean(name)}"), Text(clean(value)))
        parts += [Text(heading, style="bold"), lines]
    return Group(*parts)


def sections(status: ApprovalStatus) -> Iterator[tuple[str, Sequence[Row]]]:
    """Headings, each with its lines; none that would be empty."""
    found: tuple[tuple[str, Iterator[Row]], ...] = (
        (status.id, _state(status)),
        ("Asked", _asked(status)),
        ("What would be done", _action(status.shown)),
        ("As it was proposed", _proposed(status)),
        ("Different from the one it replaces", _changes(status.request.changes)),
        ("Changed since it was asked", _changes(status.drift)),
        ("Rule", _rule(status.in_force)),
        ("Approvals that count", _votes(status)),
        ("Handed over", _handed(status)),
        ("Attempts that did not count", _refused(status.refused)),
    )
    for heading, lines in found:
        if rows := tuple(lines):
            yield heading, rows


def moment(at: datetime) -> str:
    """A time on the clock of this machine."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def _state(status: ApprovalStatus) -> Iterator[Row]:
    yield "outcome", str(status.outcome)
    if status.decision is not None:
        yield "decided", _by(status.decision)
    if status.ended_at is not None:
        yield "ended", moment(status.ended_at)
    yield from _came_of_it(status)
    if status.deadline is not None:
        yield "deadline", moment(status.deadline)
    if status.replaced_by:
        yield "replaced by", status.replaced_by
    if status.card is not None:
        yield "card", status.card.permalink or f"{status.card.channel} {status.card.ts}"
        yield from (("not posted", problem) for problem in status.card.problems)


def _came_of_it(status: ApprovalStatus) -> Iterator[Row]:
    if status.outcome is Outcome.STOPPED:
        yield "stopped", f"it was {stopped_by(status.stop)}"
    if status.execution is not Execution.NOT_STARTED or status.outcome is Outcome.STOPPED:
        yield "execution", f"{status.execution}: {effect(status.execution)}"
    if status.result:
        yield "result", status.result


def _asked(status: ApprovalStatus) -> Iterator[Row]:
    request = status.request
    yield "by", called(request.call.requester)
    yield "at", moment(request.asked_at)
    yield "in", _place(status)
    if request.replaces:
        yield "replaces", request.replaces
    if request.granted is not None:
        yield "allowed by", f"{called(request.granted.by)}, for the rest of the thread"


def _place(status: ApprovalStatus) -> str:
    origin = status.origin
    if origin.kind != SLACK:
        return f"{origin_name(origin.kind)}, task {origin.id}"
    return f"channel {origin.channel}, thread {origin.id}"


def _action(prepared: Prepared) -> Iterator[Row]:
    yield "summary", prepared.summary or prepared.title
    if prepared.cost:
        yield "cost", prepared.cost
    yield from ((field.name, field.value) for field in prepared.fields)
    if prepared.arguments:
        yield "arguments", _arguments(prepared)
    if prepared.reason:
        yield "because", f"“{prepared.reason}”"
    if prepared.agent:
        yield "agent", prepared.agent


def _arguments(prepared: Prepared) -> str:
    """The tool's own, with the reason only where that is not said below."""
    try:
        own = without_told_reason(json.loads(prepared.arguments), prepared.reason)
    except (ValueError, RecursionError):
        return prepared.arguments
    return json.dumps(own, ensure_ascii=False)


def _proposed(status: ApprovalStatus) -> Iterator[Row]:
    return _action(status.request.prepared) if status.effective else iter(())


def _changes(changes: Sequence[Difference]) -> Iterator[Row]:
    for change in changes:
        yield change.name, f"{change.before or 'none'} → {change.after or 'none'}"


def _rule(rule: Rule) -> Iterator[Row]:
    yield rule.name, f"version {rule.version}" if rule.version else "without a version"
    yield "needs", f"{rule.needed} in all"
    for number, panel in enumerate(rule.panels, 1):
        yield f"panel {number}", f"{panel.needed} of {', '.join(panel.who.ids) or 'nobody'}"
    marks = (
        (rule.solo, "solo: the requester approves their own requests"),
        (rule.self_approval, "the requester may approve"),
        (not rule.from_slack, "cannot be decided in Slack"),
        (not rule.operator, "operators' decisions do not count"),
        (bool(rule.break_glass), f"break-glass: {', '.join(rule.break_glass)}"),
    )
    yield from (("note", words) for is_so, words in marks if is_so)


def _votes(status: ApprovalStatus) -> Iterator[Row]:
    for vote in status.votes:
        yield decider(vote.decision), f"{_when(vote.decision)}{_evidence(vote)}"


def _evidence(vote: CountedVote) -> str:
    parts = [f"panel {number + 1}" for number in vote.panels]
    if vote.instead_of:
        parts.append(f"in place of {vote.instead_of}")
    if vote.escalated:
        parts.append("by escalation")
    return f" · {', '.join(parts)}" if parts else ""


def _handed(status: ApprovalStatus) -> Iterator[Row]:
    for handed in status.handed:
        yield called(handed.by), f"to {called(handed.to)}, {moment(handed.at)}"


def _refused(attempts: Sequence[Refused]) -> Iterator[Row]:
    for attempt in attempts:
        who = _by(attempt.decision) if attempt.decision else moment(attempt.at)
        yield str(attempt.why), f"{who} · {attempt.detail}" if attempt.detail else who


def _by(decision: Decision) -> str:
    return f"{decider(decision)}, {_when(decision)}"


def _when(decision: Decision) -> str:
    """When, from where, what for beside yes and no, and why."""
    verb = "" if decision.verb is Verb.DECIDE else f" · {decision.verb}"
    reason = f" · “{decision.reason}”" if decision.reason else ""
    return f"{moment(decision.at)}, from {decision.via}{verb}{reason}"
