"""A rule as an approval carries it: resolved, versioned, and fixed when the approval is asked for.

`policy.yaml` is where rules are written (`countersign/policy`). What is here is stored in
histories, so it only grows, like `workflows/contracts/core.py`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from workflows.contracts.core import Prepared

THREAD = "thread"
DIRECT = "dm"
"""Targets of a card beside channel ids: the conversation's thread, and one message a person."""


class People(BaseModel, frozen=True):
    """Who is meant, by Slack's ids: users `U…`, user groups `S…`, members of channels `C…`."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id, users first."""
        return (*self.users, *self.groups, *self.channels)


class Panel(BaseModel, frozen=True):
    """People of whom so many have to approve."""

    who: People
    needed: int = 1


class Escalation(BaseModel, frozen=True):
    """After so long without an end, these people are asked too and may approve in any panel."""

    after: timedelta
    to: People


class Absence(BaseModel, frozen=True):
    """While `user` is away, `delegate` may approve in their place. Open ends are None."""

    user: str
    delegate: str
    start: datetime | None = None
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether the user is away at this moment."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class Rule(BaseModel, frozen=True):
    """What was in force when an approval was asked for."""

    name: str
    version: str = ""
    """Version of the policy that the rule is from."""
    panels: tuple[Panel, ...] = ()
    """All of them have to be satisfied, each by people who count in no other."""
    notify: People = People()
    """Whose phones ring, once. They need not be approvers."""
    targets: tuple[str, ...] = (THREAD,)
    """Where the card goes; the next is tried when Slack refuses one."""
    self_approval: bool = False
    confirm: bool = False
    """Whether Slack asks "are you sure?" before an approval."""
    from_slack: bool = True
    """Whether the decision may be made in Slack at all."""
    operator: bool = True
    """Whether a signal from outside Slack counts, as one unverified vote where one is enough."""
    expires_after: timedelta | None = None
    reminders: tuple[timedelta, ...] = ()
    """When reminders are due, counted from the asking."""
    escalation: Escalation | None = None
    absences: tuple[Absence, ...] = ()
    hand_over: People = People()
    """To whom an approver may hand over; nobody if empty."""
    break_glass: tuple[str, ...] = ()
    """Users who may approve alone in an emergency, with a reason."""
    edit: bool = False
    """Whether an approver may change the arguments."""
    always: bool = False
    """Whether an approver may allow the tool for the rest of the thread."""
    reason_required: bool = False
    """Whether a rejection needs a reason."""
    auto_approve: bool = False
    solo: bool = False
    """Whether the requester works alone and approves their own requests."""
    names: dict[str, str] = {}
    """Names of the users, groups and channels that it mentions, as they were when it was asked;
    to be shown without ringing anybody."""

    @property
    def needed(self) -> int:
        """How many distinct people have to approve."""
        return sum(panel.needed for panel in self.panels)

    @property
    def approver_ids(self) -> tuple[str, ...]:
        """Ids of everybody who may approve, without those that an escalation adds."""
        return tuple(dict.fromkeys(id_ for panel in self.panels for id_ in panel.who.ids))


class Verdict(StrEnum):
    """What the policy says of a call."""

    ASK = "ask"
    ALLOW = "allow"
    DENY = "deny"


class Limits(BaseModel, frozen=True):
    """How often people may be asked from one thread, so that nobody is worn down."""

    asks_per_turn: int = 10
    asks_per_hour: int = 30


class Ruling(BaseModel, frozen=True):
    """The policy's answer for one call, and why.

    `because` is a plain sentence for people and for the model. `failed` says that the
    policy could not be evaluated, which denies.
    """

    verdict: Verdict
    rule: Rule | None = None
    because: str = ""
    failed: bool = False
    limits: Limits = Limits()
    audience: tuple[str, ...] = ()
    """Who may see the approval in lists: ids of users, groups and channels, or `PUBLIC`."""
    team: str = ""
    """Slack's workspace in which it is decided; empty if it was asked there."""
    total: float | None = None
    """What the call and those before it cost together, where the policy asks for that."""


class Reviewed(BaseModel, frozen=True):
    """A call before anybody is asked: what it would do, and what the policy says of it.

    One with a problem was not judged. What nobody has judged is denied.
    """

    prepared: Prepared = Prepared()
    ruling: Ruling = Ruling(verdict=Verdict.DENY)


POLICY_UNAVAILABLE = "policy_unavailable"
"""Type of a failure of the policy. Its detail is an `Outage` where asking again may help."""


class Outage(BaseModel, frozen=True):
    """What a policy asks about cannot be found out now."""

    patience_seconds: float
    """For how long it is worth trying again: as long as a rule for this tool would wait."""
    cause: str = ""
    """Slack's word for it."""
    because: str = ""
    """A plain sentence for people."""


PUBLIC = "public"
"""In an audience: every full member of the workspace."""
