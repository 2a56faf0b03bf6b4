"""The real Bolt, over Socket Mode, against the sandbox."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import a_modal, actions, an_input, button, section
from tests.unit.sandbox.slack_app import ALICE, APP_TOKEN, BOB, BOT, OPS, a_web_client


def a_bot(slack: AsyncWebClient) -> AsyncApp:
    """An app with one listener of each kind."""
    app = AsyncApp(client=slack, process_before_response=True, signing_secret="shhh")

    async def mentioned(event: Json, client: AsyncWebClient) -> None:
        await client.chat_postMessage(
            channel=event["channel"],
            thread_ts=event["ts"],
            text="Approve?",
            blocks=[section("Approve?"), actions(button("Reject…", "reject"))],
        )

    async def rejecting(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(
            trigger_id=body["trigger_id"],
            view=a_modal(an_input(), private_metadata=body["container"]["message_ts"]),
        )
        await ack()

    async def rejected(ack: AsyncAck, view: Json, client: AsyncWebClient) -> None:
        reason = view["state"]["values"]["reason"]["text"]["value"]
        if len(reason) < 5:
            await ack(response_action="errors", errors={"reason": "Say more."})
            return
        ts = view["private_metadata"]
        await client.chat_update(channel=OPS, ts=ts, text=f"Rejected: {reason}")
        await ack(response_action="clear")

    async def listed(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack("Looking…")
        await respond("Nothing waits.")

    async def nothing(ack: AsyncAck) -> None:
        await ack()

    app.event("app_mention")(mentioned)
    app.event("message")(nothing)
    app.action("reject")(rejecting)
    app.view("reject")(rejected)
    app.command("/approvals")(listed)
    return app


@pytest.fixture
async def bolt(sandbox: Sandbox) -> AsyncGenerator[AsyncApp]:
    slack = a_web_client(sandbox)
    app = a_bot(slack)
    handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=slack)
    handler.client.proxy = None
    await handler.connect_async()
    yield app
    await handler.close_async()
    await asyncio.gather(handler.client.message_processor, return_exceptions=True)


@pytest.mark.usefixtures("bolt")
async def test_a_mention_a_rejection_and_its_reason(people: SandboxClient) -> None:
    root = await people.say(ALICE, OPS, f"<@{BOT}> order 100 widgets")
    card = await people.wait_reply(OPS, root)
    await people.click_button(BOB, card, "Reject…")
    view = await people.wait_view(BOB, callback_id="reject")

    refused = await people.submit(BOB, view, {"reason": {"text": {"value": "no"}}})
    assert refused["errors"] == {"reason": "Say more."}
    done = await people.submit(BOB, view, {"reason": {"text": {"value": "too expensive"}}})
    assert done["response_action"] == "clear"
    assert (await people.messages(ALICE, OPS, root))[1]["text"] == "Rejected: too expensive"


@pytest.mark.usefixtures("bolt")
async def test_a_command_answers_at_once_and_later(people: SandboxClient) -> None:
    await people.command(ALICE, OPS, "/approvals")

    said = [message["text"] for message in await people.ephemerals(ALICE, OPS)]
    assert said == ["Nothing waits.", "Looking…"]
