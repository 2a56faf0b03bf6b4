"""Pressing a button or choosing from a menu: `block_actions`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox import views
from sandbox.block_kit.inputs import find_element, state_values
from sandbox.core import Core
from sandbox.delivery import Answer
from sandbox.errors import ControlError
from sandbox.interactions import channel_name, payload_base, response_url
from sandbox.json_types import Json
from sandbox.snapshot import sees
from sandbox.state import Message

OPTION_KEYS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "plain_text_input": "value",
    "feedback_buttons": "value",
}
COPIED = ("text", "value", "style", "placeholder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """Who pressed what, where; `value` names an option, `selected` is the whole choice."""

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
    key = OPTION_KEYS.get(str(element.get("type")))
    if key is None or click.value is None:
        return {}
    return {key: _option(element, click.value) if key == "selected_option" else click.value}


def _option(element: Json, value: Any) -> Json:
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or []), *(o for group in groups for o in group["options"])]
    for option in options:
        if option["value"] == value:
            return option
    raise ControlError("option_not_found", f"There is no option {value!r} here.")
