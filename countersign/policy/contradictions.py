"""What a policy as a whole says that cannot all be kept."""

from collections.abc import Iterator
from itertools import combinations

from countersign.policy.document import Document, PeopleEntry, RuleEntry
from countersign.policy.faults import Finding, Path
from countersign.policy.resolution import absence_of
from countersign.policy.room import too_many
from countersign.policy.rule_contradictions import contradictions_in
from workflows.contracts.rules import Absence


def contradictions(document: Document) -> Iterator[Finding]:
    """Everything that is wrong with a policy by itself, without tools and without Slack."""
    yield from _names(document)
    yield from _absences(document)
    if document.solo:
        yield from _solo(document, document.solo)
    yield from too_many(document)
    for number, rule in enumerate(document.rules):
        for path, problem in contradictions_in(rule, document.solo):
            yield ("rules", number, *path), problem


def _names(document: Document) -> Iterator[Finding]:
    seen: set[str] = set()
    for part in ("deny", "rules"):
        for number, entry in enumerate(getattr(document, part)):
            if entry.name in seen:
                yield (part, number, "name"), "is taken already; a record has to name one rule"
            seen.add(entry.name)


def _absences(document: Document) -> Iterator[Finding]:
    for number, entry in enumerate(document.absences):
        place: Path = ("absences", number)
        if entry.user == entry.delegate:
            yield (*place, "delegate"), "is the person who is away; name somebody else"
        if entry.start and entry.until and entry.until <= entry.start:
            yield (*place, "until"), "has to be after `from`"
    yield from _overlapping(document)


def _overlapping(document: Document) -> Iterator[Finding]:
    for (first, one), (second, other) in combinations(enumerate(document.absences), 2):
        if not _overlap(absence_of(one), absence_of(other)):
            continue
        if one.user == other.user:
            yield ("absences", second, "user"), "has an absence at the same time already; keep one"
        if one.delegate == other.user:
            yield ("absences", first, "delegate"), "is away at the same time; name somebody else"
        if other.delegate == one.user:
            yield ("absences", second, "delegate"), "is away at the same time; name somebody else"


def _overlap(one: Absence, other: Absence) -> bool:
    return not (
        (one.end and other.start and one.end <= other.start)
        or (other.end and one.start and other.end <= one.start)
    )


def _solo(document: Document, solo: str) -> Iterator[Finding]:
    for field in ("break_glass", "absences"):
        if getattr(document, field):
            yield (field,), "lets others approve, but `solo` is set; keep one of them"
    for number, rule in enumerate(document.rules):
        for field, people in _approving(rule):
            if others := [id_ for id_ in people.ids if id_ != solo]:
                yield (
                    ("rules", number, field),
                    f"names {', '.join(others)}, but with `solo` only {solo} approves; take it out",
                )
        if rule.quorum > 1 or any(panel.needed > 1 for panel in rule.panels) or rule.one_of_each:
            yield ("rules", number), "asks for several approvals, but with `solo` there is one"


def _approving(rule: RuleEntry) -> Iterator[tuple[str, PeopleEntry]]:
    yield "approvers", rule.approvers
    yield "hand_over", rule.hand_over
    for panel in rule.panels:
        yield "panels", panel
    if rule.escalate:
        yield "escalate", rule.escalate.to
