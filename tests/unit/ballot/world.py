"""A small workspace and what has to be true of every ballot in it, without looking at the code.

Quorum is found by trying everybody on every seat; who may vote is written down a second time,
from the policy's words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from tests.support.builders import NOON
from workflows.contracts.approvals import Card
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Decision, Eligibility, Verb, Via
from workflows.contracts.rules import Absence, Panel, People, Rule

TEAM, BRANCH = "T0ACME", "T0BRANCH"
"""Two workspaces of one organisation, in which an account has one id."""
REQUESTER = "U0"
USERS = (REQUESTER, "U1", "U2", "U3", "U4", "U5")
CARD, OLD_CARD = Card(channel="C0OPS", ts="2.0"), "1.0"
MOST_PANELS = 3

Claim = tuple[tuple[str, frozenset[int]], ...]
"""Whose vote somebody may use, and in which panels that vote counts."""


def a_rule(*needed: int, **fields: object) -> Rule:
    """A rule with so many seats in each panel; who is in a panel is the workspace's to say."""
    panels = tuple(
        Panel(who=People(groups=(f"S{number}",)), needed=seats)
        for number, seats in enumerate(needed)
    )
    return Rule.model_validate({"name": "r", "panels": panels, **fields})


def away(user: str, delegate: str, *, since: timedelta = timedelta(0)) -> Absence:
    """An absence that began, or begins, so long after noon."""
    return Absence(user=user, delegate=delegate, start=NOON + since)


@cache
def most_seats(claims: tuple[Claim, ...], free: tuple[int, ...], used: frozenset[str]) -> int:
    """How many seats these people can fill: try each of them on each, and not at all."""
    if not claims:
        return 0
    (claim, *rest) = claims
    best = most_seats(tuple(rest), free, used)
    for user, panels in claim:
        if user in used:
            continue
        for panel in panels:
            if free[panel]:
                left = (*free[:panel], free[panel] - 1, *free[panel + 1 :])
                best = max(best, 1 + most_seats(tuple(rest), left, used | {user}))
    return best


@dataclass
class World:
    """The people as they are now, and the rule under which they are asked."""

    rule: Rule
    panels: dict[str, frozenset[int]]
    accounts: dict[str, Account] = field(default_factory=dict)
    substitutes: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    digest: str = "digest-0"
    escalated: bool = False
    handed: dict[str, str] = field(default_factory=dict)

    @property
    def needed(self) -> tuple[int, ...]:
        return tuple(panel.needed for panel in self.rule.panels)

    def eligibilities(self, people: Sequence[Person]) -> tuple[Eligibility, ...]:
        """What a directory would answer."""
        return tuple(
            Eligibility(
                user=person.user,
                account=self._account(person.user),
                panels=tuple(sorted(self._own_panels(person.user))),
                escalated=person.user in self.substitutes,
                may_receive=person.user in self.receivers,
            )
            for person in people
        )

    def claim(self, decision: Decision) -> Claim:
        """Every vote that this person may use now, with the panels in which it counts."""
        assert decision.by is not None
        user = decision.by.user
        if self._account(user) is not Account.MEMBER:
            return ()
        if self.is_own(decision) and not self._own_allowed:
            return ()
        own = self._counts_in(user)
        found = [(user, own)] if own else []
        if self.is_own(decision) and self.rule.solo:
            found = [(user, self._everywhere)]
        for other in USERS:
            if other == user or (other == REQUESTER and not self._lent_by_requester):
                continue
            panels = self._counts_in(other)
            if panels and self._acts_for(decision, other):
                found.append((other, panels))
        return tuple(found)

    def is_own(self, decision: Decision) -> bool:
        return decision.by is not None and decision.by.user == REQUESTER

    def operator_counts(self, decision: Decision, approve: bool) -> bool:
        """One voice that nobody verified is enough only where one is."""
        if decision.verb in {Verb.HAND_OVER, Verb.BREAK_GLASS}:
            return False
        if decision.arguments or decision.always:
            return False
        if decision.verb is Verb.NUDGE:
            return True
        if decision.verb is Verb.REQUEST_CHANGES and not decision.reason.strip():
            return False
        return self.rule.operator and (not approve or sum(self.needed) <= 1)

    def person_may(self, decision: Decision, approve: bool) -> bool:
        """Whether a decision that Slack vouches for may have an effect."""
        if decision.via is Via.BUTTON and decision.card not in {"", CARD.ts}:
            return False
        if approve and not self.digest.startswith(decision.digest):
            return False
        if decision.verb is Verb.WITHDRAW:
            return self.is_own(decision)
        return self._may_under(self.rule, decision, approve)

    def _may_under(self, rule: Rule, decision: Decision, approve: bool) -> bool:
        assert decision.by is not None
        if not rule.from_slack or decision.by.user in self.handed:
            return False
        if self.is_own(decision) and not self._own_allowed:
            return False
        if decision.verb is Verb.BREAK_GLASS:
            return self._may_break_glass(decision, rule)
        return bool(self.claim(decision)) and self._is_in_order(decision, approve, rule)

    def may_hand_over(self, decision: Decision, voted: frozenset[str]) -> bool:
        """Only one's own unused vote, to a member who is named, uninvolved and has a vote left."""
        by, to = decision.by, decision.to
        assert by is not None
        assert to is not None
        mine = by.user in dict(self.claim(decision))
        uninvolved = to.user not in {by.user, REQUESTER, *self.handed, *voted}
        receivers = self.receivers if self.rule.hand_over.ids else frozenset()
        named = to.user in receivers and self._account(to.user) is Account.MEMBER
        return mine and uninvolved and named and by.user not in voted

    def _is_in_order(self, decision: Decision, approve: bool, rule: Rule) -> bool:
        said = bool(decision.reason.strip())
        if decision.verb is Verb.DECIDE:
            allowed = (rule.edit or not decision.arguments) and (rule.always or not decision.always)
            return allowed and (approve or said or not rule.reason_required)
        return decision.verb is Verb.HAND_OVER or said

    def _may_break_glass(self, decision: Decision, rule: Rule) -> bool:
        assert decision.by is not None
        user = decision.by.user
        named = user in rule.break_glass and self._account(user) is Account.MEMBER
        return named and bool(decision.reason.strip())

    def _acts_for(self, decision: Decision, other: str) -> bool:
        assert decision.by is not None
        user = decision.by.user
        absent = any(
            (it.user, it.delegate) == (other, user) and it.covers(decision.at)
            for it in self.rule.absences
        )
        handing_over = decision.verb is Verb.HAND_OVER
        return not handing_over and (absent or self.handed.get(other) == user)

    def _counts_in(self, user: str) -> frozenset[int]:
        if self._account(user) is not Account.MEMBER:
            return frozenset()
        substitute = self.escalated and user in self.substitutes
        return self._everywhere if substitute else self._own_panels(user)

    def _own_panels(self, user: str) -> frozenset[int]:
        return self.panels.get(user, frozenset()) & self._everywhere

    def _account(self, user: str) -> Account:
        return self.accounts.get(user, Account.MEMBER)

    @property
    def _everywhere(self) -> frozenset[int]:
        return frozenset(range(len(self.needed)))

    @property
    def _lent_by_requester(self) -> bool:
        return self._own_allowed and not self.rule.solo

    @property
    def _own_allowed(self) -> bool:
        return self.rule.self_approval or self.rule.solo
