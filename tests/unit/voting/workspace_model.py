"""A small workspace and who may decide what in it, without looking at the code.

Who may vote is written down a second time, from the policy's words, and quorum is found by trying
everybody on every seat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from tests.support.builders import NOON
from workflows.contracts.activity_inputs import EligibilityQuery
from workflows.contracts.approvals import Card
from workflows.contracts.decisions import Account, Decision, Eligibility, Verb, Via
from workflows.contracts.rules import Absence, Panel, People, Rule

TEAM, BRANCH = "T0ACME", "T0BRANCH"
"""Two workspaces of one organisation, in which an account has one id."""
REQUESTER = "U0"
USERS: tuple[str, ...] = (REQUESTER, "U1", "U2", "U3", "U4", "U5")
CARD, OLD_CARD = Card(channel="C0OPS", ts="2.0"), "1.0"

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


@dataclass(frozen=True)
class World:
    """The people as they are now, and the question on which they are asked."""

    rule: Rule
    panels: Mapping[str, frozenset[int]]
    """Of which panels' groups somebody is a member."""
    accounts: Mapping[str, Account] = field(default_factory=dict)
    substitutes: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    digest: str = "digest of 0"
    escalated: bool = False
    handed: Mapping[str, str] = field(default_factory=dict)
    """Who gave their vote away, and to whom."""
    deadline: datetime | None = None

    @property
    def needed(self) -> tuple[int, ...]:
        """Seats of each panel."""
        return tuple(panel.needed for panel in self.rule.panels)

    @property
    def everywhere(self) -> frozenset[int]:
        """All panels."""
        return frozenset(range(len(self.needed)))

    @property
    def as_the_rule_names_them(self) -> "World":
        """What is known without asking Slack anything."""
        return replace(self, panels={}, accounts={}, substitutes=frozenset())

    def eligibilities(self, query: EligibilityQuery) -> tuple[Eligibility, ...]:
        """What a directory would answer."""
        towards = replace(self, rule=query.rule)
        return tuple(
            Eligibility(
                user=person.user,
                account=self._account(person.user),
                panels=tuple(sorted(towards._own_panels(person.user))),
                escalated=towards._is_substitute(person.user),
                may_receive=person.user in self.receivers,
            )
            for person in query.people
        )

    def asked_about(self, decision: Decision) -> frozenset[str]:
        """Everybody on whose account and groups a decision depends."""
        assert decision.by is not None
        if decision.verb is Verb.HAND_OVER:
            assert decision.to is not None
            return frozenset({decision.by.user, decision.to.user})
        return frozenset({decision.by.user, *self._represented(decision)})

    def claim(self, decision: Decision) -> Claim:
        """Every vote that this person may use now, with the panels in which it counts."""
        if decision.by is None:
            return (("", self.everywhere),)
        user = decision.by.user
        if self._account(user) is not Account.MEMBER:
            return ()
        if self.is_own(decision) and not self._own_allowed:
            return ()
        works_alone = self.is_own(decision) and self.rule.solo
        own = self.everywhere if works_alone else self.counts_in(user)
        votes = [(user, own)] if own or works_alone else []
        others = () if decision.verb is Verb.HAND_OVER else self._represented(decision)
        votes += [(other, seats) for other in others if (seats := self.counts_in(other))]
        return tuple(votes)

    def is_own(self, decision: Decision) -> bool:
        """Whether it is the requester's."""
        return decision.by is not None and decision.by.user == REQUESTER

    def is_asked_by(self, decision: Decision, approve: bool) -> bool:
        """Whether it was pressed on the card of today, in time, for what is asked today."""
        if decision.via is Via.BUTTON and decision.card not in {"", CARD.ts}:
            return False
        if approve and not self.digest.startswith(decision.digest):
            return False
        adds = approve or decision.verb is Verb.HAND_OVER
        return not (adds and self.deadline is not None and decision.at >= self.deadline)

    def operator_counts(self, decision: Decision, approve: bool) -> bool:
        """One voice that nobody verified is enough only where one is."""
        if decision.verb in {Verb.HAND_OVER, Verb.BREAK_GLASS}:
            return False
        if decision.arguments or decision.always:
            return False
        if decision.verb is Verb.REQUEST_CHANGES and not decision.reason.strip():
            return False
        return self.rule.operator and (not approve or sum(self.needed) <= 1)

    def person_may(self, decision: Decision, approve: bool) -> bool:
        """Whether a decision that Slack vouches for may have an effect."""
        if decision.verb is Verb.WITHDRAW:
            return self.is_own(decision)
        assert decision.by is not None
        if not self.rule.from_slack or decision.by.user in self.handed:
            return False
        if self.is_own(decision) and not self._own_allowed:
            return False
        if decision.verb is Verb.BREAK_GLASS:
            return self._may_break_glass(decision)
        return bool(self.claim(decision)) and self._is_in_order(decision, approve)

    def may_hand_over(self, decision: Decision, voted: frozenset[str]) -> bool:
        """Only one's own unused vote, to a member who is named, uninvolved and has a vote left."""
        by, to = decision.by, decision.to
        assert by is not None
        assert to is not None
        mine = by.user in dict(self.claim(decision))
        uninvolved = to.user not in {by.user, REQUESTER, *self.handed, *voted}
        receivers = self.receivers if self.rule.hand_over.ids else frozenset[str]()
        named = to.user in receivers and self._account(to.user) is Account.MEMBER
        return mine and uninvolved and named and by.user not in voted

    def _is_in_order(self, decision: Decision, approve: bool) -> bool:
        said, rule = bool(decision.reason.strip()), self.rule
        if decision.verb is Verb.DECIDE:
            return self._may_carry(decision) and (approve or said or not rule.reason_required)
        return decision.verb is Verb.HAND_OVER or said

    def _may_break_glass(self, decision: Decision) -> bool:
        assert decision.by is not None
        user = decision.by.user
        named = user in self.rule.break_glass and self._account(user) is Account.MEMBER
        return named and self._may_carry(decision) and bool(decision.reason.strip())

    def _may_carry(self, decision: Decision) -> bool:
        """Whether it may ask for other arguments, or for a permission that lasts."""
        rule = self.rule
        return (rule.edit or not decision.arguments) and (rule.always or not decision.always)

    def _represented(self, decision: Decision) -> tuple[str, ...]:
        """Those who are away, or handed over, to this person; never who may not decide."""
        assert decision.by is not None
        user = decision.by.user
        away = {it.user for it in self.rule.absences if it.delegate == user}
        away = {it for it in away if self._is_away(it, user, decision.at)}
        handed = {by for by, to in self.handed.items() if to == user}
        lent = self._own_allowed and not self.rule.solo
        return tuple(sorted((away | handed) - {user} - (set() if lent else {REQUESTER})))

    def _is_away(self, user: str, delegate: str, at: datetime) -> bool:
        absences = self.rule.absences
        return any((it.user, it.delegate) == (user, delegate) and it.covers(at) for it in absences)

    def counts_in(self, user: str) -> frozenset[int]:
        """In which panels somebody's own vote counts."""
        if self._account(user) is not Account.MEMBER:
            return frozenset()
        acts_for_all = self.escalated and self._is_substitute(user)
        return self.everywhere if acts_for_all else self._own_panels(user)

    def _own_panels(self, user: str) -> frozenset[int]:
        panels = self.rule.panels
        named = {number for number, panel in enumerate(panels) if user in panel.who.users}
        return (self.panels.get(user, frozenset()) & self.everywhere) | named

    def _is_substitute(self, user: str) -> bool:
        escalation = self.rule.escalation
        return user in self.substitutes or (escalation is not None and user in escalation.to.users)

    def _account(self, user: str) -> Account:
        return self.accounts.get(user, Account.MEMBER)

    @property
    def _own_allowed(self) -> bool:
        return self.rule.self_approval or self.rule.solo
