"""Socket Mode as slack_sdk and a plain websocket meet it."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import WSMsgType
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.server import Sandbox
from tests.unit.sandbox.slack_app import (
    ALICE,
    APP_TOKEN,
    OPS,
    App,
    a_connected_app,
    a_plain_socket,
    said,
)


async def test_hello_counts_connections(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    async with a_plain_socket(sandbox), aiohttp.ClientSession() as session:
        opened = await said(slack.apps_connections_open(app_token=APP_TOKEN))
        async with session.ws_connect(str(opened["url"])) as second:
            hello = await second.receive_json()

    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"] == {"app_id": "A0SIGN"}


async def test_a_ticket_opens_one_connection(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    url = str((await said(slack.apps_connections_open(app_token=APP_TOKEN)))["url"])
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url)

    assert caught.value.status == 403


async def test_an_envelope_goes_to_one_connection_only(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    async with a_connected_app(sandbox) as one, a_connected_app(sandbox) as two:
        for number in range(6):
            await people.say(ALICE, OPS, str(number))
        await people.wait_quiet()

    heard = [event["text"] for event in [*one.events(), *two.events()]]
    assert sorted(heard) == ["0", "1", "2", "3", "4", "5"]
    assert one.heard
    assert two.heard


async def test_pings_are_answered_with_the_same_bytes(sandbox: Sandbox) -> None:
    async with a_plain_socket(sandbox) as socket:
        await socket.ping(b"sdk-ping-pong:1.5")
        pong = await socket.receive()

    assert (pong.type, pong.data) == (WSMsgType.PONG, b"sdk-ping-pong:1.5")


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_an_event_without_ack_comes_again_with_the_same_id(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    async with a_plain_socket(sandbox) as socket:
        await people.say(ALICE, OPS, "hear me")
        envelopes = [await socket.receive_json() for _ in range(4)]
        await people.wait_quiet()

    assert [envelope["retry_attempt"] for envelope in envelopes] == [0, 1, 2, 3]
    assert [envelope["retry_reason"] for envelope in envelopes] == ["", *["timeout"] * 3]
    assert len({envelope["payload"]["event_id"] for envelope in envelopes}) == 1
    assert len({envelope["envelope_id"] for envelope in envelopes}) == 4
    assert not envelopes[0]["accepts_response_payload"]


async def test_nonsense_from_the_app_is_noted_and_ignored(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    async with a_plain_socket(sandbox) as socket:
        await socket.send_str("what?")
        await people.say(ALICE, OPS, "still there?")
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await people.wait_quiet()

    kinds = [entry["kind"] for entry in await people.inspect()]
    assert "error" in kinds
    assert kinds.count("ack") == 1


async def test_disconnect_makes_slacks_client_come_back(app: App, people: SandboxClient) -> None:
    await people.disturb_socket("disconnect")
    await people.say(ALICE, OPS, "after the break")

    assert (await app.first())["event"]["text"] == "after the break"


async def test_a_dropped_connection_loses_no_event(sandbox: Sandbox, people: SandboxClient) -> None:
    async with a_plain_socket(sandbox) as socket:
        await people.say(ALICE, OPS, "in flight")
        first = await socket.receive_json()
        await people.disturb_socket("drop")
    async with a_connected_app(sandbox) as app:
        again = (await app.until(1))[0]

    assert again.payload["event_id"] == first["payload"]["event_id"]
    assert again.retry_attempt == 1


async def test_a_refused_handshake_spends_its_ticket(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await people.disturb_socket("refuse_next")
    url = str((await said(slack.apps_connections_open(app_token=APP_TOKEN)))["url"])
    statuses: list[int] = []
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect(url)
            statuses.append(caught.value.status)

    assert statuses == [503, 403]


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_a_silent_connection_answers_no_ping(sandbox: Sandbox, people: SandboxClient) -> None:
    async with a_plain_socket(sandbox) as socket:
        await people.disturb_socket("silence")
        await socket.ping(b"anyone?")
        await people.say(ALICE, OPS, "nobody hears this")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.receive(), 0.1)


async def test_a_hand_made_payload_reaches_the_app(app: App, people: SandboxClient) -> None:
    app.reply = lambda _payload: {"response_action": "clear"}
    answer = await people.deliver({"type": "view_submission", "odd": True}, "interactive")

    assert (await app.first())["odd"]
    assert answer["body"] == {"response_action": "clear"}


async def test_the_page_learns_of_connections(sandbox: Sandbox, people: SandboxClient) -> None:
    assert not (await people.state(ALICE))["app"]["connected"]
    async with a_connected_app(sandbox):
        shown = (await people.state(ALICE))["app"]

    assert (shown["connected"], shown["connections"], shown["delivery"]) == (True, 1, "socket")


async def test_tickets_are_masked_in_the_inspector(app: App, people: SandboxClient) -> None:
    assert "ticket=••••" in json.dumps(await people.inspect(), ensure_ascii=False)
