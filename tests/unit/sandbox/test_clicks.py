"""Clicks: the payload, who can click what, and what happens when the app does not answer."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import a_home, a_modal, actions, an_input, button
from tests.unit.sandbox.slack_app import ALICE, BOB, DAVE, OPS, App, not_allowed

CHOICES = [
    {"text": {"type": "plain_text", "text": "This thread"}, "value": "thread"},
    {"text": {"type": "plain_text", "text": "Always"}, "value": "always"},
]
MENU: Json = {"type": "static_select", "action_id": "scope", "options": CHOICES}


async def a_card(people: SandboxClient, slack: AsyncWebClient, *elements: Json) -> Json:
    blocks = [actions(*(elements or (button(style="primary"),)))]
    await slack.chat_postMessage(channel=OPS, text="Approve?", blocks=blocks)
    return await people.wait_message(OPS, from_="U0SIGN")


def interactive(app: App) -> Json:
    return next(request.payload for request in app.heard if request.type == "interactive")


async def test_the_payload_of_a_click_is_slacks(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack)
    await people.click_button(BOB, message, "Approve")

    payload = interactive(app)
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": BOB, "username": "bob", "name": "bob", "team_id": "T0ACME"}
    assert payload["team"] == {"id": "T0ACME", "domain": "acme"}
    assert payload["channel"] == {"id": OPS, "name": "ops"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": OPS,
        "is_ephemeral": False,
    }
    assert payload["message"]["blocks"] == message["blocks"]
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert payload["api_app_id"] == "A0SIGN"
    assert payload["state"] == {"values": {}}
    assert payload["response_url"].startswith("http://127.0.0.1:")
    (action,) = payload["actions"]
    assert action.pop("action_ts") > message["ts"]
    assert action == {
        "type": "button",
        "action_id": "approve",
        "block_id": "decision",
        "text": {"type": "plain_text", "text": "Approve"},
        "value": "1",
        "style": "primary",
    }


async def test_a_click_in_a_direct_message_names_no_channel(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, "D0ALICE", "order")
    await slack.chat_postMessage(
        channel="D0ALICE", thread_ts=root, text="?", blocks=[actions(button())]
    )
    message = await people.wait_reply("D0ALICE", root)
    await people.click_button(ALICE, message, "approve")

    assert interactive(app)["channel"]["name"] == "directmessage"
    assert interactive(app)["container"]["thread_ts"] == root


async def test_a_menu_sends_the_option_and_the_state(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack, MENU, button())
    address = {"block_id": "decision", "action_id": "scope"}
    container = {"type": "message", "channel": OPS, "ts": message["ts"]}
    chosen = {"decision": {"scope": {"selected_option": CHOICES[1]}}}
    await people.click(BOB, container, address, value="always", state=chosen)

    payload = interactive(app)
    assert payload["actions"][0]["selected_option"] == CHOICES[1]
    assert payload["state"]["values"]["decision"]["scope"] == {
        "type": "static_select",
        "selected_option": CHOICES[1],
    }
    async with not_allowed("option_not_found"):
        await people.click(BOB, container, address, value="never")


async def test_ephemeral_buttons_work_for_their_reader_only(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="?", blocks=[actions(button())])
    message = await people.wait_ephemeral(ALICE)
    await people.click_button(ALICE, message, "Approve")

    assert interactive(app)["container"]["is_ephemeral"] is True
    assert "message" not in interactive(app)
    async with not_allowed("message_not_found"):
        await people.click_button(BOB, message, "Approve")


async def test_people_outside_the_channel_cannot_click(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack)
    async with not_allowed("message_not_found"):
        await people.click_button(DAVE, message, "Approve")


async def test_a_button_may_be_for_some_people_only(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack, button(visible_to_user_ids=[BOB]))
    async with not_allowed("element_not_found"):
        await people.click_button(ALICE, message, "Approve")


async def test_a_button_that_is_gone_cannot_be_clicked(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack)
    await slack.chat_update(channel=OPS, ts=message["ts"], text="Decided")
    async with not_allowed("element_not_found"):
        await people.click_button(BOB, message, "Approve")


async def test_a_click_without_an_app_fails_at_once(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack)
    report = await people.click_button(BOB, message, "Approve")

    assert (report["delivered"], report["error"]) == (False, "app_not_connected")


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_a_click_without_ack_times_out_and_is_not_repeated(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    message = await a_card(people, slack)
    await people.wait_quiet()
    app.silent = True
    report = await people.click_button(BOB, message, "Approve")
    await people.wait_quiet()

    assert (report["delivered"], report["error"]) == (False, "operation_timeout")
    assert [request.type for request in app.heard].count("interactive") == 1


async def test_home_buttons_carry_the_view(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.views_publish(user_id=BOB, view=a_home(actions(button())))
    home = await people.wait_home(BOB)
    await people.click_in_view(BOB, home, "Approve")

    payload = interactive(app)
    assert payload["container"] == {"type": "view", "view_id": home["id"]}
    assert payload["view"]["type"] == "home"
    assert "channel" not in payload


async def test_buttons_in_a_modal_carry_what_was_filled_in(
    app: App, people: SandboxClient, slack: AsyncWebClient, sandbox: Sandbox
) -> None:
    trigger = sandbox.core.triggers.issue(BOB)
    await slack.views_open(trigger_id=trigger, view=a_modal(an_input(), actions(button())))
    view = await people.wait_view(BOB)
    container = {"type": "view", "view_id": view["id"]}
    address = {"block_id": "decision", "action_id": "approve"}
    state = {"reason": {"text": {"value": "because"}}}
    await people.click(BOB, container, address, state=state)

    values = interactive(app)["view"]["state"]["values"]
    assert values == {"reason": {"text": {"type": "plain_text_input", "value": "because"}}}


@pytest.mark.parametrize("where", [{}, {"type": "poem"}, {"type": "home"}])
async def test_a_click_needs_a_place(people: SandboxClient, where: Json) -> None:
    code = "view_not_found" if where.get("type") == "home" else "invalid_request"
    async with not_allowed(code):
        await people.click(BOB, where, {"block_id": "a", "action_id": "b"})
