"""Pressing a button or choosing from a menu: `block_actions`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox import views
from sandbox.block_kit.answers import entry
from sandbox.block_kit.inputs import STATE_KEYS, find_element, state_values
from sandbox.core import Core
from sandbox.delivery import Answer
from sandbox.errors import ControlError
from sandbox.interactions import channel_name, payload_base, response_url
from sandbox.json_types import Json
from sandbox.snapshot import sees
from sandbox.state import Message

CHOSEN = {*STATE_KEYS, "overflow"}
"""Types of elements whose press says what was chosen or entered."""
COPIED = ("text", "value", "style", "placeholder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """Who pressed what, where; `value` names an option or several, `selected` is all of it."""

    by: str
    where: Literal["message", "view", "home"]
    block_id: str
    action_id: str
    channel: str = ""
    ts: str = ""
    view_id: str = ""
    value: Any = None
    selected: Mapping[str, Any] = field(default_factory=dict[str, Any])
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])


async def press(core: Core, click: Click) -> Answer:
    """Deliver a click to the app and tell the person's pages how that went.

    Raises:
        ControlError: there is nothing like that to click for this person.
    """
    payload = _in_message(core, click) if click.where == "message" else _in_view(core, click)
    answer = await core.delivery.interact("interactive", payload)
    core.hub.tell(click.by, delivery_frame("click", answer))
    return answer


def delivery_frame(what: str, answer: Answer) -> Json:
    """Return what a page is told about the fate of its person's action."""
    ms = None if answer.ack_ms is None else round(answer.ack_ms, 1)
    frame: Json = {"type": "delivery", "what": what, "ok": answer.delivered}
    return {**frame, "ack_ms": ms, "error": answer.error}


def _in_message(core: Core, click: Click) -> Json:
    message = _message(core, click)
    blocks = message.body.get("blocks") or []
    action = _action(core, click, blocks)
    channel = core.state.channels[message.channel]
    whispered = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": whispered,
    }
    if message.body.get("thread_ts"):
        container["thread_ts"] = message.body["thread_ts"]
    payload = {
        **payload_base(core, "block_actions", click.by),
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state_values(blocks, click.state)},
        "response_url": response_url(core, click.by, channel.id, message.ts, message.thread),
        "actions": [action],
    }
    return payload if whispered else {**payload, "message": message.body}


def _in_view(core: Core, click: Click) -> Json:
    view = _view(core, click)
    action = _action(core, click, view["blocks"])
    values = state_values(view["blocks"], click.state)
    if click.where == "view":
        view["state"] = {"values": values}
    modal = view["id"] if click.where == "view" else None
    return {
        **payload_base(core, "block_actions", click.by, modal),
        "container": {"type": "view", "view_id": view["id"]},
        "view": views.as_sent(view, values),
        "actions": [action],
    }


def _message(core: Core, click: Click) -> Message:
    state = core.state
    whispered = state.ephemeral(click.by, click.channel, click.ts)
    message = whispered or state.message(click.channel, click.ts)
    if message is None or not sees(core, click.by, click.channel):
        raise ControlError("message_not_found", "There is no such message for this person.")
    return message


def _view(core: Core, click: Click) -> Json:
    if click.where == "home":
        home = core.state.homes.get(click.by)
        if home is None:
            raise ControlError("view_not_found", "The app has not published a Home yet.")
        return home
    for view in views.stack(core, click.by):
        if view["id"] == click.view_id:
            return view
    raise ControlError("view_not_found", "This modal is not open any more.")


def _action(core: Core, click: Click, blocks: Sequence[Json]) -> Json:
    element = find_element(blocks, click.block_id, click.action_id)
    if element is None:
        raise ControlError("element_not_found", "There is no such button or menu here any more.")
    viewers = element.get("visible_to_user_ids")
    if viewers and click.by not in viewers:
        raise ControlError("element_not_found", "This person does not see that button.")
    action = {key: element[key] for key in COPIED if key in element}
    return {
        "type": element["type"],
        "action_id": click.action_id,
        "block_id": click.block_id,
        **action,
        **_choice(element, click),
        "action_ts": core.next_ts(),
    }


def _choice(element: Json, click: Click) -> Json:
    if click.selected:
        return dict(click.selected)
    if click.value is None:
        return {}
    if element.get("type") == "feedback_buttons":
        return {"value": click.value}
    return entry(element, click.value) if element.get("type") in CHOSEN else {}
