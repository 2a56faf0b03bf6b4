"""Gathers what a policy's rules ask about a call, and nothing else."""

import asyncio
import json
import math
from collections.abc import Sequence
from typing import Any

from countersign.policy.engine import Policy
from countersign.policy.facts import Facts, Requester, Venue, requester_from
from countersign.policy.totals import total
from countersign.slack.directory import DirectoryError, GoneError
from countersign.slack.id_checks import Directory
from countersign.slack.profiles import Channel, Profile
from countersign.slack.web_client import UNKNOWN
from worker.totals import Totals
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.core import Person


class NobodyError(Exception):
    """The requester is an app or a deactivated account, which no rule can let ask."""


class ArgumentsUnreadableError(Exception):
    """The call's arguments are not an object in JSON."""


async def facts_of(
    query: PolicyQuery, policy: Policy, directory: Directory, totals: Totals, room: str = ""
) -> Facts:
    """Everything about a call that the policy asks about.

    `room` is the channel for the cards of what is asked outside Slack.

    Raises:
        DirectoryError: Slack did not say.
        TotalsAwayError: what was asked before is not known now.
        UncountableError: it cannot be added up.
        ArgumentsUnreadableError: nothing can be said of the arguments.
        NobodyError: the account cannot ask for anything.
    """
    call = query.call
    if not call.requester.is_in_slack:
        return _from_elsewhere(query, await _total(query, policy, totals), room)
    user, channel = call.requester.user, call.origin.channel
    arguments, amount = _read(call.arguments), query.prepared.amount
    asks = query.prepared.asks
    if not policy.mentions(call.tool):
        nobody = Requester(user)
        return Facts(call.tool, nobody, Venue(channel), arguments, amount, asks=asks)
    needs = policy.needs(call.tool)
    sum_, person, place, groups, channels = await asyncio.gather(
        _total(query, policy, totals),
        _account(call.requester, directory, needed=needs.account),
        _place(channel, directory, needed=needs.place),
        _groups_of(user, directory, asked=needs.groups),
        _among(user, needs.channels, directory),
    )
    if person.is_deactivated or person.is_bot:
        raise NobodyError(user)
    requester = Requester(
        id=user,
        team=person.team,
        name=person.name,
        is_guest=person.is_guest,
        is_external=person.is_external,
        groups=groups,
        channels=channels,
    )
    venue = Venue(channel, place.is_direct, place.is_private, place.is_shared, place.name)
    return Facts(call.tool, requester, venue, arguments, amount, total=sum_, asks=asks)


async def _total(query: PolicyQuery, policy: Policy, totals: Totals) -> float | None:
    """What the call costs with those before it, if the policy asks for that and it costs anything.

    Raises:
        TotalsAwayError: it is not known now.
        UncountableError: it cannot be added up.
    """
    amount = query.prepared.amount
    if amount is None or not math.isfinite(amount) or not policy.needs(query.call.tool).total:
        return None
    return total([amount, *await totals.costs_before(query, policy.window)])


def _from_elsewhere(query: PolicyQuery, sum_: float | None, room: str) -> Facts:
    """The same of a call that was not asked for in Slack, which knows nothing of it."""
    call, who = query.call, query.call.requester
    requester, arguments = requester_from(who.user), _read(call.arguments)
    amount = query.prepared.amount
    asks = query.prepared.asks
    venue = Venue("")
    return Facts(call.tool, requester, venue, arguments, amount, who.kind, room, sum_, asks)


async def _account(who: Person, directory: Directory, *, needed: bool) -> Profile:
    """What Slack says of somebody; nothing where it has no such method and no rule asks."""
    try:
        return await directory.person(who.user, who.team)
    except DirectoryError as error:
        if needed or error.code not in UNKNOWN:
            raise
        return Profile(user=who.user, team=who.team)


async def _place(channel: str, directory: Directory, *, needed: bool) -> Channel:
    """The same of a channel, which then counts as private: its approvals are listed to its own."""
    try:
        return await directory.channel(channel)
    except DirectoryError as error:
        if needed or error.code not in UNKNOWN:
            raise
        return Channel(id=channel, is_private=True)


async def _groups_of(user: str, directory: Directory, *, asked: bool) -> tuple[str, ...]:
    return await directory.groups_of(user) if asked else ()


async def _among(user: str, channels: Sequence[str], directory: Directory) -> tuple[str, ...]:
    """Those of the channels that somebody is in. A deleted channel has no members."""
    rooms = await asyncio.gather(*(_members(channel, directory) for channel in channels))
    return tuple(channel for channel, room in zip(channels, rooms, strict=True) if user in room)


async def _members(channel: str, directory: Directory) -> frozenset[str]:
    try:
        return await directory.members(channel)
    except GoneError:
        return frozenset()


def _read(text: str) -> dict[str, Any]:
    try:
        arguments: Any = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise ArgumentsUnreadableError from error
    if not isinstance(arguments, dict):
        raise ArgumentsUnreadableError
    return arguments
