"""What Slack delivers to the bot, each as it would for a card in #ops; `changes` replace parts."""

from collections.abc import Mapping
from typing import Any

from countersign.slack.actions import MORE, BlockId
from tests.support.builders import BOB
from tests.support.fake_clients import APPROVAL, BOT, CARD, TEAM
from workflows.contracts.core import Person


def an_event(**changes: Any) -> dict[str, Any]:
    """Slack's delivery of a direct message to the bot."""
    event = {
        "type": "message",
        "channel": "D0ALICE",
        "channel_type": "im",
        "user": "U0ALICE",
        "text": "order 3 desks",
        "ts": "1.0",
        "team": TEAM,
    }
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0SIGN",
        "event_id": "Ev1",
        "event_time": 1,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        "event": {**event, **changes},
    }


def a_press(
    action: str, value: str = APPROVAL, by: Person = BOB, place: BlockId = CARD, **changes: Any
) -> dict[str, Any]:
    """Slack's delivery of a press of a button, as Bob makes it on a card in a channel."""
    body = {
        "type": "block_actions",
        "user": {"id": by.user, "username": by.name, "name": by.name, "team_id": by.team},
        "api_app_id": "A0SIGN",
        "token": "legacy",
        "container": {
            "type": "message",
            "message_ts": "2.0",
            "channel_id": "C0OPS",
            "is_ephemeral": False,
            "thread_ts": "1.0",
        },
        "trigger_id": "1.2.abc",
        "team": {"id": TEAM, "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0OPS", "name": "ops"},
        "message": {"type": "message", "user": BOT, "ts": "2.0", "thread_ts": "1.0"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME/1/x",
        "actions": [
            {
                "action_id": action,
                "block_id": place.block_id,
                "text": {"type": "plain_text", "text": "Approve", "emoji": True},
                "value": value,
                "style": "primary",
                "type": "button",
                "action_ts": "3.000100",
            }
        ],
    }
    return {**body, **changes}


def a_choice(option: str, by: Person = BOB, place: BlockId = CARD) -> dict[str, Any]:
    """Slack's delivery of a choice from the menu of a card."""
    body = a_press(MORE, by=by, place=place)
    (action,) = body["actions"]
    del action["value"], action["style"]
    chosen = {"text": {"type": "plain_text", "text": "Details"}, "value": option}
    body["actions"] = [{**action, "type": "overflow", "selected_option": chosen}]
    return body


def a_submission(
    view: Mapping[str, Any], values: Mapping[str, Any] | None = None, by: Person = BOB
) -> dict[str, Any]:
    """Slack's delivery of a modal that was opened, with what was entered in each block."""
    entered = {block: {"value": entry} for block, entry in (values or {}).items()}
    shown = {**view, "id": "V0MODAL", "hash": "17.abc", "state": {"values": entered}}
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": by.user, "username": by.name, "name": by.name, "team_id": by.team},
        "api_app_id": "A0SIGN",
        "token": "legacy",
        "trigger_id": "4.5.def",
        "view": shown,
        "response_urls": [],
    }


def a_command(text: str = "") -> dict[str, str]:
    """Slack's delivery of `/approvals`."""
    return {
        "command": "/approvals",
        "text": text,
        "team_id": TEAM,
        "user_id": "U0BOB",
        "channel_id": "C0OPS",
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/commands/T0ACME/1/x",
        "api_app_id": "A0SIGN",
    }
