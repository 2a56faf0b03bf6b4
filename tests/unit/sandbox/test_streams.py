"""Streamed messages, statuses, sessions and prompts."""

import pytest
from slack_sdk.models.messages.chunk import MarkdownTextChunk, PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.clock import ManualClock
from sandbox.json_types import Json
from tests.unit.sandbox.blocks import actions, button, section
from tests.unit.sandbox.slack_app import ALICE, BOB, OPS, refused, said

HERE: Json = {"recipient_team_id": "T0ACME", "recipient_user_id": ALICE}


@pytest.fixture
async def root(people: SandboxClient) -> str:
    return await people.say(ALICE, "D0ALICE", "tell me")


async def test_a_stream_grows_and_ends(
    slack: AsyncWebClient, people: SandboxClient, root: str
) -> None:
    started = await said(
        slack.chat_startStream(channel="D0ALICE", thread_ts=root, markdown_text="Once")
    )
    message = await people.wait_reply("D0ALICE", root)
    assert (message["streaming"], message["text"]) == (True, "Once")
    ts = str(started["ts"])
    await slack.chat_appendStream(channel="D0ALICE", ts=ts, markdown_text=" upon")
    await slack.chat_stopStream(
        channel="D0ALICE", ts=ts, markdown_text=" a time", blocks=[actions(button())]
    )

    (_, done) = await people.messages(ALICE, "D0ALICE", root)
    assert (done["streaming"], done["text"]) == (False, "Once upon a time")
    assert [block["type"] for block in done["blocks"]] == ["markdown", "actions"]
    async with refused("message_not_in_streaming_state"):
        await slack.chat_appendStream(channel="D0ALICE", ts=ts, markdown_text="!")
    async with refused("message_not_in_streaming_state"):
        await slack.chat_stopStream(channel="D0ALICE", ts=ts)


async def test_slacks_own_helper_streams(
    slack: AsyncWebClient, people: SandboxClient, root: str
) -> None:
    stream = await slack.chat_stream(channel="D0ALICE", thread_ts=root, buffer_size=1)
    for word in ("one ", "two ", "three"):
        await stream.append(markdown_text=word)
    await stream.stop()

    assert (await people.messages(ALICE, "D0ALICE", root))[-1]["text"] == "one two three"


async def test_a_stream_in_a_channel_needs_its_recipient(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    ts = await people.say(ALICE, OPS, "tell me")
    async with refused("missing_recipient_team_id"):
        await slack.chat_startStream(channel=OPS, thread_ts=ts)
    async with refused("missing_recipient_user_id"):
        await slack.chat_startStream(channel=OPS, thread_ts=ts, recipient_team_id="T0ACME")
    assert (await said(slack.chat_startStream(channel=OPS, thread_ts=ts, **HERE)))["ok"]


async def test_a_stream_ends_by_itself_after_five_minutes(
    slack: AsyncWebClient, people: SandboxClient, root: str, clock: ManualClock
) -> None:
    ts = str((await said(slack.chat_startStream(channel="D0ALICE", thread_ts=root)))["ts"])
    clock.advance(301)
    async with refused("message_not_in_streaming_state"):
        await slack.chat_stopStream(channel="D0ALICE", ts=ts)

    recovered = await said(slack.chat_update(channel="D0ALICE", ts=ts, text="All of it"))
    assert recovered["ok"]
    assert not (await people.messages(ALICE, "D0ALICE", root))[-1]["streaming"]


async def test_tasks_keep_their_place_and_collect_details(
    slack: AsyncWebClient, people: SandboxClient, root: str
) -> None:
    ts = str((await said(slack.chat_startStream(channel="D0ALICE", thread_ts=root)))["ts"])
    for chunks in (
        [TaskUpdateChunk(id="1", title="Look up", status="in_progress", details="stock")],
        [MarkdownTextChunk(text="Found.")],
        [TaskUpdateChunk(id="1", title="Looked up", status="complete", details="price")],
    ):
        await slack.chat_appendStream(channel="D0ALICE", ts=ts, chunks=chunks)

    task, words = (await people.messages(ALICE, "D0ALICE", root))[-1]["blocks"]
    assert (task["type"], task["title"], task["status"]) == ("task_card", "Looked up", "complete")
    assert [part["elements"][0]["text"] for part in task["details"]["elements"]] == [
        "stock",
        "price",
    ]
    assert words["text"] == "Found."


async def test_a_plan_holds_its_tasks(
    slack: AsyncWebClient, people: SandboxClient, root: str
) -> None:
    chunks = [
        PlanUpdateChunk(title="Working"),
        TaskUpdateChunk(id="1", title="Look up", status="complete"),
        MarkdownTextChunk(text="Done."),
    ]
    await slack.chat_startStream(
        channel="D0ALICE", thread_ts=root, chunks=chunks, task_display_mode="plan"
    )

    plan, words = (await people.messages(ALICE, "D0ALICE", root))[-1]["blocks"]
    assert (plan["type"], plan["title"], plan["tasks"][0]["title"]) == (
        "plan",
        "Working",
        "Look up",
    )
    assert words["type"] == "markdown"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "no_text"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        (
            {"markdown_text": "x", "chunks": [{"type": "markdown_text", "text": "y"}]},
            "invalid_arguments",
        ),
        ({"chunks": [{"type": "poem"}]}, "invalid_arguments"),
        ({"chunks": [{"type": "task_update", "id": "1"}]}, "invalid_arguments"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "x" * 257}]}, "invalid_arguments"),
        ({"chunks": [{"type": "blocks", "blocks": [section("x" * 3001)]}]}, "invalid_blocks"),
    ],
)
async def test_what_slack_refuses_in_a_stream(
    slack: AsyncWebClient, root: str, content: Json, code: str
) -> None:
    ts = (await said(slack.chat_startStream(channel="D0ALICE", thread_ts=root)))["ts"]
    async with refused(code):
        await slack.api_call("chat.appendStream", json={"channel": "D0ALICE", "ts": ts, **content})


async def test_a_status_shows_until_the_bot_posts(
    slack: AsyncWebClient, people: SandboxClient, root: str
) -> None:
    await slack.assistant_threads_setStatus(
        channel_id="D0ALICE", thread_ts=root, status="is thinking…", loading_messages=["Hm"]
    )
    status = await people.wait_status("D0ALICE", thread_ts=root)
    assert (status["text"], status["loading_messages"]) == ("is thinking…", ["Hm"])
    assert (await people.state(BOB))["statuses"] == []

    await slack.chat_postMessage(channel="D0ALICE", thread_ts=root, text="Done")
    assert (await people.state(ALICE))["statuses"] == []


async def test_a_session_works_until_it_is_told_otherwise(
    slack: AsyncWebClient, people: SandboxClient, root: str
) -> None:
    where: Json = {"channel_id": "D0ALICE", "thread_ts": root}
    await slack.agents_sessions_setStatus(status="processing", title="Order", **where)
    await slack.chat_postMessage(channel="D0ALICE", thread_ts=root, text="A card")
    (status,) = (await people.state(ALICE))["statuses"]
    assert status["session"] == "processing"

    await slack.agents_sessions_setStatus(status="suspended", **where)
    assert (await people.state(ALICE))["statuses"] == []
    assert (await people.state(ALICE))["prompts"][0]["title"] == "Order"
    await slack.agents_sessions_rename(title="Widgets", **where)
    async with refused("invalid_arguments"):
        await slack.agents_sessions_setStatus(status="asleep", **where)


async def test_prompts_are_offered_to_those_in_the_conversation(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    prompts = [{"title": "Order", "message": "Order 100 widgets"}]
    await slack.assistant_threads_setSuggestedPrompts(
        channel_id="D0ALICE", thread_ts="", prompts=prompts, title="Try"
    )

    assert (await people.state(ALICE))["prompts"][0]["prompts"] == prompts
    assert (await people.state(BOB))["prompts"] == []
    async with refused("invalid_arguments"):
        await slack.assistant_threads_setSuggestedPrompts(
            channel_id="D0ALICE", thread_ts="", prompts=prompts * 5
        )
