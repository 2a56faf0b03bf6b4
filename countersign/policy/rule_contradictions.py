"""What one rule says that cannot all be kept. Each check gives a place below the rule."""

from collections.abc import Iterator

from countersign.policy.document import PeopleEntry, RuleEntry
from countersign.policy.faults import Finding
from countersign.policy.ids import HERE
from countersign.policy.reach import can_be_reached
from countersign.policy.resolution import panels_of
from countersign.policy.spans import DEFAULT, OFF
from workflows.contracts.rules import DIRECT

MOST_REMINDERS = 10
GOES_WITH_AUTO_APPROVE = {"name", "tool", "when", "may_request", "auto_approve"}
NEEDS_SLACK = ("edit", "always", "hand_over")
NOBODY = "names nobody; list users, groups or channels, or take the key out"


def contradictions_in(rule: RuleEntry, solo: str | None) -> Iterator[Finding]:
    """Everything that is wrong with a rule by itself."""
    if "here" in rule.may_request.channels:
        yield ("may_request", "channels"), "has `here`, but who asks is here; name a channel's id"
    if rule.auto_approve:
        yield from _without_asking(rule)
        return
    yield from _approvers(rule, solo)
    yield from _quorum(rule, solo)
    yield from _others(rule)
    yield from _card(rule)
    yield from _slack(rule)
    yield from _times(rule)


def _without_asking(rule: RuleEntry) -> Iterator[Finding]:
    for field in sorted(rule.model_fields_set - GOES_WITH_AUTO_APPROVE):
        yield (field,), "says how to ask, but `auto_approve` asks nobody; keep one of them"


def _approvers(rule: RuleEntry, solo: str | None) -> Iterator[Finding]:
    if rule.approvers.ids and rule.panels:
        yield ("panels",), "cannot stand beside `approvers`; keep one of them"
    for number, panel in enumerate(rule.panels):
        if not panel.ids:
            yield ("panels", number), NOBODY
    if not rule.approvers.ids and not rule.panels and not solo:
        yield (
            ("approvers",),
            (
                "names nobody who may approve; list users, groups or channels, or write "
                f"`channels: [{HERE}]` for those in the channel of the thread"
            ),
        )


def _quorum(rule: RuleEntry, solo: str | None) -> Iterator[Finding]:
    counted = "one_of_each" if rule.one_of_each else "panels" if rule.panels else ""
    if counted and rule.has("quorum"):
        yield ("quorum",), f"cannot stand beside `{counted}`, which says how many are needed"
    if rule.one_of_each and rule.panels:
        yield ("one_of_each",), "cannot stand beside `panels`; keep one of them"
    elif rule.one_of_each and len(rule.approvers.ids) < 2:
        yield ("one_of_each",), "needs two or more users, groups or channels among `approvers`"
    panels = panels_of(rule)
    if not solo and panels and not can_be_reached(panels):
        needed = sum(panel.needed for panel in panels)
        yield (
            (counted or "quorum",),
            (
                f"can never be reached: {needed} people have to approve, and nobody counts twice; "
                "ask for fewer, or name more approvers"
            ),
        )


def _others(rule: RuleEntry) -> Iterator[Finding]:
    if rule.notify.channels:
        yield (
            ("notify", "channels"),
            (
                "cannot be notified, since a phone is a person's; list users or groups here, and "
                "channels under `card`"
            ),
        )
    others: tuple[tuple[str, PeopleEntry | None], ...] = (
        ("hand_over", rule.hand_over),
        ("escalate", rule.escalate.to if rule.escalate else None),
    )
    for field, people in others:
        if people is not None and rule.has(field) and not people.ids:
            yield (field,), NOBODY


def _card(rule: RuleEntry) -> Iterator[Finding]:
    if not rule.card:
        yield ("card",), "is empty; write where the card goes, such as [thread]"
    asked = rule.panels or (rule.approvers,)
    people = [it for entry in (rule.notify, *asked) for it in (*entry.users, *entry.groups)]
    if DIRECT in rule.card and not people and (rule.approvers.ids or rule.panels):
        yield (
            ("card",),
            (
                f"has `{DIRECT}`, but only channels are asked; name users or groups as approvers "
                "or under `notify`, or write the channel"
            ),
        )


def _slack(rule: RuleEntry) -> Iterator[Finding]:
    if rule.slack:
        return
    if not rule.operator:
        yield ("operator",), "and `slack` are both false, so nobody could decide; allow one"
    if sum(panel.needed for panel in panels_of(rule)) > 1:
        yield (
            ("slack",),
            (
                "is false, but several people have to approve, and outside Slack nobody is "
                "verified, so nobody is one of several; ask for one approval or allow Slack"
            ),
        )
    for field in NEEDS_SLACK:
        value = getattr(rule, field)
        if value.ids if isinstance(value, PeopleEntry) else value:
            yield (field,), "is done in Slack, but `slack` is false; take one of them out"


def _times(rule: RuleEntry) -> Iterator[Finding]:
    end = rule.expires_after
    if rule.escalate and end and rule.escalate.after >= end:
        yield ("escalate", "after"), "has to be less than `expires_after`"
    if rule.reminders == DEFAULT and rule.has("reminders") and not end:
        yield ("reminders",), "is `default`, which goes by `expires_after`; write that too"
    if rule.reminders in {DEFAULT, OFF} or isinstance(rule.reminders, str):
        return
    if len(rule.reminders) > MOST_REMINDERS:
        yield ("reminders",), f"lists {len(rule.reminders)}; at most {MOST_REMINDERS} are sent"
    if len(set(rule.reminders)) < len(rule.reminders):
        yield ("reminders",), "lists one time twice; keep one"
    for number, reminder in enumerate(rule.reminders):
        if end and reminder >= end:
            yield ("reminders", number), "has to be less than `expires_after`"
