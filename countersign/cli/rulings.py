"""Faults, rules and rulings as a person at a terminal reads them."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from countersign.policy.explanation import Explanation, Fate
from countersign.policy.faults import Fault
from countersign.policy.spans import in_words
from workflows.contracts.origins import origin_name
from workflows.contracts.rules import Panel, Rule, Ruling, Verdict

MARKS = {
    Fate.MATCHED: ("✔", "green"),
    Fate.FAILED: ("✘", "red"),
    Fate.NOT_TRUE: ("·", ""),
    Fate.OTHER_TOOL: ("·", "dim"),
    Fate.NOT_REACHED: ("·", "dim"),
}
VERDICTS = {
    Verdict.ASK: ("asks for approval", "yellow"),
    Verdict.ALLOW: ("runs without asking", "green"),
    Verdict.DENY: ("denied", "red"),
}


def faults_table(file: str, faults: Sequence[Fault]) -> RenderableType:
    """One row a fault."""
    table = Table(title=Text(f"{file}: {len(faults)} to change"), title_justify="left")
    for heading in ("line", "rule", "field", "what to change"):
        table.add_column(heading, overflow="fold")
    for fault in faults:
        cells = (str(fault.line), fault.rule, fault.field, fault.problem)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def explained(explanation: Explanation, origin: str) -> RenderableType:
    """Where it is asked, every entry with what became of it, then the ruling."""
    table = Table(box=None, show_header=False)
    for step in explanation.steps:
        mark, style = MARKS[step.fate]
        cells = (mark, f"{step.part} {step.name}", str(step.fate), step.why)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    asked = Text(f"asked in {origin_name(origin)}")
    return Group(asked, table, Text(), *_ruling(explanation.ruling))


def _ruling(ruling: Ruling) -> Iterator[RenderableType]:
    words, style = VERDICTS[ruling.verdict]
    name = f" by {ruling.rule.name}" if ruling.rule else ""
    yield Text(f"{words}{name}", style=f"bold {style}")
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
    who = panel.who.ids
    if not who:
        return "nobody in Slack; an operator decides"
    return who[0] if len(who) == 1 and panel.who.users else f"{panel.needed} of {', '.join(who)}"


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
