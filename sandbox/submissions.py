"""Submitting and closing modals: `view_submission`, `view_closed` and the app's answer."""

from collections.abc import Mapping
from typing import Any

from sandbox import views
from sandbox.block_kit.inputs import state_values
from sandbox.block_kit.refusals import input_errors
from sandbox.clicks import delivery_frame
from sandbox.core import Core
from sandbox.delivery import Answer
from sandbox.errors import ControlError, SlackError
from sandbox.interactions import payload_base
from sandbox.json_types import Json


async def submit(core: Core, user: str, view_id: str, given: Mapping[str, Any]) -> Json:
    """Submit a modal and do what the app answers.

    Raises:
        ControlError: the person has no such modal open.
    """
    view = opened(core, user, view_id)
    values = state_values(view["blocks"], given)
    view["state"] = {"values": values}
    if errors := input_errors(view["blocks"], values):
        views.set_errors(core, user, view, errors)
        return {"response_action": "errors", "errors": errors, "delivered": False}
    view.pop("errors", None)
    payload = {
        **payload_base(core, "view_submission", user, view["id"]),
        "view": views.as_sent(view, values),
        "response_urls": [],
    }
    answer = await core.delivery.interact("interactive", payload)
    core.hub.tell(user, delivery_frame("submit", answer))
    if not answer.delivered:
        return answer.report()
    return {**answer.report(), **_obey(core, user, view, answer)}


async def close(core: Core, user: str, view_id: str) -> Json:
    """Close a modal; the app hears of it if it asked to."""
    view = opened(core, user, view_id)
    if view["clear_on_close"]:
        views.clear(core, user)
    else:
        views.close_view(core, user, view)
    if not view["notify_on_close"]:
        return {}
    payload = {
        **payload_base(core, "view_closed", user),
        "view": views.as_sent(view),
        "is_cleared": bool(view["clear_on_close"]),
    }
    del payload["trigger_id"]
    return (await core.delivery.interact("interactive", payload)).report()


def opened(core: Core, user: str, view_id: str) -> Json:
    """Return a modal that a person has open.

    Raises:
        ControlError: they have no such modal open.
    """
    for view in views.stack(core, user):
        if view["id"] == view_id:
            return view
    raise ControlError("view_not_found", "This modal is not open any more.")


def _obey(core: Core, user: str, view: Json, answer: Answer) -> Json:
    body = answer.body or {}
    action = body.get("response_action")
    try:
        _act(core, user, view, body)
    except SlackError as error:
        detail = {"answer": body, "error": error.code, **error.more}
        core.inspector.note("error", "the modal's answer was refused", detail, ok=False)
        return {"error": error.code, "delivered": False}
    if action is None:
        return {}
    errors = {"errors": body.get("errors", {})} if action == "errors" else {}
    return {"response_action": action, **errors}


def _act(core: Core, user: str, view: Json, body: Json) -> None:
    match body.get("response_action"):
        case "errors":
            _check_errors(core, view, body.get("errors"))
            views.set_errors(core, user, view, body["errors"])
        case "update":
            views.update_view(core, view["id"], body.get("view") or {}, None)
        case "push":
            views.push_view(core, user, body.get("view") or {})
        case "clear":
            views.clear(core, user)
        case None:
            views.close_view(core, user, view)
        case _:
            raise SlackError("invalid_response_action")


def _check_errors(core: Core, view: Json, errors: Any) -> None:
    """Slack knows errors of input blocks only; anything else makes the modal fail."""
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_errors")
    if core.strict and not set(errors) <= inputs:
        raise SlackError("invalid_errors", unknown=sorted(set(errors) - inputs))
