"""Failures on demand."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from tests.unit.sandbox.slack_app import ALICE, OPS, App, not_allowed, refused, said


async def texts(people: SandboxClient) -> list[str]:
    return [message["text"] for message in await people.messages(ALICE, OPS)][2:]


async def test_429_says_when_to_come_back(slack: AsyncWebClient, people: SandboxClient) -> None:
    await people.fail("chat.postMessage", "http_429", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=OPS, text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert (await said(slack.chat_postMessage(channel=OPS, text="x")))["ok"]


async def test_a_named_error(slack: AsyncWebClient, people: SandboxClient) -> None:
    await people.fail("*", "error", error="fatal_error", count=2)
    for _ in range(2):
        async with refused("fatal_error"):
            await slack.auth_test()
    assert (await said(slack.auth_test()))["ok"]


async def test_only_what_is_meant_for_one_channel_fails(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    await people.fail("chat.postMessage", "error", error="restricted", channel=OPS, count=0)
    async with refused("restricted"):
        await slack.chat_postMessage(channel=OPS, text="x")
    assert (await said(slack.chat_postMessage(channel="D0ALICE", text="x")))["ok"]


async def test_a_method_that_an_old_workspace_lacks(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    await people.fail("chat.startStream", "unknown_method", count=0)
    for _ in range(3):
        async with refused("unknown_method"):
            await slack.chat_startStream(channel="D0ALICE", thread_ts="1.0")
    await people.clear_faults()
    assert (await said(slack.chat_startStream(channel="D0ALICE", thread_ts="1.0")))["ok"]


@pytest.mark.parametrize(("kind", "status"), [("http_500", 500), ("html_404", 404)])
async def test_answers_that_are_no_json(
    slack: AsyncWebClient, people: SandboxClient, kind: str, status: int
) -> None:
    await people.fail("auth.test", kind)
    with pytest.raises(SlackApiError) as caught:
        await slack.auth_test()

    assert caught.value.response.status_code == status


@pytest.mark.parametrize(("when", "posted"), [("before", []), ("after", ["x"])])
async def test_a_dropped_call_happened_or_not(
    slack: AsyncWebClient, people: SandboxClient, when: str, posted: list[str]
) -> None:
    await people.fail("chat.postMessage", "drop", when=when)
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel=OPS, text="x")

    assert await texts(people) == posted


async def test_a_lost_500_still_had_its_effect(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    await people.fail("chat.postMessage", "http_500", when="after")
    with pytest.raises(SlackApiError):
        await slack.chat_postMessage(channel=OPS, text="x")

    assert await texts(people) == ["x"]


async def test_a_call_can_hang_or_be_slow(slack: AsyncWebClient, people: SandboxClient) -> None:
    await people.fail("auth.test", "timeout", seconds=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slack.auth_test(), 0.1)
    await people.fail("auth.test", "delay", seconds=0.01)
    assert (await said(slack.auth_test()))["ok"]


async def test_an_event_can_come_twice(app: App, people: SandboxClient) -> None:
    await people.fail("events", "duplicate")
    await people.say(ALICE, OPS, "one")
    await people.wait_quiet()

    assert len(app.heard) == 2
    assert len({request.payload["event_id"] for request in app.heard}) == 1


@pytest.mark.parametrize(("when", "heard"), [("before", 1), ("after", 2)])
async def test_a_lost_event_or_ack_is_made_good_by_a_retry(
    app: App, people: SandboxClient, when: str, heard: int
) -> None:
    await people.fail("events", "drop", when=when)
    await people.say(ALICE, OPS, "one")
    await people.wait_quiet()

    assert len(app.heard) == heard
    assert app.heard[-1].retry_attempt == 1


async def test_an_event_can_be_lost_for_good(app: App, people: SandboxClient) -> None:
    await people.fail("events", "drop", count=4)
    await people.say(ALICE, OPS, "one")
    await people.wait_quiet()

    assert app.heard == []


async def test_events_can_overtake_each_other(app: App, people: SandboxClient) -> None:
    await people.fail("events", "out_of_order")
    await people.say(ALICE, OPS, "one")
    await people.say(ALICE, OPS, "two")
    await app.until(2)

    assert [event["text"] for event in app.events()] == ["two", "one"]


async def test_commands_can_get_lost(app: App, people: SandboxClient) -> None:
    await people.fail("slash_commands", "drop")

    assert (await people.command(ALICE, OPS, "/approvals"))["error"] == "operation_timeout"


async def test_faults_are_listed_and_checked(people: SandboxClient) -> None:
    await people.fail("chat.update", "http_500", count=3)
    (armed,) = (await people.get("faults"))["faults"]
    assert (armed["method"], armed["kind"], armed["count"]) == ("chat.update", "http_500", 3)
    async with not_allowed("invalid_fault"):
        await people.fail("chat.update", "duplicate")
    async with not_allowed("invalid_fault"):
        await people.fail("events", "http_429")
