"""Who is meant by a rule's people: user groups and channels, looked up once each."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from countersign.slack.directory import Directory
from countersign.slack.profiles import GoneError
from workflows.contracts.rules import People


@dataclass(frozen=True, slots=True)
class Members:
    """Members by the id of their group or channel. One that is gone has none."""

    by_id: Mapping[str, frozenset[str]]
    gone: tuple[str, ...] = ()

    def has(self, who: People, user: str) -> bool:
        """Whether somebody is among these people."""
        crowds = (self.by_id.get(id_, frozenset()) for id_ in (*who.groups, *who.channels))
        return user in who.users or any(user in crowd for crowd in crowds)

    def users(self, who: People) -> tuple[str, ...]:
        """All of them, each once: those that are named first, then the rest in a fixed order."""
        crowds = (self.by_id.get(id_, frozenset()) for id_ in (*who.groups, *who.channels))
        return tuple(dict.fromkeys((*who.users, *sorted(frozenset().union(*crowds)))))


async def members(directory: Directory, *people: People) -> Members:
    """Look all of them up at the same time.

    Raises:
        DirectoryError: one of them could not be looked up.
    """
    groups = dict.fromkeys(group for who in people for group in who.groups)
    channels = dict.fromkeys(channel for who in people for channel in who.channels)
    answers = await asyncio.gather(
        *(directory.members_of_group(group) for group in groups),
        *(directory.members(channel) for channel in channels),
        return_exceptions=True,
    )
    by_id: dict[str, frozenset[str]] = {}
    gone: list[str] = []
    for id_, answer in zip((*groups, *channels), answers, strict=True):
        if isinstance(answer, GoneError):
            gone.append(id_)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            by_id[id_] = answer
    return Members(by_id, tuple(gone))
