"""Which events an app hears, and what is in them."""

from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.clock import ManualClock
from sandbox.server import Sandbox, running
from tests.unit.sandbox.blocks import section
from tests.unit.sandbox.slack_app import (
    ALICE,
    BOB,
    BOT,
    DAVE,
    OPS,
    RANDOM,
    TRIO,
    App,
    a_config,
    a_connected_app,
    a_manifest,
    said,
)


async def test_the_envelope_of_an_event_is_slacks(
    app: App, people: SandboxClient, clock: ManualClock
) -> None:
    await people.say(ALICE, OPS, "hello")

    payload = await app.first()
    assert payload["type"] == "event_callback"
    assert (payload["team_id"], payload["api_app_id"]) == ("T0ACME", "A0SIGN")
    assert payload["event_id"].startswith("Ev")
    assert payload["event_time"] == int(clock())
    assert payload["is_ext_shared_channel"] is False
    assert payload["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0ACME",
            "user_id": BOT,
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]


async def test_a_message_among_several_people_has_an_event_of_its_own(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await people.say(ALICE, TRIO, "hello both")
    event = (await app.first())["event"]
    assert (event["channel"], event["channel_type"]) == (TRIO, "mpim")
    found = (await slack.conversations_info(channel=TRIO)).get("channel", {})
    assert (found["is_mpim"], found["is_private"], found["is_im"]) == (True, True, False)
    assert (await slack.conversations_members(channel=TRIO))["members"] == [ALICE, BOB, BOT]


async def test_a_mention_that_an_edit_changes_is_told_again_as_slack_does(
    app: App, people: SandboxClient
) -> None:
    ts = await people.say(ALICE, OPS, f"<@{BOT}> order 10")
    await people.edit(ALICE, OPS, ts, f"<@{BOT}> order 100")
    await people.wait_quiet()
    events = app.events()
    mentions = [event for event in events if event["type"] == "app_mention"]
    assert [(it["ts"], "edited" in it) for it in mentions] == [(ts, False), (ts, True)]
    assert [it.get("subtype") for it in events if it["type"] == "message"] == [
        None,
        "message_changed",
    ]


async def test_a_message_event_is_slacks(app: App, people: SandboxClient) -> None:
    ts = await people.say(ALICE, OPS, f"hi <@{BOB}> :eyes: https://example.com")

    event = (await app.first())["event"]
    assert (event["type"], event["channel"], event["channel_type"]) == ("message", OPS, "channel")
    assert (event["ts"], event["event_ts"], event["team"]) == (ts, ts, "T0ACME")
    assert len(event["client_msg_id"]) == 36
    assert event["text"] == f"hi <@{BOB}> :eyes: <https://example.com>"
    kinds = [item["type"] for item in event["blocks"][0]["elements"][0]["elements"]]
    assert kinds == ["text", "user", "text", "emoji", "text", "link"]


async def test_a_mention_arrives_twice_with_one_ts(app: App, people: SandboxClient) -> None:
    ts = await people.say(ALICE, OPS, f"<@{BOT}> order 100 widgets")

    requests = await app.until(2)
    assert {event["type"] for event in app.events()} == {"message", "app_mention"}
    assert {event["ts"] for event in app.events()} == {ts}
    assert len({request.payload["event_id"] for request in requests}) == 2


async def test_a_mention_in_a_direct_message_arrives_once(app: App, people: SandboxClient) -> None:
    await people.say(ALICE, "D0ALICE", f"<@{BOT}> hello")
    await people.wait_quiet()

    assert [event["type"] for event in app.events()] == ["message"]


async def test_a_mention_where_the_bot_is_not_is_answered_by_slack_alone(
    app: App, people: SandboxClient
) -> None:
    await people.say(DAVE, RANDOM, f"<@{BOT}> hello")

    hint = await people.wait_ephemeral(DAVE)
    assert hint["user"] == "USLACKBOT"
    assert "isn't in this channel" in hint["text"]
    assert app.heard == []


async def test_edits_and_deletions_are_told_with_what_was_before(
    app: App, people: SandboxClient
) -> None:
    ts = await people.say(ALICE, OPS, "order 10")
    await people.edit(ALICE, OPS, ts, "order 100")
    await people.delete(ALICE, OPS, ts)

    await app.until(3)
    _, changed, deleted = app.events()
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert changed["message"]["text"] == "order 100"
    assert changed["message"]["edited"]["user"] == ALICE
    assert changed["previous_message"]["text"] == "order 10"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


async def test_the_bot_hears_itself(app: App) -> None:
    ts = (await said(app.web.chat_postMessage(channel=OPS, text="a", blocks=[section()])))["ts"]
    await app.web.chat_update(channel=OPS, ts=ts, text="b", blocks=[section()])

    await app.until(2)
    posted, changed = app.events()
    assert (posted["bot_id"], posted["user"]) == ("B0SIGN", BOT)
    assert (changed["subtype"], changed["message"]["bot_id"]) == ("message_changed", "B0SIGN")


async def test_files_come_as_file_share(app: App, people: SandboxClient) -> None:
    file = {"name": "offer.pdf", "mimetype": "application/pdf", "size": 1200}
    await people.say(ALICE, OPS, "", files=[file])

    event = (await app.first())["event"]
    assert event["subtype"] == "file_share"
    assert event["files"][0]["name"] == "offer.pdf"


async def test_joining_is_a_message_and_an_event(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.conversations_join(channel=RANDOM)

    await app.until(2)
    joined, member = app.events()
    assert (joined["subtype"], joined["user"]) == ("channel_join", BOT)
    assert (member["type"], member["channel_type"]) == ("member_joined_channel", "C")


async def test_an_invitation_brings_the_bot_in(app: App, people: SandboxClient) -> None:
    await people.command(ALICE, RANDOM, "/invite", "@countersign")

    await app.until(2)
    assert app.events()[1]["inviter"] == ALICE


async def test_reactions_are_told(app: App, people: SandboxClient) -> None:
    ts = await people.say(ALICE, OPS, "hi")
    await people.react(BOB, OPS, ts, "eyes")

    await app.until(2)
    event = app.events()[1]
    assert (event["type"], event["user"], event["item_user"]) == ("reaction_added", BOB, ALICE)
    assert event["item"] == {"type": "message", "channel": OPS, "ts": ts}


@pytest.mark.parametrize("tab", ["home", "messages"])
async def test_opening_home_is_told(app: App, people: SandboxClient, tab: str) -> None:
    await people.open_home(BOB, tab)

    event = (await app.first())["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", tab, BOB)
    assert event["channel"] == "D0BOB"


async def test_stop_is_told_with_the_streams_that_it_ended(app: App, people: SandboxClient) -> None:
    root = await people.say(ALICE, "D0ALICE", "think")
    stream = await said(
        app.web.chat_startStream(channel="D0ALICE", thread_ts=root, markdown_text="Hm")
    )
    app.heard.clear()
    await people.stop(ALICE, "D0ALICE", root)

    await app.until(2)
    event = next(event for event in app.events() if event["type"] == "agent_session_stopped")
    assert event["streaming_message_ts"] == [stream["ts"]]
    assert (event["thread_ts"], event["user"]) == (root, ALICE)


@pytest.mark.parametrize("line", ["- message.channels", "- channels:history"])
async def test_an_event_needs_its_subscription_and_its_scope(tmp_path: Path, line: str) -> None:
    manifest = a_manifest(tmp_path, without=line)
    async with (
        running(a_config(manifest=manifest)) as sandbox,
        a_connected_app(sandbox) as app,
        SandboxClient.from_page_url(sandbox.page_url) as people,
    ):
        await people.say(ALICE, OPS, "not for you")
        await people.say(ALICE, "D0ALICE", "for you")
        await people.wait_quiet()

    assert [event["channel"] for event in app.events()] == ["D0ALICE"]


async def test_events_wait_for_an_app_that_is_not_there(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    for word in ("one", "two", "three"):
        await people.say(ALICE, OPS, word)

    async with a_connected_app(sandbox) as app:
        await app.until(3)
    assert [event["text"] for event in app.events()] == ["one", "two", "three"]
