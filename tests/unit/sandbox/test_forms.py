"""Menus, forms and private cards, filled in by the words that people see."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import a_field, a_home, a_modal, actions, button, options, plain
from tests.unit.sandbox.slack_app import ALICE, BOB, BOT, OPS, App, not_allowed, said

MORE: Json = {
    "type": "overflow",
    "action_id": "more",
    "options": options(details="Details", hand_over="Hand over…"),
    "confirm": {
        "title": plain("Sure?"),
        "text": plain("Really."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    },
}
FORM = (
    a_field("Why", type="radio_buttons", options=options(price="Too expensive", other="Other")),
    a_field("Reason", type="plain_text_input", multiline=True, min_length=3, max_length=40),
    a_field("Hand over to", type="users_select"),
    a_field(
        "Quantity", type="number_input", is_decimal_allowed=False, min_value="1", max_value="99"
    ),
    a_field("First batch", type="checkboxes", options=options(a="Desk", b="Chair", c="Lamp")),
    a_field("Second batch", type="checkboxes", options=options(d="Cable")),
    a_field("Item", type="static_select", options=options(widget="Widget", gadget="Gadget")),
    a_field("Day", type="datepicker"),
)
FILLED = {
    "Why": "Too expensive",
    "Reason": "half will do",
    "Hand over to": ALICE,
    "Quantity": 50,
    "First batch": ["Desk", "c"],
    "Second batch": True,
    "Item": "gadget",
    "Day": "2026-12-01",
}


async def an_open(sandbox: Sandbox, slack: AsyncWebClient, *blocks: Json) -> Json:
    trigger = sandbox.core.triggers.issue(BOB)
    return (await said(slack.views_open(trigger_id=trigger, view=a_modal(*blocks))))["view"]


def interactive(app: App) -> Json:
    return next(one.payload for one in reversed(app.heard) if one.type == "interactive")


async def test_an_overflow_option_is_chosen_by_its_text(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=OPS, text="?", blocks=[actions(button(), MORE)])
    card = await people.wait_message(OPS, from_=BOT)
    await people.choose(BOB, card, "Hand over…")

    (action,) = interactive(app)["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "overflow",
        "action_id": "more",
        "block_id": "decision",
        "selected_option": MORE["options"][1],
    }
    assert interactive(app)["state"] == {"values": {}}
    async with not_allowed("option_not_found"):
        await people.choose(BOB, card, "Explode")


async def test_a_menu_of_a_message_keeps_its_state(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    menu = {"type": "static_select", "action_id": "tool", "options": options(a="All", p="Orders")}
    await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="?", blocks=[actions(menu)])
    await people.choose(ALICE, await people.wait_ephemeral(ALICE), "Orders")

    payload = interactive(app)
    chosen = payload["actions"][0]["selected_option"]
    assert chosen == {"text": plain("Orders"), "value": "p"}
    assert payload["state"]["values"]["decision"]["tool"]["selected_option"] == chosen


async def test_several_boxes_and_a_person_are_chosen_in_a_message(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    boxes = {"type": "checkboxes", "action_id": "which", "options": options(a="One", b="Two")}
    who = {"type": "users_select", "action_id": "who"}
    await slack.chat_postMessage(channel=OPS, text="?", blocks=[actions(boxes, who)])
    card = await people.wait_message(OPS, from_=BOT)
    container = {"type": "message", "channel": OPS, "ts": card["ts"]}
    for name, value in (("which", ["a", "Two"]), ("who", ALICE)):
        address = {"block_id": "decision", "action_id": name}
        await people.click(BOB, container, address, value=value)

    which, who_ = [one.payload["actions"][0] for one in app.heard if one.type == "interactive"]
    assert which["selected_options"] == options(a="One", b="Two")
    assert who_["selected_user"] == ALICE


async def test_a_form_is_filled_in_by_its_labels(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    await an_open(sandbox, app.web, *FORM)
    await people.submit(BOB, await people.view_for(BOB), FILLED)

    values = (await app.first())["view"]["state"]["values"]
    entered = {block: state["value"] for block, state in values.items()}
    assert entered == {
        "why": {"type": "radio_buttons", "selected_option": options(price="Too expensive")[0]},
        "reason": {"type": "plain_text_input", "value": "half will do"},
        "hand_over_to": {"type": "users_select", "selected_user": ALICE},
        "quantity": {"type": "number_input", "value": "50"},
        "first_batch": {"type": "checkboxes", "selected_options": options(a="Desk", c="Lamp")},
        "second_batch": {"type": "checkboxes", "selected_options": options(d="Cable")},
        "item": {"type": "static_select", "selected_option": options(gadget="Gadget")[0]},
        "day": {"type": "datepicker", "selected_date": "2026-12-01"},
    }


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({"Quantity": "many"}, {"quantity": "Please enter a number."}),
        ({"Quantity": "1.5"}, {"quantity": "Please enter a whole number."}),
        ({"Quantity": 0}, {"quantity": "Please enter 1 or more."}),
        ({"Quantity": 100}, {"quantity": "Please enter 99 or less."}),
        ({"Reason": "no"}, {"reason": "Please enter at least 3 characters."}),
        ({"Reason": "x" * 41}, {"reason": "Please enter at most 40 characters."}),
        (
            {"Why": None, "First batch": []},
            {
                "why": "Please complete this required field.",
                "first_batch": "Please complete this required field.",
            },
        ),
    ],
)
async def test_what_slacks_client_refuses_never_reaches_the_app(
    sandbox: Sandbox, app: App, people: SandboxClient, answers: Json, errors: Json
) -> None:
    view = await an_open(sandbox, app.web, *FORM)
    report = await people.submit(BOB, view, {**FILLED, **answers})

    assert report["errors"] == errors
    assert app.heard == []
    assert (await people.view_for(BOB))["errors"] == errors


async def test_wrong_labels_and_options_are_told_with_those_that_are(
    sandbox: Sandbox, slack: AsyncWebClient, people: SandboxClient
) -> None:
    view = await an_open(sandbox, slack, *FORM)
    async with not_allowed("element_not_found"):
        await people.submit(BOB, view, {"Cause": "x"})
    async with not_allowed("option_not_found"):
        await people.submit(BOB, view, {"Why": "Too cheap"})
    async with not_allowed("view_not_found"):
        await people.view_for(ALICE)


async def test_a_button_in_the_open_modal_carries_what_was_filled_in(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    await an_open(sandbox, app.web, *FORM, actions(button("Check"), MORE))
    await people.press_in_view(BOB, "Check", {"Quantity": 7})

    payload = interactive(app)
    assert payload["view"]["state"]["values"]["quantity"]["value"]["value"] == "7"
    assert payload["actions"][0]["value"] == "1"
    await people.choose(BOB, await people.view_for(BOB), "Details")
    assert interactive(app)["actions"][0]["selected_option"]["value"] == "details"


async def test_a_menu_of_the_home_can_be_chosen_from(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.views_publish(user_id=BOB, view=a_home(actions(MORE)))
    await people.choose(BOB, await people.wait_home(BOB), "Details")

    assert interactive(app)["container"]["type"] == "view"


async def test_the_app_may_open_replace_and_push_modals(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=OPS, text="?", blocks=[actions(button())])
    await people.click_button(BOB, await people.wait_message(OPS, from_=BOT), "Approve")
    opened = await said(
        slack.views_open(trigger_id=interactive(app)["trigger_id"], view=a_modal(actions(button())))
    )
    await people.press_in_view(BOB, "Approve")
    trigger = interactive(app)["trigger_id"]
    await slack.views_push(trigger_id=trigger, view=a_modal(*FORM, callback_id="second"))
    assert (await people.view_for(BOB))["callback_id"] == "second"
    await slack.views_update(view_id=opened["view"]["id"], view=a_modal(callback_id="first again"))

    seen = [view["callback_id"] for view in (await people.state(BOB))["views"]]
    assert seen == ["first again", "second"]


async def test_a_private_card_in_a_thread_is_pressed_replaced_and_taken_away(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, OPS, "order 100 widgets")
    blocks = [actions(button("Ask them"))]
    await slack.chat_postEphemeral(
        channel=OPS, user=ALICE, thread_ts=root, text="You can't decide this.", blocks=blocks
    )
    card = await people.wait_ephemeral(ALICE, thread_ts=root)
    await people.click_button(ALICE, card, "Ask them")
    payload = interactive(app)

    assert payload["container"] == {
        "type": "message",
        "message_ts": card["ts"],
        "channel_id": OPS,
        "is_ephemeral": True,
        "thread_ts": root,
    }
    await _answer(payload["response_url"], {"replace_original": True, "text": "Asked."})
    (shown,) = await people.ephemerals(ALICE, OPS)
    assert (shown["text"], shown["ts"], shown["thread_ts"]) == ("Asked.", card["ts"], root)
    await _answer(payload["response_url"], {"delete_original": True})
    assert await people.ephemerals(ALICE, OPS) == []


async def _answer(url: str, body: Json) -> None:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        assert response.status == 200


async def test_the_control_api_reaches_the_same_by_http(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    view = await an_open(sandbox, app.web, *FORM)
    body: Any = {"as": BOB, "view_id": view["id"], "answers": FILLED}
    report = await people.send("submit", **body)

    assert report["delivered"]
