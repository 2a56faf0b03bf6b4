"""Faults, rules and rulings as a person at a terminal reads them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from countersign.policy.engine import counted
from countersign.policy.explanation import Explanation, Fate, Step
from countersign.policy.faults import Fault
from countersign.policy.ids import HERE
from countersign.policy.spans import in_words
from workflows.contracts.origins import SLACK, origin_name
from workflows.contracts.rules import Panel, Rule, Ruling, Verdict

MARKS = {
    Fate.MATCHED: ("✔", "green"),
    Fate.FAILED: ("✘", "red"),
    Fate.NOT_TRUE: ("·", ""),
    Fate.OTHER_TOOL: ("·", "dim"),
    Fate.NOT_REACHED: ("·", "dim"),
}
VERDICTS = {
    Verdict.ASK: ("It waits for approval.", "yellow"),
    Verdict.ALLOW: ("It runs without asking anybody.", "green"),
    Verdict.DENY: ("It is denied.", "red"),
}


def faults_table(file: str, faults: Sequence[Fault]) -> RenderableType:
    """One row a fault."""
    table = Table(title=Text(f"{file}: {len(faults)} to change"), title_justify="left")
    for heading in ("line", "rule", "field", "what to change", "such as"):
        table.add_column(heading, overflow="fold")
    for fault in faults:
        cells = (str(fault.line), fault.rule, fault.field, fault.problem, fault.example)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def explained(explanation: Explanation, asked: str, missing: Sequence[str]) -> RenderableType:
    """Where it is asked, what became of every entry, the ruling, and what was not said."""
    return Group(
        Text(asked),
        *map(_step, explanation.steps),
        Text(),
        *(_unknown() if missing and explanation.ruling.failed else _ruling(explanation.ruling)),
        *(Text(it, style="yellow") for it in ("", *missing) if missing),
    )


def asked(origin: str, channel: str, total: float | None, window: timedelta) -> str:
    """Where it is asked, and what it costs with those before it; `window` is how far that goes."""
    where = f"Asked in {origin_name(origin)}"
    if origin == SLACK:
        where += f", channel {channel}" if channel else "; no --channel was given"
    if total is None:
        return f"{where}."
    return f"{where}. {total:,.2f} in all within {in_words(window)}, this call included."


def _step(step: Step) -> Text:
    mark, style = MARKS[step.fate]
    return Text(f"{mark} {step.part.capitalize()} `{step.name}` {_fate(step)}.", style=style)


def _fate(step: Step) -> str:
    match step.fate:
        case Fate.MATCHED:
            return f"matches: {step.why}" if step.why.startswith("`") else f"matches: it {step.why}"
        case Fate.NOT_TRUE:
            return f"does not match: {step.why} is not true"
        case Fate.FAILED:
            return f"cannot be judged: {step.why}"
        case Fate.OTHER_TOOL:
            return f"does not match: it {step.why}"
        case Fate.NOT_REACHED:
            return f"is not reached: {step.why}"


def _unknown() -> Iterator[RenderableType]:
    yield Text("It is denied while that is not known.", style="bold red")


def _ruling(ruling: Ruling) -> Iterator[RenderableType]:
    words, style = VERDICTS[ruling.verdict]
    yield Text(words, style=f"bold {style}")
    yield Text(ruling.because)
    if ruling.rule and ruling.verdict is Verdict.ASK:
        table = Table(box=None, show_header=False)
        for key, value in _lines(ruling.rule):
            table.add_row(Text(key), Text(value))
        table.add_row(Text("seen in lists by"), Text(", ".join(ruling.audience)))
        yield table


def _lines(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "version", rule.version
    for panel in rule.panels:
        yield "needs", _panel(panel)
    yield "own request", "may approve it" if rule.self_approval else "may not approve it"
    yield "phones ring", ", ".join(rule.notify.ids) or "none"
    yield "card goes to", ", or else ".join(rule.targets)
    yield "expires", f"after {in_words(rule.expires_after)}" if rule.expires_after else "never"
    yield "reminders", ", ".join(f"after {in_words(it)}" for it in rule.reminders) or "none"
    if rule.escalation:
        who, after = ", ".join(rule.escalation.to.ids), in_words(rule.escalation.after)
        yield "escalates", f"to {who} after {after}"
    if rule.break_glass:
        yield "break-glass", ", ".join(rule.break_glass)
    if rule.hand_over.ids:
        yield "hand over to", ", ".join(rule.hand_over.ids)
    for absence in rule.absences:
        yield "in the place of", f"{absence.user}: {absence.delegate}"
    yield "otherwise", ", ".join(_switches(rule))


def _panel(panel: Panel) -> str:
    who = panel.who
    if not who.ids:
        return "nobody in Slack; an operator decides"
    names = [*who.users, *who.groups, *map(_anyone, who.channels)]
    return f"{counted(panel.needed)} from {' or '.join(names)}"


def _anyone(channel: str) -> str:
    return f"anyone in {'the channel where it is asked' if channel == HERE else channel}"


def _switches(rule: Rule) -> Iterator[str]:
    yield "in Slack" if rule.from_slack else "not in Slack"
    yield "operators count" if rule.operator else "operators do not count"
    words = {
        "asked twice": rule.confirm,
        "may be edited": rule.edit,
        "may be allowed for the thread": rule.always,
        "a rejection needs a reason": rule.reason_required,
        "solo": rule.solo,
    }
    yield from (word for word, holds in words.items() if holds)
