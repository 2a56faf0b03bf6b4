"""A rule of the policy, resolved for one call: who exactly, where, and until when."""

from dataclasses import dataclass
from datetime import timedelta

from countersign.policy.document import AbsenceEntry, Document, PeopleEntry, RuleEntry
from countersign.policy.facts import Facts
from countersign.policy.ids import HERE
from workflows.contracts.rules import DIRECT, THREAD, Absence, Escalation, Panel, People, Rule

DEFAULT_REMINDERS = (1 / 2, 9 / 10)
"""Parts of the time until expiry."""


@dataclass(frozen=True, slots=True)
class Here:
    """What `here` means for one call.

    In a direct message nobody is there but the requester, and us. For what is asked outside Slack
    it is the room where its card goes.
    """

    channel: str
    alone: str = ""
    """The requester, where they are alone with us."""
    own: bool = False
    """Whether the requester may approve."""

    def resolve(self, entry: PeopleEntry) -> People:
        """People with `here` replaced by who it is."""
        named = tuple(channel for channel in entry.channels if channel != HERE)
        if HERE not in entry.channels:
            return People(users=entry.users, groups=entry.groups, channels=named)
        if not self.channel:
            return People(users=entry.users, groups=entry.groups, channels=named)
        if not self.alone:
            channels = tuple(dict.fromkeys((*named, self.channel)))
            return People(users=entry.users, groups=entry.groups, channels=channels)
        users = (*entry.users, self.alone) if self.own else entry.users
        return People(users=tuple(dict.fromkeys(users)), groups=entry.groups, channels=named)


NOWHERE = Here(HERE)
"""Leaves `here` as it is, where no call is at hand."""


def here_of(rule: RuleEntry, facts: Facts) -> Here:
    """What `here` means for a rule and a call."""
    alone = facts.requester.id if facts.channel.is_direct else ""
    return Here(facts.channel.id or facts.room, alone, rule.self_approval)


def panels_of(rule: RuleEntry, here: Here = NOWHERE) -> tuple[Panel, ...]:
    """Who has to approve, and how many of them."""
    if rule.panels:
        return tuple(Panel(who=here.resolve(it), needed=it.needed) for it in rule.panels)
    if not rule.approvers.ids:
        return ()
    if not rule.one_of_each:
        return (Panel(who=here.resolve(rule.approvers), needed=rule.quorum),)
    entries = (
        *(PeopleEntry(users=(user,)) for user in rule.approvers.users),
        *(PeopleEntry(groups=(group,)) for group in rule.approvers.groups),
        *(PeopleEntry(channels=(channel,)) for channel in rule.approvers.channels),
    )
    return tuple(Panel(who=here.resolve(entry)) for entry in entries)


def absence_of(entry: AbsenceEntry) -> Absence:
    """An absence as approvals carry it."""
    return Absence(user=entry.user, delegate=entry.delegate, start=entry.start, end=entry.until)


def resolve(document: Document, rule: RuleEntry, facts: Facts) -> Rule:
    """The rule that an approval of this call carries."""
    solo = document.solo or ""
    is_solo = bool(solo) and facts.requester.id == solo
    here = here_of(rule, facts)
    panels = (Panel(who=People(users=(solo,))),) if solo else panels_of(rule, here)
    escalation = rule.escalate and Escalation(
        after=rule.escalate.after, to=here.resolve(rule.escalate.to)
    )
    return Rule(
        name=rule.name,
        version=document.version,
        panels=panels,
        notify=here.resolve(rule.notify),
        targets=_targets(rule, panels, facts, is_own=is_solo or rule.self_approval),
        self_approval=is_solo or rule.self_approval,
        confirm=is_solo or rule.confirm,
        from_slack=rule.slack,
        operator=rule.operator,
        expires_after=rule.expires_after,
        reminders=_reminders(rule),
        escalation=escalation if escalation and escalation.to.ids else None,
        absences=tuple(absence_of(entry) for entry in document.absences),
        hand_over=here.resolve(rule.hand_over),
        break_glass=document.break_glass.users if document.break_glass else (),
        edit=rule.edit,
        always=rule.always,
        reason_required=rule.reason == "required",
        solo=is_solo,
    )


def _targets(
    rule: RuleEntry, panels: tuple[Panel, ...], facts: Facts, *, is_own: bool
) -> tuple[str, ...]:
    """Where the card goes. Approvers do not see into somebody else's direct messages."""
    if not facts.channel.is_direct or is_own or THREAD not in rule.card:
        return rule.card
    people = [it for who in (panel.who for panel in panels) for it in (*who.users, *who.groups)]
    channels = tuple(it for panel in panels for it in panel.who.channels)
    instead = (DIRECT,) if people or rule.notify.ids else channels
    moved = (it for target in rule.card for it in (instead if target == THREAD else (target,)))
    return tuple(dict.fromkeys(moved))


def _reminders(rule: RuleEntry) -> tuple[timedelta, ...]:
    if not isinstance(rule.reminders, str):
        return tuple(sorted(rule.reminders))
    if rule.reminders == "off" or rule.expires_after is None:
        return ()
    seconds = [int(rule.expires_after.total_seconds() * part) for part in DEFAULT_REMINDERS]
    return tuple(timedelta(seconds=it) for it in dict.fromkeys(seconds) if it)
