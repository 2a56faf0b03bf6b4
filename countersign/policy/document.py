"""The shape of `policy.yaml`. docs/policy.md explains every key."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    StrictBool,
    StrictStr,
)

from countersign.policy import spans
from countersign.policy.ids import CHANNEL, GROUP, HERE, USER, check
from workflows.contracts.rules import DIRECT, THREAD

MOST_NEEDED = 50
MOST_LISTED = 100
MOST_ENTRIES = 300
MOST_TARGETS = 10
MOST_PANELS = 20
MOST_ASKED_AT_ONCE = 50
"""All of them stand in one summary."""
LONGEST_VERSION = 40
LONGEST_TOOL = 100


def _distinct(listed: tuple[str, ...]) -> tuple[str, ...]:
    if twice := next((item for item in listed if listed.count(item) > 1), ""):
        raise ValueError(f"lists {twice} twice; keep one")
    return listed


def _tools(value: Any) -> tuple[str, ...]:
    listed: tuple[Any, ...] = tuple(value) if isinstance(value, list) else (value,)
    if not listed or not all(isinstance(item, str) and item for item in listed):
        raise ValueError('has to be the name of a tool, a list of names, or "*"')
    if len(listed) > MOST_LISTED or any(len(item) > LONGEST_TOOL for item in listed):
        raise ValueError(
            f"has room for {MOST_LISTED} names of up to {LONGEST_TOOL} characters; write a pattern"
        )
    return _distinct(listed)


def _version(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise ValueError('has to be a whole number, or text in quotes such as "2026-11-24"')
    if len(str(value).strip()) > LONGEST_VERSION:
        raise ValueError(f"is longer than {LONGEST_VERSION} characters; shorten it")
    return str(value).strip()


UserId = Annotated[StrictStr, AfterValidator(check(USER))]
GroupId = Annotated[StrictStr, AfterValidator(check(GROUP))]
ChannelId = Annotated[StrictStr, AfterValidator(check(CHANNEL, HERE))]
Target = Annotated[StrictStr, AfterValidator(check(CHANNEL, THREAD, DIRECT))]
ROOM = Field(max_length=MOST_LISTED)
Users = Annotated[tuple[UserId, ...], ROOM, AfterValidator(_distinct)]
Groups = Annotated[tuple[GroupId, ...], ROOM, AfterValidator(_distinct)]
Channels = Annotated[tuple[ChannelId, ...], ROOM, AfterValidator(_distinct)]
Targets = Annotated[tuple[Target, ...], Field(max_length=MOST_TARGETS), AfterValidator(_distinct)]
Count = Annotated[int, Field(strict=True, ge=1, le=MOST_NEEDED)]
Often = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Span = Annotated[timedelta, PlainValidator(spans.span)]
Name = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
Tools = Annotated[tuple[str, ...], PlainValidator(_tools)]
Condition = Annotated[StrictStr, Field(min_length=1, max_length=4_000)]
Sentence = Annotated[StrictStr, Field(min_length=1, max_length=500)]


class PeopleEntry(BaseModel, frozen=True, extra="forbid"):
    """Who is meant."""

    users: Users = ()
    groups: Groups = ()
    channels: Channels = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id, and `here`."""
        return (*self.users, *self.groups, *self.channels)


class RequestersEntry(PeopleEntry, frozen=True, extra="forbid"):
    """Who may ask. With no list, every full member may."""

    guests: StrictBool = False
    outsiders: StrictBool = False


class PanelEntry(PeopleEntry, frozen=True, extra="forbid"):
    """People of whom so many have to approve."""

    needed: Count = 1


class EscalationEntry(BaseModel, frozen=True, extra="forbid"):
    """Who is asked too if nobody has decided for so long."""

    after: Span
    to: PeopleEntry


class AbsenceEntry(BaseModel, frozen=True, extra="forbid"):
    """Who stands in for somebody who is away."""

    user: UserId
    delegate: UserId
    start: Annotated[datetime | None, BeforeValidator(spans.start)] = Field(None, alias="from")
    until: Annotated[datetime | None, BeforeValidator(spans.end)] = None


class LimitsEntry(BaseModel, frozen=True, extra="forbid"):
    """How often people may be asked from one thread."""

    asks_per_turn: Annotated[int, Field(strict=True, ge=1, le=MOST_ASKED_AT_ONCE)] = 10
    asks_per_hour: Often = 30


class TotalsEntry(BaseModel, frozen=True, extra="forbid"):
    """How far back `total_today` counts."""

    window: Span = timedelta(days=1)


class BreakGlassEntry(BaseModel, frozen=True, extra="forbid"):
    """Who may approve alone in an emergency."""

    users: Users = Field(min_length=1)


class DenyEntry(BaseModel, frozen=True, extra="forbid"):
    """What is never done, whatever a rule says."""

    name: Name
    tool: Tools
    when: Condition | None = None
    because: Sentence


class RuleEntry(BaseModel, frozen=True, extra="forbid"):
    """What has to happen before a call runs."""

    name: Name
    tool: Tools
    when: Condition | None = None
    may_request: RequestersEntry = RequestersEntry()
    approvers: PeopleEntry = PeopleEntry()
    quorum: Count = 1
    one_of_each: StrictBool = False
    panels: tuple[PanelEntry, ...] = Field((), max_length=MOST_PANELS)
    notify: PeopleEntry = PeopleEntry()
    self_approval: StrictBool = False
    card: Targets = (THREAD,)
    confirm: StrictBool = False
    slack: StrictBool = True
    operator: StrictBool = True
    expires_after: Span | None = None
    reminders: Annotated[
        tuple[timedelta, ...] | Literal["default", "off"], PlainValidator(spans.reminders)
    ] = "default"
    escalate: EscalationEntry | None = None
    hand_over: PeopleEntry = PeopleEntry()
    edit: StrictBool = False
    always: StrictBool = False
    reason: Literal["optional", "required"] = "optional"
    auto_approve: StrictBool = False

    def has(self, field: str) -> bool:
        """Whether the key stands in the file."""
        return field in self.model_fields_set


class Document(BaseModel, frozen=True, extra="forbid"):
    """The whole file."""

    version: Annotated[str, PlainValidator(_version)]
    limits: LimitsEntry = LimitsEntry()
    totals: TotalsEntry = TotalsEntry()
    solo: UserId | None = None
    break_glass: BreakGlassEntry | None = None
    absences: tuple[AbsenceEntry, ...] = Field((), max_length=MOST_LISTED)
    deny: tuple[DenyEntry, ...] = Field((), max_length=MOST_ENTRIES)
    rules: tuple[RuleEntry, ...] = Field(min_length=1, max_length=MOST_ENTRIES)
