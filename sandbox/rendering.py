"""Slack's objects for people, conversations, bots and messages, as apps and pages read them."""

from sandbox.core import Core
from sandbox.json_types import Json
from sandbox.state import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    Channel,
    Group,
    Message,
    Person,
)


def user_object(core: Core, person: Person) -> Json:
    """Return what `users.info` calls a user; addresses have a scope of their own."""
    profile: Json = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.real_name,
        "display_name_normalized": person.real_name,
        "team": person.team,
    }
    if "users:read.email" in core.manifest.scopes or not core.strict:
        profile["email"] = email(person)
    if person.is_bot:
        profile |= {"api_app_id": APP_ID, "bot_id": BOT_ID}
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "color": person.color,
        "tz": person.tz,
        "tz_label": person.tz_label,
        "tz_offset": person.tz_offset,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest or person.is_single_channel_guest,
        "is_ultra_restricted": person.is_single_channel_guest,
        "is_stranger": core.state.is_stranger(person),
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }


def email(person: Person) -> str:
    """Return a person's address."""
    domain = "other" if person.is_external else TEAM_DOMAIN
    return f"{person.name}@{domain}.example"


def channel_object(channel: Channel, *, for_user: str = BOT_USER) -> Json:
    """Return what `conversations.info` calls a channel."""
    common: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_group": channel.kind == "mpim",
        "is_org_shared": False,
        "context_team_id": TEAM_ID,
    }
    if channel.kind == "im":
        return {**common, "user": other_party(channel, for_user), "is_open": True, "priority": 0}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind != "mpim",
        "is_private": channel.kind != "channel",
        "is_general": channel.id == "C0GENERAL",
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "is_pending_ext_shared": False,
        "is_member": for_user in channel.members,
        "creator": channel.members[0] if channel.members else "",
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
        "shared_team_ids": [TEAM_ID, *channel.shared_with],
        "connected_team_ids": list(channel.shared_with),
    }


def other_party(channel: Channel, user: str) -> str:
    """Whom `user` talks to in a direct message."""
    return next((member for member in channel.members if member != user), user)


def group_object(group: Group) -> Json:
    """Return what `usergroups.list` calls a user group."""
    return {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_delete": 0,
        "user_count": len(group.users),
        "users": list(group.users),
    }


def bot_profile(core: Core) -> Json:
    """Return the profile that rides on every message of the bot."""
    return {
        "id": BOT_ID,
        "app_id": APP_ID,
        "user_id": BOT_USER,
        "name": core.manifest.bot_name,
        "icons": {},
        "deleted": False,
        "updated": 1_700_000_000,
        "team_id": TEAM_ID,
    }


def team_object(core: Core) -> Json:
    """Return the workspace."""
    return {
        "id": TEAM_ID,
        "name": TEAM_NAME,
        "domain": TEAM_DOMAIN,
        "url": f"{core.base_url}/",
    }


def page_message(message: Message) -> Json:
    """Return a message as the page reads it: Slack's object and the sandbox's own facts."""
    return {
        **message.body,
        "channel": message.channel,
        "ephemeral": message.ephemeral_to is not None,
        "deleted": message.deleted,
        "streaming": message.streaming,
        "client_n": message.n,
    }


def permalink(core: Core, message: Message) -> str:
    """Return the address that opens a message."""
    link = f"{core.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread is None:
        return link
    return f"{link}?thread_ts={message.thread}&cid={message.channel}"
