"""How much of a policy an approval can carry.

Whoever may decide or see an approval is kept with it in Temporal's search attributes, which take
2,048 bytes of ids each (`limit.searchAttributesSizeOfValue`). An approval with more could never
be asked for: its conversation would fail at that step for ever.
"""

from collections.abc import Iterator, Sequence

from countersign.policy.document import Document, RuleEntry
from countersign.policy.faults import Finding

MOST_NAMED = 100
"""Users, groups and channels: with the longest ids 1,800 bytes; the rest is for who asks, where,
and to whom votes are handed over."""


def too_many(document: Document) -> Iterator[Finding]:
    """Rules that name more people than an approval has room for."""
    everywhere = {
        "absences": frozenset(it.delegate for it in document.absences),
        "break_glass": frozenset(document.break_glass.users if document.break_glass else ()),
    }
    for number, rule in enumerate(document.rules):
        parts = dict(_parts(rule))
        named = frozenset[str]().union(*parts.values(), *everywhere.values())
        if len(named) > MOST_NAMED:
            first = max(parts, key=lambda key: len(parts[key]))
            others = [key for key, ids in {**parts, **everywhere}.items() if ids and key != first]
            yield ("rules", number, first), _problem(len(named), others)


def _parts(rule: RuleEntry) -> Iterator[tuple[str, frozenset[str]]]:
    """What is kept with an approval, by the key that names it."""
    panels = (panel.ids for panel in rule.panels)
    yield "approvers", frozenset(rule.approvers.ids)
    yield "panels", frozenset(id_ for ids in panels for id_ in ids)
    yield "notify", frozenset(rule.notify.ids)
    yield "escalate", frozenset(rule.escalate.to.ids if rule.escalate else ())


def _problem(count: int, others: Sequence[str]) -> str:
    beside = f", together with {', '.join(f'`{key}`' for key in others)}" if others else ""
    return (
        f"names {count} users, groups and channels{beside}, and an approval has room for "
        f"{MOST_NAMED}; name a user group in the place of its members"
    )
