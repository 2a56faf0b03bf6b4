"""Who people are, as Slack says now: accounts, user groups, and who is in which channel."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, ParamSpec, TypeVar

import aiohttp
from async_lru import alru_cache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.profiles import Channel, DirectoryError, GoneError, Installation, Profile
from countersign.slack.web_client import code_of, retry_after

PAGE = 999
"""Most that Slack gives in one page of members or channels. Smaller pages are advised, but a
vote waits for all of them. docs.slack.dev/reference/methods/users.conversations ("limit")"""
MOST_PAGES = 50
"""Where a cursor never ends, something is wrong with Slack and not with the channel."""
GONE = frozenset(
    {
        "channel_not_found",
        "no_such_subteam",
        "subteam_not_found",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
LONGEST_NAME = 80
"""Characters that Slack lets a name have."""
UNREACHABLE = "unreachable"
CHANNELS = "public_channel,private_channel,mpim"
DIRECT_PREFIX = "D"
MOST_REMEMBERED = 2_000
"""Answers of one kind."""
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Directory:
    """Slack's directory. Nothing is remembered, since people leave groups between two votes.

    Only where `keep_seconds` is given are `groups_of` and `channels_of` remembered for so long:
    for lists, which show and do not decide. Slack allows 20 questions a minute about groups, and
    50 about somebody's channels (docs.slack.dev/apis/web-api/rate-limits, tiers 2 and 3).

    Every method raises `DirectoryError`.
    """

    def __init__(self, slack: AsyncWebClient, keep_seconds: float = 0) -> None:
        self._slack = slack
        self._home = alru_cache(maxsize=1)(self._ask_home)
        self._groups = _remembered(self._ask_groups, keep_seconds)
        self._channels = _remembered(self._ask_channels, keep_seconds)

    async def home(self) -> Installation:
        """Which workspace this is. A token never changes its workspace, so it is asked once."""
        return await self._home()

    async def person(self, user: str, team: str = "") -> Profile:
        """One account; `team` is where they come from, as far as the caller knows.

        Fields of docs.slack.dev/reference/objects/user-object. In an Enterprise organisation
        people of sister workspaces are not external.
        """
        home = await self.home()
        reply = await _ask(self._slack.users_info(user=user), user)
        found: dict[str, Any] = reply.get("user") or {}
        theirs = str(found.get("team_id") or team or home.team)
        organisation = str((found.get("enterprise_user") or {}).get("enterprise_id") or "")
        is_ours = theirs == home.team or (home.enterprise in {theirs, organisation} - {""})
        return Profile(
            user=user,
            team=theirs,
            name=_name(found),
            is_guest=_says(found, "is_restricted", "is_ultra_restricted"),
            is_external=not is_ours or _says(found, "is_stranger"),
            is_bot=_says(found, "is_bot", "is_workflow_bot") or user == "USLACKBOT",
            is_deactivated=_says(found, "deleted"),
        )

    async def members_of_group(self, group: str) -> frozenset[str]:
        """Who is in a user group. `docs.slack.dev/reference/methods/usergroups.users.list`."""
        reply = await _ask(self._slack.usergroups_users_list(usergroup=group), group)
        return frozenset(map(str, reply.get("users") or ()))

    async def handles(self) -> Mapping[str, str]:
        """What user groups are called, by their ids."""
        reply = await _ask(self._slack.usergroups_list())
        groups: list[dict[str, Any]] = reply.get("usergroups") or []
        return {
            str(it["id"]): str(it.get("handle") or it.get("name") or "")[:LONGEST_NAME]
            for it in groups
        }

    async def groups_of(self, user: str) -> tuple[str, ...]:
        """The user groups that somebody is in, by one question about all groups."""
        return await self._groups(user)

    async def channel(self, channel: str) -> Channel:
        """One conversation. Direct messages are known by their id, which spares `im:read`.

        Fields of docs.slack.dev/reference/objects/conversation-object.
        """
        if channel.startswith(DIRECT_PREFIX):
            return Channel(id=channel, is_direct=True, is_private=True)
        reply = await _ask(self._slack.conversations_info(channel=channel), channel)
        found: dict[str, Any] = reply.get("channel") or {}
        return Channel(
            id=channel,
            name=str(found.get("name") or "")[:LONGEST_NAME],
            is_direct=_says(found, "is_im"),
            is_private=_says(found, "is_private", "is_im", "is_mpim"),
            is_shared=_says(found, "is_ext_shared", "is_org_shared", "is_pending_ext_shared"),
            is_archived=_says(found, "is_archived"),
        )

    async def members(self, channel: str) -> frozenset[str]:
        """Who is in a channel, apps included."""

        def page(cursor: str | None) -> Awaitable[Any]:
            return self._slack.conversations_members(channel=channel, limit=PAGE, cursor=cursor)

        return frozenset([str(user) async for user in _pages(page, "members", channel)])

    async def channels_of(self, user: str) -> tuple[str, ...]:
        """Channels that somebody is in: public ones, and private ones that we are in too."""
        return await self._channels(user)

    async def _ask_home(self) -> Installation:
        reply = await _ask(self._slack.auth_test())
        return Installation(
            team=str(reply.get("team_id") or ""),
            enterprise=str(reply.get("enterprise_id") or ""),
            bot_user=str(reply.get("user_id") or ""),
        )

    async def _ask_groups(self, user: str) -> tuple[str, ...]:
        reply = await _ask(self._slack.usergroups_list(include_users=True))
        groups: list[dict[str, Any]] = reply.get("usergroups") or []
        return tuple(str(group["id"]) for group in groups if user in (group.get("users") or ()))

    async def _ask_channels(self, user: str) -> tuple[str, ...]:
        def page(cursor: str | None) -> Awaitable[Any]:
            return self._slack.users_conversations(
                user=user, types=CHANNELS, exclude_archived=True, limit=PAGE, cursor=cursor
            )

        return tuple([str(found["id"]) async for found in _pages(page, "channels", user)])


def _remembered(
    ask: Callable[_P, Coroutine[Any, Any, _T]], seconds: float
) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """The same, asking once for all who want to know the same meanwhile; never a failure."""
    return alru_cache(MOST_REMEMBERED, ttl=seconds)(ask) if seconds else ask


async def _ask(call: Awaitable[Any], about: str = "") -> Any:
    try:
        return await call
    except SlackApiError as error:
        code = code_of(error)
        if about and code in GONE:
            raise GoneError(code, about) from error
        raise DirectoryError(code, retry_after(error)) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DirectoryError(UNREACHABLE) from error


async def _pages(
    page: Callable[[str | None], Awaitable[Any]], name: str, about: str
) -> AsyncIterator[Any]:
    cursor = ""
    for _ in range(MOST_PAGES):
        reply = await _ask(page(cursor or None), about)
        for entry in reply.get(name) or ():
            yield entry
        cursor = str((reply.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return
    raise DirectoryError("too_many_pages")


def _says(found: dict[str, Any], *names: str) -> bool:
    return any(bool(found.get(name)) for name in names)


def _name(found: dict[str, Any]) -> str:
    """What people call them, which they choose themselves: the id says who it is."""
    profile: dict[str, Any] = found.get("profile") or {}
    names = (profile.get("display_name"), found.get("real_name"), found.get("name"))
    return next((str(name)[:LONGEST_NAME] for name in names if name), "")
