"""Whether those whom a policy means are there in Slack, enough of them, and their names."""

import asyncio
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from countersign.policy.engine import Policy
from countersign.policy.faults import Fault, Finding, Path
from countersign.policy.ids import CHANNEL, GROUP, HERE, USER, kind_of
from countersign.policy.reach import can_be_reached
from countersign.policy.resolution import panels_of
from countersign.policy.source import texts
from countersign.slack.directory import Channel, DirectoryError, GoneError, Installation, Profile
from countersign.slack.web_client import UNKNOWN

log = structlog.get_logger(__name__)

AT_ONCE = 5
KEYS = frozenset({"users", "groups", "channels", "card", "solo", "user", "delegate"})
"""Keys of a policy that hold ids."""
SCOPES = {
    USER: "`users:read`",
    GROUP: "`usergroups:read`",
    CHANNEL: "`channels:read` and `groups:read`",
}
ABSENT = {
    USER: "is nobody in this workspace; check the id",
    GROUP: "is no user group of this workspace; check the id, and that it is not disabled",
    CHANNEL: "is no channel that the app sees; check the id, and invite the app if it is private",
}


class Directory(Protocol):
    """What is asked of Slack's directory. Every method may raise `DirectoryError`."""

    async def home(self) -> Installation:
        """Which workspace this is, and who we are in it."""
        ...

    async def person(self, user: str, team: str = "") -> Profile:
        """One account."""
        ...

    async def members_of_group(self, group: str) -> frozenset[str]:
        """Who is in a user group."""
        ...

    async def handles(self) -> Mapping[str, str]:
        """What user groups are called, by their ids."""
        ...

    async def groups_of(self, user: str) -> tuple[str, ...]:
        """The user groups that somebody is in."""
        ...

    async def channel(self, channel: str) -> Channel:
        """One conversation."""
        ...

    async def members(self, channel: str) -> frozenset[str]:
        """Who is in a channel, apps included."""
        ...


@dataclass(frozen=True, slots=True)
class VerifiedIds:
    """What is wrong with whom a policy means, and what they are called, by their ids."""

    faults: tuple[Fault, ...]
    names: Mapping[str, str]


@dataclass(slots=True)
class IdChecks:
    """What Slack said of the ids so far: what it has said once is not asked for again."""

    names: dict[str, str] = field(default_factory=dict[str, str])
    problems: dict[str, str] = field(default_factory=dict[str, str])
    members: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    voiceless: set[str] = field(default_factory=set[str])
    """Users whose vote would not count: guests, outsiders, apps, deactivated accounts."""
    unknown: set[str] = field(default_factory=set[str])
    """Kinds of ids that this Slack cannot be asked about."""
    answered: set[str] = field(default_factory=set[str])


async def verify_ids(
    policy: Policy, directory: Directory, checks: IdChecks | None = None
) -> VerifiedIds:
    """Look up everybody whom a policy means, a few at a time.

    Args:
        policy: what they are named in.
        directory: who is asked.
        checks: what Slack has said before. It is filled even if the rest is not to be had now:
            Slack lets one ask about so many a minute, and a policy may name more.

    Raises:
        DirectoryError: Slack did not say.
    """
    places: defaultdict[str, list[Path]] = defaultdict(list)
    for path, text in texts(policy.source.values):
        if KEYS.intersection(path) and kind_of(text):
            places[text].append(path)
    checks = checks or IdChecks()
    approving = {
        id_
        for clause in policy.rules
        for panel in panels_of(clause.entry)
        for id_ in panel.who.channels
        if id_ != HERE
    }
    await _look_up_all(
        [it for it in places if it not in checks.answered], checks, directory, approving
    )
    if any(kind_of(id_) is GROUP for id_ in checks.members):
        checks.names |= await _handles(directory)
    for kind in sorted(checks.unknown):
        log.warning("this Slack cannot be asked whether the ids in the policy exist", about=kind)
    for user in sorted(checks.voiceless):
        log.warning("the policy names an account whose approval never counts", user=user)
    missing = [
        (path, f"{id_} {problem}")
        for id_, problem in checks.problems.items()
        for path in places[id_]
    ]
    found = missing or list(_out_of_reach(policy, checks))
    faults = tuple(policy.source.fault(path, problem) for path, problem in found)
    return VerifiedIds(faults, {id_: name for id_, name in checks.names.items() if id_ in places})


async def _look_up_all(
    ids: Sequence[str], checks: IdChecks, directory: Directory, approving: Container[str]
) -> None:
    """Ask about each, until Slack does not say."""
    left = iter(ids)
    failures: list[DirectoryError] = []

    async def ask_in_turn() -> None:
        for id_ in left:
            if failures:
                return
            try:
                await _look_up(id_, checks, directory, is_approving=id_ in approving)
            except DirectoryError as error:
                failures.append(error)
            else:
                checks.answered.add(id_)

    await asyncio.gather(*(ask_in_turn() for _ in range(AT_ONCE)))
    if failures:
        raise max(failures, key=lambda error: error.seconds or 0)


async def _look_up(id_: str, checks: IdChecks, directory: Directory, *, is_approving: bool) -> None:
    kind = kind_of(id_) or USER
    try:
        if kind is USER:
            person = await directory.person(id_)
            checks.names[id_] = person.name
            if person.is_guest or person.is_external or person.is_bot or person.is_deactivated:
                checks.voiceless.add(id_)
        elif kind is GROUP:
            checks.members[id_] = await directory.members_of_group(id_)
        else:
            await _look_up_channel(id_, checks, directory, is_approving=is_approving)
    except GoneError:
        checks.problems[id_] = ABSENT[kind]
    except DirectoryError as error:
        if error.code == "missing_scope":
            checks.problems[id_] = (
                f"cannot be checked, since the app lacks the scope {SCOPES[kind]}; add it under "
                '"OAuth & Permissions" and install the app again'
            )
        elif error.code in UNKNOWN:
            checks.unknown.add(kind.key)
        else:
            raise


async def _look_up_channel(
    id_: str, checks: IdChecks, directory: Directory, *, is_approving: bool
) -> None:
    checks.names[id_] = (await directory.channel(id_)).name
    if is_approving:
        home, members = await asyncio.gather(directory.home(), directory.members(id_))
        checks.members[id_] = members - {home.bot_user}


async def _handles(directory: Directory) -> Mapping[str, str]:
    """A name is for reading: where Slack has no such list, ids are read instead."""
    try:
        return await directory.handles()
    except DirectoryError as error:
        if error.code not in UNKNOWN | {"missing_scope"}:
            raise
        log.warning("user groups are shown by their ids", code=error.code)
        return {}


def _out_of_reach(policy: Policy, checks: IdChecks) -> Iterator[Finding]:
    if policy.document.solo:
        return
    for number, clause in enumerate(policy.rules):
        rule = clause.entry
        panels = panels_of(rule)
        if not can_be_reached(panels, frozenset(checks.voiceless), members=checks.members):
            field_ = "panels" if rule.panels else "one_of_each" if rule.one_of_each else "quorum"
            needed = sum(panel.needed for panel in panels)
            yield (
                ("rules", number, field_ if rule.has(field_) else "approvers"),
                (
                    f"can never be reached: {needed} people have to approve, and the users, groups "
                    "and channels named here have fewer who may; ask for fewer, or name more"
                ),
            )
