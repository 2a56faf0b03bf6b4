"""Reads parts of Slack's JSON: those that may be missing, and those that may not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workflows.contracts.core import Person

NAME_LIMIT = 100
_ID = re.compile(r"[A-Z0-9]{1,40}")
_TEAM = re.compile(r"[TE][A-Z0-9]{1,40}")


class PayloadError(Exception):
    """Slack, or somebody in its place, sent something that cannot be read."""


def part(value: Any) -> Mapping[str, Any]:
    """A part that may be missing."""
    return value if isinstance(value, Mapping) else {}


def each(value: Any) -> Sequence[Mapping[str, Any]]:
    """A list of parts that may be missing."""
    return [part(item) for item in value] if isinstance(value, list) else []


def mapping(value: Any, name: str) -> Mapping[str, Any]:
    """A part that has to be there.

    Raises:
        PayloadError: it is not.
    """
    if not isinstance(value, Mapping):
        raise PayloadError(f"no {name}")
    return value


def text(of: Mapping[str, Any], key: str) -> str:
    """A text that has to be there.

    Raises:
        PayloadError: it is not, or it is empty.
    """
    value = of.get(key)
    if not isinstance(value, str) or not value:
        raise PayloadError(f"no {key}")
    return value


def whole(value: Any) -> str:
    """A text that may be missing; anything else counts as missing."""
    return value if isinstance(value, str) else ""


def person(body: Mapping[str, Any]) -> Person:
    """Who did something interactive.

    In Slack Connect channels `team` is the workspace that installed us, so the person's own
    workspace comes from the user where Slack sends it.

    Raises:
        PayloadError: there is nobody.
    """
    user = mapping(body.get("user"), "user")
    return Person(
        team=whole(user.get("team_id")) or home(body),
        user=identity(text(user, "id"), "user"),
        name=(whole(user.get("username")) or whole(user.get("name")))[:NAME_LIMIT],
    )


def identity(value: str, name: str) -> str:
    """An id as Slack gives them.

    Raises:
        PayloadError: it is none.
    """
    if not _ID.fullmatch(value):
        raise PayloadError(f"{name} is no id")
    return value


def home(body: Mapping[str, Any]) -> str:
    """The workspace that installed us, as far as an interaction names it.

    In a dialog the workspace of who has it open may be another one; where an organisation
    installed us there is no `team`, but the person's own.
    """
    view = part(body.get("view"))
    user = part(body.get("user"))
    named = (view.get("app_installed_team_id"), part(body.get("team")).get("id"))
    return next((it for it in (*map(whole, named), whole(user.get("team_id"))) if it), "")


def installation(body: Mapping[str, Any]) -> str:
    """The workspace that installed us, as far as an event names it.

    In a channel that several workspaces share, `team_id` of an event may be the other one, and
    two workspaces may use the same ids. docs.slack.dev/apis/events-api#authorizations
    """
    first = next(iter(each(body.get("authorizations"))), {})
    named = (first.get("team_id"), body.get("context_team_id"), body.get("team_id"))
    return next((it for it in map(whole, named) if _TEAM.fullmatch(it)), "")
