"""Posting, changing and deleting messages."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import section
from tests.unit.sandbox.slack_app import (
    ALICE,
    BOB,
    BOT,
    CAROL,
    DAVE,
    FINANCE,
    OPS,
    RANDOM,
    refused,
    said,
)

METADATA = {"event_type": "approval_requested", "event_payload": {"id": "approval-1"}}


async def test_a_post_carries_what_slack_puts_on_messages_of_bots(slack: AsyncWebClient) -> None:
    message = (await said(slack.chat_postMessage(channel=OPS, text="a & <b>", blocks=[section()])))[
        "message"
    ]

    assert (message["user"], message["bot_id"], message["app_id"]) == (BOT, "B0SIGN", "A0SIGN")
    assert message["bot_profile"]["name"] == "countersign"
    assert message["text"] == "a & <b>"
    assert message["blocks"][0]["block_id"]


async def test_a_post_to_a_persons_id_goes_to_their_direct_message(slack: AsyncWebClient) -> None:
    assert (await said(slack.chat_postMessage(channel=BOB, text="psst")))["channel"] == "D0BOB"


async def test_a_channel_may_be_named(slack: AsyncWebClient) -> None:
    assert (await said(slack.chat_postMessage(channel="#ops", text="hi")))["channel"] == OPS


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C0NOWHERE", "channel_not_found"), (RANDOM, "not_in_channel"), (BOT, "channel_not_found")],
)
async def test_a_post_needs_a_channel_that_the_bot_is_in(
    slack: AsyncWebClient, channel: str, code: str
) -> None:
    async with refused(code):
        await slack.chat_postMessage(channel=channel, text="hi")


async def test_archived_channels_take_no_posts(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    sandbox.core.state.channels[OPS].archived = True
    async with refused("is_archived"):
        await slack.chat_postMessage(channel=OPS, text="hi")


async def test_private_channels_without_the_bot_do_not_exist(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    sandbox.core.state.channels[RANDOM].kind = "private"
    async with refused("channel_not_found"):
        await slack.chat_postMessage(channel=RANDOM, text="hi")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": "nonsense"}, "invalid_blocks_format"),
        ({"blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "metadata": "nonsense"}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "a-b", "event_payload": {}}},
            "invalid_metadata_format",
        ),
        ({"text": "x", "metadata": {"event_type": "ab"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "ab", "event_payload": {"x": "y" * 9000}}},
            "metadata_too_large",
        ),
    ],
)
async def test_what_slack_refuses_in_a_message(
    slack: AsyncWebClient, content: dict[str, Any], code: str
) -> None:
    async with refused(code):
        await slack.api_call("chat.postMessage", json={"channel": OPS, **content})


async def test_text_of_40000_characters_is_fine(slack: AsyncWebClient) -> None:
    assert (await said(slack.chat_postMessage(channel=OPS, text="x" * 40_000)))["ok"]


async def test_replies_are_counted_on_their_root(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    root = await people.say(ALICE, OPS, "order please")
    await slack.chat_postMessage(channel=OPS, thread_ts=root, text="one")
    last = await said(slack.chat_postMessage(channel=OPS, thread_ts=root, text="two"))
    await people.say(BOB, OPS, "three", thread_ts=root)

    thread = (await said(slack.conversations_replies(channel=OPS, ts=root)))["messages"]
    assert (thread[0]["reply_count"], thread[0]["reply_users"]) == (3, [BOT, BOB])
    assert thread[0]["latest_reply"] > last["ts"]
    assert thread[1]["parent_user_id"] == ALICE
    assert [message["ts"] for message in await people.messages(ALICE, OPS)][-1] == root


async def test_a_reply_to_a_reply_joins_the_thread(slack: AsyncWebClient) -> None:
    root = (await said(slack.chat_postMessage(channel=OPS, text="root")))["ts"]
    reply = (await said(slack.chat_postMessage(channel=OPS, thread_ts=root, text="reply")))["ts"]
    nested = await said(slack.chat_postMessage(channel=OPS, thread_ts=reply, text="nested"))

    assert nested["message"]["thread_ts"] == root


async def test_a_broadcast_reply_stands_in_the_channel_too(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    root = (await said(slack.chat_postMessage(channel=OPS, text="root")))["ts"]
    await slack.chat_postMessage(channel=OPS, thread_ts=root, text="both", reply_broadcast=True)

    assert (await people.messages(ALICE, OPS))[-1]["text"] == "both"


async def test_update_with_blocks_does_not_mark_the_message_as_edited(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    ts = (await said(slack.chat_postMessage(channel=OPS, text="a", blocks=[section("a")])))["ts"]
    await slack.chat_update(channel=OPS, ts=ts, text="b", blocks=[section("b")])

    message = (await people.messages(ALICE, OPS))[-1]
    assert message["blocks"][0]["text"]["text"] == "b"
    assert "edited" not in message


async def test_update_with_text_alone_removes_blocks_and_marks_the_message(
    slack: AsyncWebClient,
) -> None:
    ts = (await said(slack.chat_postMessage(channel=OPS, text="a", blocks=[section("a")])))["ts"]
    message = (await said(slack.chat_update(channel=OPS, ts=ts, text="b")))["message"]

    assert message["text"] == "b"
    assert "blocks" not in message
    assert message["edited"]["user"] == "B0SIGN"


async def test_update_keeps_metadata_until_it_is_emptied(slack: AsyncWebClient) -> None:
    ts = (await said(slack.chat_postMessage(channel=OPS, text="a", metadata=METADATA)))["ts"]

    kept = await said(slack.chat_update(channel=OPS, ts=ts, text="b"))
    assert kept["message"]["metadata"] == METADATA
    emptied = await said(slack.chat_update(channel=OPS, ts=ts, text="c", metadata={}))
    assert "metadata" not in emptied["message"]


async def test_only_own_messages_can_be_changed(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    ts = await people.say(ALICE, OPS, "mine")

    async with refused("cant_update_message"):
        await slack.chat_update(channel=OPS, ts=ts, text="yours")
    async with refused("cant_delete_message"):
        await slack.chat_delete(channel=OPS, ts=ts)
    async with refused("message_not_found"):
        await slack.chat_update(channel=OPS, ts="1.000001", text="nothing")
    async with refused("no_text"):
        own = (await said(slack.chat_postMessage(channel=OPS, text="x")))["ts"]
        await slack.api_call("chat.update", json={"channel": OPS, "ts": own})


async def test_deleting_a_reply_uncounts_it_and_a_root_leaves_a_tombstone(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    root = (await said(slack.chat_postMessage(channel=OPS, text="root")))["ts"]
    one = (await said(slack.chat_postMessage(channel=OPS, thread_ts=root, text="1")))["ts"]
    await slack.chat_postMessage(channel=OPS, thread_ts=root, text="2")

    await slack.chat_delete(channel=OPS, ts=one)
    assert (await people.messages(ALICE, OPS))[-1]["reply_count"] == 1
    await slack.chat_delete(channel=OPS, ts=root)
    tombstone = (await people.messages(ALICE, OPS))[-1]
    assert (tombstone["subtype"], tombstone["deleted"]) == ("tombstone", True)
    async with refused("message_not_found"):
        await slack.chat_update(channel=OPS, ts=root, text="back")


async def test_an_ephemeral_message_is_for_one_person_and_in_no_history(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    sent = await said(slack.chat_postEphemeral(channel=OPS, user=ALICE, text="only you"))

    (seen,) = await people.ephemerals(ALICE, OPS)
    assert (seen["ts"], seen["ephemeral"]) == (sent["message_ts"], True)
    assert await people.ephemerals(BOB, OPS) == []
    history = (await said(slack.conversations_history(channel=OPS)))["messages"]
    assert seen["ts"] not in [message["ts"] for message in history]
    async with refused("message_not_found"):
        await slack.chat_update(channel=OPS, ts=seen["ts"], text="changed")


async def test_an_ephemeral_message_needs_its_reader_in_the_channel(slack: AsyncWebClient) -> None:
    async with refused("user_not_in_channel"):
        await slack.chat_postEphemeral(channel=FINANCE, user=DAVE, text="no")


async def test_permalinks_lead_to_the_message_and_its_thread(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    root = (await said(slack.chat_postMessage(channel=OPS, text="root")))["ts"]
    reply = (await said(slack.chat_postMessage(channel=OPS, thread_ts=root, text="reply")))["ts"]

    link = (await said(slack.chat_getPermalink(channel=OPS, message_ts=reply)))["permalink"]
    path = f"/archives/{OPS}/p{reply.replace('.', '')}"
    assert link == f"{sandbox.url}{path}?thread_ts={root}&cid={OPS}"


async def test_reactions_are_added_once_and_taken_back(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    ts = await people.say(CAROL, OPS, "look")
    await slack.reactions_add(channel=OPS, timestamp=ts, name="eyes")
    async with refused("already_reacted"):
        await slack.reactions_add(channel=OPS, timestamp=ts, name="eyes")
    await people.react(ALICE, OPS, ts, "eyes")

    message = (await said(slack.reactions_get(channel=OPS, timestamp=ts)))["message"]
    assert message["reactions"] == [{"name": "eyes", "users": [BOT, ALICE], "count": 2}]
    await slack.reactions_remove(channel=OPS, timestamp=ts, name="eyes")
    async with refused("no_reaction"):
        await slack.reactions_remove(channel=OPS, timestamp=ts, name="eyes")
