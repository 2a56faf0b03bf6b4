"""Who looks at a list, and what is addressed to them: their groups, their channels, everybody."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.directory import Directory, DirectoryError
from workflows.contracts import Person
from workflows.listing import Viewer

log = structlog.get_logger(__name__)

PATIENCE = 0.8
"""Seconds of the three in which a command has to be acknowledged; the list needs the rest."""
Answer = TypeVar("Answer")
NO_GROUPS = frozenset({"plan_upgrade_required", "paid_teams_only"})
"""A workspace without user groups says so in one of these words."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A viewer, and whether everything about them could be looked up."""

    viewer: Viewer
    is_sure: bool


class Viewers:
    """Looks viewers up. What Slack does not say in time is taken for nothing: lists show less."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def see(self, person: Person) -> Seen:
        """Who somebody is."""
        user = person.user
        groups, channels, is_member = await asyncio.gather(
            _ask(self._groups_of(user)),
            _ask(self._directory.channels_of(user)),
            _ask(self._is_member(person)),
        )
        viewer = Viewer(user, groups or (), channels or (), is_member=bool(is_member))
        return Seen(viewer, is_sure=None not in {groups, channels, is_member})

    async def _groups_of(self, user: str) -> tuple[str, ...]:
        try:
            return await self._directory.groups_of(user)
        except DirectoryError as error:
            if error.code in NO_GROUPS:
                return ()
            raise

    async def _is_member(self, person: Person) -> bool:
        profile = await self._directory.person(person.user, person.team)
        strange = profile.is_guest or profile.is_external or profile.is_bot
        return not strange and not profile.is_deactivated


async def _ask(question: Awaitable[Answer]) -> Answer | None:
    """None if Slack does not say."""
    try:
        return await asyncio.wait_for(question, PATIENCE)
    except (DirectoryError, TimeoutError) as error:
        log.warning("not everything about a viewer could be looked up", cause=str(error))
        return None
