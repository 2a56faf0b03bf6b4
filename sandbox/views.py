"""Modals and Homes: each person has a stack of their own."""

import json
import secrets

from sandbox.block_kit.check import view_problems, with_block_ids
from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.ids import make_id
from sandbox.json_types import Json
from sandbox.state import APP_ID, BOT_ID, TEAM_ID

STACK_LIMIT = 3
SIZE_LIMIT = 250 * 1024
CONTENT = (
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
)


def build_view(core: Core, content: Json, pointer: str = "/view") -> Json:
    """Return a new view from what an app sent.

    Raises:
        SlackError: `invalid_arguments` with Slack's complaints, or `view_too_large`.
    """
    if core.strict and (problems := view_problems(content, pointer)):
        raise SlackError("invalid_arguments", response_metadata={"messages": problems})
    if core.strict and len(json.dumps(content, ensure_ascii=False)) > SIZE_LIMIT:
        raise SlackError("view_too_large")
    view_id = make_id("V", 10)
    view: Json = {
        "id": view_id,
        "team_id": TEAM_ID,
        "type": content.get("type", "modal"),
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "state": {"values": {}},
        "hash": _new_hash(core),
        "title": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        "previous_view_id": None,
        "root_view_id": view_id,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }
    view |= {key: content[key] for key in CONTENT if content.get(key) is not None}
    view["blocks"] = with_block_ids(content.get("blocks", []))
    return view


def stack(core: Core, user: str) -> list[Json]:
    """The open modals of a person, bottom first."""
    return core.state.views.setdefault(user, [])


def find(core: Core, view_id: str) -> tuple[str, Json]:
    """Return whose view it is, and the view.

    Raises:
        SlackError: `not_found`.
    """
    for user, views in core.state.views.items():
        for view in views:
            if view_id and view_id in (view["id"], view["external_id"]):
                return user, view
    for user, home in core.state.homes.items():
        if home["id"] == view_id:
            return user, home
    raise SlackError("not_found")


def open_view(core: Core, user: str, content: Json) -> Json:
    """Show a modal; one that was open is gone."""
    view = build_view(core, content)
    _refuse_known_external_id(core, view)
    core.state.views[user] = [view]
    show(core, user)
    return view


def push_view(core: Core, user: str, content: Json) -> Json:
    """Show a modal on top of the open one.

    Raises:
        SlackError: there are three already.
    """
    views = stack(core, user)
    if len(views) >= STACK_LIMIT:
        raise SlackError("push_limit_reached")
    view = build_view(core, content)
    _refuse_known_external_id(core, view)
    if views:
        view["root_view_id"] = views[0]["id"]
        view["previous_view_id"] = views[-1]["id"]
    views.append(view)
    show(core, user)
    return view


def update_view(core: Core, view_id: str, content: Json, expected_hash: str | None) -> Json:
    """Replace what a modal shows, unless it changed since `expected_hash`.

    Raises:
        SlackError: `not_found` or `hash_conflict`.
    """
    user, old = find(core, view_id)
    if core.strict and expected_hash and expected_hash != old["hash"]:
        raise SlackError("hash_conflict")
    view = build_view(core, content)
    for key in ("id", "root_view_id", "previous_view_id"):
        view[key] = old[key]
    if old["type"] == "home":
        return _keep_home(core, user, view)
    views = stack(core, user)
    views[views.index(old)] = view
    show(core, user)
    return view


def publish_home(core: Core, user: str, content: Json, expected_hash: str | None) -> Json:
    """Replace a person's Home.

    Raises:
        SlackError: `hash_conflict`, or the manifest has no Home.
    """
    if core.strict and not core.manifest.home_tab:
        raise SlackError("not_enabled")
    old = core.state.homes.get(user)
    if core.strict and expected_hash and (old is None or expected_hash != old["hash"]):
        raise SlackError("hash_conflict")
    view = build_view(core, content)
    if old is not None:
        view["id"] = view["root_view_id"] = old["id"]
    return _keep_home(core, user, view)


def close_view(core: Core, user: str, view: Json) -> None:
    """Take a modal off the stack, with everything above it."""
    views = stack(core, user)
    if view in views:
        del views[views.index(view) :]
    show(core, user)


def clear(core: Core, user: str) -> None:
    """Close all modals of a person."""
    core.state.views[user] = []
    show(core, user)


def set_errors(core: Core, user: str, view: Json, errors: Json) -> None:
    """Show a message at fields of a modal."""
    view["errors"] = errors
    show(core, user)


def show(core: Core, user: str) -> None:
    """Tell a person's pages which modals are open."""
    core.hub.tell(user, {"type": "views", "views": list(stack(core, user))})
    core.hub.changes.tell(("view", user))


def as_sent(view: Json, values: Json | None = None) -> Json:
    """Return a view as apps get it: with its state, without our own notes."""
    sent = {key: value for key, value in view.items() if key != "errors"}
    if values is not None:
        sent["state"] = {"values": values}
    return sent


def _keep_home(core: Core, user: str, view: Json) -> Json:
    core.state.homes[user] = view
    core.changed()
    core.hub.tell(user, {"type": "home", "home": view})
    core.hub.changes.tell(("home", user))
    return view


def _new_hash(core: Core) -> str:
    return f"{int(core.now())}.{secrets.token_urlsafe(6)}"


def _refuse_known_external_id(core: Core, view: Json) -> None:
    external = view["external_id"]
    taken = {other["external_id"] for views in core.state.views.values() for other in views}
    if external and external in taken:
        raise SlackError("duplicate_external_id")
