"""`views.*`: modals and Homes."""

from typing import Any

from sandbox import views
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.web_api.call import Call, Method, Methods, invalid


def open_(call: Call) -> Json:
    """Open a modal for whoever caused the trigger."""
    view = _view(call)
    trigger = call.core.triggers.redeem(call.need("trigger_id"))
    return {"view": views.open_view(call.core, trigger.user, view)}


def push(call: Call) -> Json:
    """Open a modal on top of the one in which the trigger was caused."""
    view = _view(call)
    trigger = call.core.triggers.redeem(call.need("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("not_found")
    return {"view": views.push_view(call.core, trigger.user, view)}


def update(call: Call) -> Json:
    """Replace a modal, found by its id or by the app's own name for it."""
    view_id = call.text("view_id") or call.text("external_id")
    if not view_id:
        raise invalid("missing required field: view_id")
    return {"view": views.update_view(call.core, view_id, _view(call), call.text("hash") or None)}


def publish(call: Call) -> Json:
    """Replace a person's Home."""
    user = call.need("user_id")
    if user not in call.core.state.people:
        raise SlackError("user_not_found")
    view = {**_view(call), "type": "home"}
    return {"view": views.publish_home(call.core, user, view, call.text("hash") or None)}


def _view(call: Call) -> Json:
    view: Any = call.json("view")
    if not isinstance(view, dict):
        raise invalid("missing required field: view")
    return view


METHODS: Methods = {
    "views.open": Method(open_),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
