"""A press of a button, or a choice from a menu: who, what, where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.payloads.fields import PayloadError, each, home, mapping, part, person, text
from countersign.slack.actions import CARD, MORE, BlockId
from countersign.slack.text import BLOCK_ID_LIMIT
from workflows.contracts.core import Person

MODAL = "modal"


@dataclass(frozen=True, slots=True)
class Click:
    """One press. An option of the menu `MORE` is read as the button that it stands for."""

    id: str
    """Names the press; a second delivery of it has the same."""
    action: str
    value: str
    by: Person
    channel: str
    message_ts: str
    thread_ts: str
    place: BlockId
    ts: str
    """When it was pressed, as Slack writes times."""
    trigger_id: str
    response_url: str
    is_ephemeral: bool
    view_id: str
    """Where it was pressed, if not in a message."""
    is_in_modal: bool
    state: Mapping[str, Any]
    """What is entered in the message or view meanwhile, by block and action."""
    blocks: Sequence[Mapping[str, Any]] = ()
    """What the message says that was pressed in."""
    team: str = ""
    """The workspace that installed us."""


def read_click(body: Mapping[str, Any]) -> Click:
    """Read a `block_actions` payload with one action.

    Raises:
        PayloadError: it has no action, value or user.
    """
    pressed = next(iter(each(body.get("actions"))), None)
    if pressed is None:
        raise PayloadError("no actions")
    by = person(body)
    action, value = _meant(pressed)
    container, view = part(body.get("container")), part(body.get("view"))
    message = part(body.get("message"))
    ts = str(pressed.get("action_ts") or "")
    trigger_id = str(body.get("trigger_id") or "")
    return Click(
        id=f"{ts or trigger_id}:{by.user}",
        action=action,
        value=value,
        by=by,
        channel=str(part(body.get("channel")).get("id") or container.get("channel_id") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        thread_ts=str(container.get("thread_ts") or message.get("thread_ts") or ""),
        place=_place(pressed),
        ts=ts,
        trigger_id=trigger_id,
        response_url=str(body.get("response_url") or ""),
        is_ephemeral=container.get("is_ephemeral") is True,
        view_id=str(view.get("id") or ""),
        is_in_modal=view.get("type") == MODAL,
        state=part(part(body.get("state") or view.get("state")).get("values")),
        blocks=each(message.get("blocks")),
        team=home(body) or by.team,
    )


def _meant(pressed: Mapping[str, Any]) -> tuple[str, str]:
    """Action and value; a menu has them together in the option that was chosen."""
    action = text(pressed, "action_id")
    if "selected_option" not in pressed:
        return action, text(pressed, "value")
    chosen = text(mapping(pressed["selected_option"], "option"), "value")
    if action != MORE:
        return action, chosen
    meant, _, value = chosen.partition("|")
    if not meant or not value:
        raise PayloadError("an option that names no action or no approval")
    return meant, value


def _place(pressed: Mapping[str, Any]) -> BlockId:
    """Where the button is. A stand-in that names no block only has cards."""
    return BlockId.read(str(pressed.get("block_id") or CARD)[:BLOCK_ID_LIMIT])
