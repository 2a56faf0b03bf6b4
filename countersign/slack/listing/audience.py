"""Who looks at a list, and what is addressed to them: their groups, their channels, everybody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from countersign.slack.directory import Directory, DirectoryError
from countersign.slack.web_client import UNKNOWN
from workflows.contracts.core import Person
from workflows.listing.rows import Viewer

log = structlog.get_logger(__name__)

PATIENCE = 0.8
"""Seconds of the three in which a command has to be acknowledged; the list needs the rest."""
KEEP_SECONDS = 60
"""How long lists take somebody's account, groups and channels for known; votes never do."""
NO_GROUPS = frozenset({"plan_upgrade_required", "paid_teams_only"})
"""A workspace without user groups says so in one of these words."""
NEVER = UNKNOWN | {"missing_scope", "not_allowed_token_type"}
"""A Slack that answers so will say so again: this cannot be known here."""
GROUPS, CHANNELS, MEMBER = "your user groups", "your channels", "whether you are a full member"
UNCHECKED = (
    ":warning: I couldn't check your groups and channels just now, so this list only has what "
    "names you personally. Please try again in a minute."
)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Seen:
    """A viewer, and what Slack did not say about them."""

    viewer: Viewer
    unknowable: tuple[str, ...] = ()
    """What this Slack never says."""
    is_sure: bool = True
    """Whether it said all that it can say."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is to be said above every list of theirs."""
        return () if self.is_sure else (UNCHECKED,)

    @property
    def notes(self) -> Sequence[str]:
        """That, and what is said once to whoever asks for a list."""
        if not self.unknowable:
            return self.warnings
        what = " or ".join(self.unknowable)
        never = (
            f":information_source: This Slack can't tell me {what}, so lists may leave out "
            "requests that are meant for you. Everything that names you is here."
        )
        return (never, *self.warnings)


class Audience:
    """Looks viewers up. What Slack does not say in time is taken for nothing: lists show less."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._logged: set[str] = set()

    async def see(self, person: Person) -> Seen:
        """Who somebody is."""
        user = person.user
        missing: dict[str, str] = {}
        groups, channels, is_member = await asyncio.gather(
            self._ask(GROUPS, lambda: self._groups_of(user), missing),
            self._ask(CHANNELS, lambda: self._directory.channels_of(user), missing),
            self._ask(MEMBER, lambda: self._is_member(person), missing),
        )
        never = tuple(what for what, code in missing.items() if code in NEVER)
        viewer = Viewer(user, groups or (), channels or (), is_member=bool(is_member))
        return Seen(viewer, never, is_sure=len(never) == len(missing))

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

    async def _ask(
        self, what: str, question: Callable[[], Awaitable[Answer]], missing: dict[str, str]
    ) -> Answer | None:
        """None if Slack does not say; why not is put among what is missing."""
        try:
            return await asyncio.wait_for(question(), PATIENCE)
        except (DirectoryError, TimeoutError) as error:
            missing[what] = code = error.code if isinstance(error, DirectoryError) else "timeout"
        if code not in NEVER:
            log.warning("not everything about a viewer could be looked up", what=what, code=code)
        elif what not in self._logged:
            self._logged.add(what)
            log.warning("this Slack cannot be asked about viewers of lists", what=what, code=code)
        return None
