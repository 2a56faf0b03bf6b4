"""Control requests that change who is who: what an administrator of the workspace does."""

import re

from sandbox import messages
from sandbox.control.body import Ask
from sandbox.control.failing import show_everything
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.rendering import channel_object, group_object, user_object
from sandbox.seed import direct_channel
from sandbox.state import BOT_USER, OTHER_TEAM_ID, TEAM_ID, Channel, Group, Person

USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
GROUP_ID = re.compile(r"S[A-Z0-9]{2,20}")


async def person(ask: Ask) -> Json:
    """Deactivate somebody, make them a guest or external, or add somebody new.

    Raises:
        ControlError: the id is none that Slack would give.
    """
    found = ask.core.state.people.get(ask.text("user")) or _newcomer(ask)
    for name, field in (
        ("deleted", "deleted"),
        ("guest", "is_guest"),
        ("single_channel_guest", "is_single_channel_guest"),
    ):
        if (value := ask.flag(name)) is not None:
            setattr(found, field, value)
    if (external := ask.flag("external")) is not None:
        found.team = OTHER_TEAM_ID if external else TEAM_ID
    for name in ("real_name", "title", "tz"):
        if value := ask.text(name):
            setattr(found, name, value)
    show_everything(ask.core)
    return {"user": user_object(ask.core, found)}


async def group(ask: Ask) -> Json:
    """Set who is in a user group, make a new one, or take it away with `gone`."""
    groups, id_ = ask.core.state.groups, ask.text("group")
    if ask.flag("gone"):
        groups.pop(id_, None)
        show_everything(ask.core)
        return {"group": None}
    if not GROUP_ID.fullmatch(id_):
        raise ControlError("invalid_request", "A group's id is an S and capitals or digits.")
    users = [_known(ask, user) for user in ask.names("users")]
    known = groups.get(id_)
    handle = ask.text("handle") or (known.handle if known else id_[1:].strip("0").lower())
    name = ask.text("name") or (known.name if known else handle.title())
    groups[id_] = Group(id_, handle, name, users)
    show_everything(ask.core)
    return {"group": group_object(groups[id_])}


async def member(ask: Ask) -> Json:
    """Bring somebody, or the bot, into a channel or take them out."""
    place, user = _channel(ask), _known(ask, ask.text("user"))
    change = messages.leave if ask.flag("present") is False else messages.join
    changed = change(ask.core, place, user)
    show_everything(ask.core)
    return {"changed": changed, "members": place.members}


async def channel(ask: Ask) -> Json:
    """Archive a channel or open it again, or share it with the other company."""
    place = _channel(ask)
    if (archived := ask.flag("archived")) is not None:
        place.archived = archived
    if (shared := ask.flag("shared")) is not None:
        place.shared_with = [OTHER_TEAM_ID] if shared else []
    show_everything(ask.core)
    return {"channel": channel_object(place)}


def _newcomer(ask: Ask) -> Person:
    id_ = ask.text("user")
    if not USER_ID.fullmatch(id_):
        raise ControlError("invalid_request", "A user's id is a U and capitals or digits.")
    name = ask.text("name") or id_[1:].strip("0").lower()
    person = Person(id_, name, name.title())
    ask.core.state.people[id_] = person
    direct = direct_channel(id_)
    ask.core.state.channels[direct.id] = direct
    ask.core.state.messages[direct.id] = {}
    return person


def _known(ask: Ask, user: str) -> str:
    if user != BOT_USER and user not in ask.core.state.people:
        raise ControlError("unknown_person", f"There is nobody with the id {user!r}.")
    return user


def _channel(ask: Ask) -> Channel:
    place = ask.core.state.channels.get(ask.text("channel"))
    if place is None or place.kind == "im":
        raise ControlError("channel_not_found", "There is no such channel.")
    return place
