"""Slash commands and response URLs."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.clock import ManualClock
from sandbox.json_types import Json
from tests.unit.sandbox.blocks import actions, button, section
from tests.unit.sandbox.slack_app import ALICE, BOB, OPS, App, not_allowed


async def test_the_payload_of_a_command_is_slacks(app: App, people: SandboxClient) -> None:
    report = await people.command(ALICE, OPS, "/approvals", "all")

    payload = await app.first()
    assert report["delivered"]
    assert payload.pop("trigger_id")
    assert payload.pop("response_url").startswith("http://127.0.0.1:")
    assert payload.pop("token")
    assert payload == {
        "team_id": "T0ACME",
        "team_domain": "acme",
        "channel_id": OPS,
        "channel_name": "ops",
        "user_id": ALICE,
        "user_name": "alice",
        "command": "/approvals",
        "text": "all",
        "api_app_id": "A0SIGN",
        "is_enterprise_install": "false",
    }


@pytest.mark.parametrize(
    ("command", "typed", "text"),
    [
        ("/approvals", "of @bob in #ops", "of <@U0BOB|bob> in <#C0OPS|ops>"),
        ("/approvals", "of <@U0BOB>", "of <@U0BOB|bob>"),
        ("/approvals", "of @finance", "of <!subteam^S0FINANCE|@finance>"),
        ("/plain", "of <@U0BOB> in <#C0OPS|ops>", "of @bob in #ops"),
        ("/plain", "of @stranger", "of @stranger"),
    ],
)
async def test_names_are_escaped_if_the_manifest_asks_for_it(
    app: App, people: SandboxClient, command: str, typed: str, text: str
) -> None:
    await people.command(ALICE, OPS, command, typed)

    assert (await app.first())["text"] == text


async def test_an_undeclared_command_does_not_exist(app: App, people: SandboxClient) -> None:
    async with not_allowed("unknown_command"):
        await people.command(ALICE, OPS, "/launch")


async def test_commands_do_not_work_in_threads(app: App, people: SandboxClient) -> None:
    async with not_allowed("not_supported_in_threads"):
        await people.send(
            "command", channel=OPS, command="/approvals", thread_ts="1.0", **{"as": ALICE}
        )


async def test_a_command_without_an_app_fails_at_once(people: SandboxClient) -> None:
    assert (await people.command(ALICE, OPS, "/approvals"))["error"] == "app_not_connected"


async def test_the_ack_answers_the_person_or_the_channel(app: App, people: SandboxClient) -> None:
    app.reply = lambda _payload: {"text": "Nothing waits."}
    await people.command(ALICE, OPS, "/approvals")
    assert [message["text"] for message in await people.ephemerals(ALICE, OPS)] == [
        "Nothing waits."
    ]

    app.reply = lambda _payload: {"blocks": [section("All")], "response_type": "in_channel"}
    await people.command(ALICE, OPS, "/approvals")
    assert (await people.messages(BOB, OPS))[-1]["blocks"][0]["text"]["text"] == "All"


async def test_an_ack_with_bad_blocks_fails_the_command(app: App, people: SandboxClient) -> None:
    app.reply = lambda _payload: {"blocks": [section("x" * 3001)]}
    report = await people.command(ALICE, OPS, "/approvals")

    assert (report["delivered"], report["error"]) == (False, "invalid_blocks")
    assert await people.ephemerals(ALICE, OPS) == []


async def a_response_url(app: App, people: SandboxClient) -> str:
    await people.command(ALICE, OPS, "/approvals")
    return str(app.heard[-1].payload["response_url"])


async def answer(url: str, body: Json) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_a_response_url_takes_five_answers(app: App, people: SandboxClient) -> None:
    url = await a_response_url(app, people)

    assert [await answer(url, {"text": str(n)}) for n in range(5)] == [(200, "ok")] * 5
    assert await answer(url, {"text": "6"}) == (404, "used_url")
    assert len(await people.ephemerals(ALICE, OPS)) == 5


async def test_a_response_url_lives_for_half_an_hour(
    app: App, people: SandboxClient, clock: ManualClock
) -> None:
    url = await a_response_url(app, people)
    clock.advance(30 * 60 + 1)

    assert await answer(url, {"text": "late"}) == (404, "expired_url")
    assert await answer(f"{url}x", {"text": "who?"}) == (404, "invalid_url")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"replace_original": True, "text": "x"}, "message_not_found"),
    ],
)
async def test_answers_are_checked_like_messages(
    app: App, people: SandboxClient, body: Json, text: str
) -> None:
    assert await answer(await a_response_url(app, people), body) == (400, text)


async def test_an_answer_may_go_to_the_channel_or_a_thread(app: App, people: SandboxClient) -> None:
    url = await a_response_url(app, people)
    root = await people.say(BOB, OPS, "root")
    await answer(url, {"text": "loud", "response_type": "in_channel", "thread_ts": root})
    await answer(url, {"text": "quiet", "thread_ts": root})

    thread = await people.messages(ALICE, OPS, root)
    assert [(message["text"], message["ephemeral"]) for message in thread[1:]] == [
        ("loud", False),
        ("quiet", True),
    ]
    assert [message["text"] for message in await people.messages(BOB, OPS, root)][1:] == ["loud"]


@pytest.mark.parametrize("whispered", [True, False])
async def test_a_clicked_message_can_be_replaced_and_deleted(
    app: App, people: SandboxClient, slack: AsyncWebClient, whispered: bool
) -> None:
    content: Any = {"channel": OPS, "text": "?", "blocks": [actions(button())]}
    if whispered:
        await slack.chat_postEphemeral(user=ALICE, **content)
        message = await people.wait_ephemeral(ALICE)
    else:
        await slack.chat_postMessage(**content)
        message = await people.wait_message(OPS, from_="U0SIGN")
    await people.click_button(ALICE, message, "Approve")
    url = next(r.payload["response_url"] for r in app.heard if r.type == "interactive")

    await answer(url, {"replace_original": True, "text": "Done"})
    shown = [one for one in await people.messages(ALICE, OPS) if one["ts"] == message["ts"]]
    assert (shown[0]["text"], "blocks" in shown[0]) == ("Done", False)
    await answer(url, {"delete_original": True})
    assert message["ts"] not in [one["ts"] for one in await people.messages(ALICE, OPS)]
