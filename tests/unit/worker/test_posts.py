"""What is known to be wrong with blocks is not even sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs
from temporalio.testing import ActivityEnvironment

from countersign.slack.blocks import section
from tests.unit.worker.workspace import BOT, Workspace
from worker.posts import Destination, IdempotentPosts, MessageContent

TOO_MANY: list[Block] = [DividerBlock()] * 51
TOO_LONG: list[Block] = [HeaderBlock(text="x" * 151)]
EMPTY: list[Block] = [ActionsBlock(elements=[])]
LESS = [section("less")]


@pytest.fixture
def posts(client: AsyncWebClient) -> IdempotentPosts:
    return IdempotentPosts(client)


@pytest.mark.parametrize("bad", [TOO_MANY, TOO_LONG, EMPTY], ids=["many", "long", "empty"])
async def test_bad_blocks_are_replaced_and_told_to_whoever_reads_the_log(
    slack: Workspace, posts: IdempotentPosts, within: ActivityEnvironment, bad: list[Block]
) -> None:
    with capture_logs() as logs:
        ts = await within.run(
            posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", bad, LESS)
        )
        await posts.rewrite("C0OPS", ts, MessageContent("text", bad, LESS))
    (posted,), (updated,) = slack.given("chat.postMessage"), slack.given("chat.update")
    assert [it["blocks"][0]["text"]["text"] for it in (posted, updated)] == ["less", "less"]
    errors = [it for it in logs if it["log_level"] == "error"]
    assert len(errors) == 2
    assert all(it["problems"] for it in errors)


async def test_without_any_good_blocks_there_is_the_text(
    slack: Workspace, posts: IdempotentPosts, within: ActivityEnvironment
) -> None:
    ts = await within.run(
        posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", EMPTY, EMPTY)
    )
    await posts.rewrite("C0OPS", ts, MessageContent("text", EMPTY))
    (posted,), (updated,) = slack.given("chat.postMessage"), slack.given("chat.update")
    assert (posted["text"], posted.get("blocks")) == ("text", None)
    assert (updated["text"], updated["blocks"]) == ("text", [])


async def test_a_second_try_takes_no_other_apps_message_for_its_own(
    slack: Workspace, posts: IdempotentPosts, within: ActivityEnvironment
) -> None:
    """Our marks are no secret: whoever reads one message knows the next."""
    metadata = {"event_type": "kind", "event_payload": {"key": "key"}}
    slack.put("C0OPS", "900.000100", user="U0OTHER", bot_id="B0OTHER", metadata=metadata)
    slack.put("C0OPS", "901.000100", metadata=metadata)
    within.info = replace(within.info, attempt=2)
    ts = await within.run(
        posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", ())
    )
    assert ts not in {"900.000100", "901.000100"}
    assert [it["text"] for it in slack.given("chat.postMessage")] == ["text"]


@pytest.mark.parametrize("name", ["user", "bot_id"])
async def test_a_second_try_knows_its_own_message_by_either_of_its_names(
    slack: Workspace, posts: IdempotentPosts, within: ActivityEnvironment, name: str
) -> None:
    first = await within.run(
        posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", ())
    )
    (posted,) = slack.messages
    other_name = {key: it for key, it in posted.items() if key not in {"channel", "ts", name}}
    slack.put("C0OPS", first, **other_name)
    within.info = replace(within.info, attempt=2)
    assert (
        await within.run(
            posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", ())
        )
        == first
    )


@pytest.mark.parametrize(
    "metadata",
    [
        *(None, {}, {"event_type": "kind"}, {"event_payload": None}),
        {"event_type": "another kind", "event_payload": {"key": "key"}},
    ],
)
async def test_a_message_without_our_marks_is_passed_over(
    slack: Workspace, posts: IdempotentPosts, within: ActivityEnvironment, metadata: object
) -> None:
    slack.put("C0OPS", "900.000100", user=BOT, metadata=metadata)
    within.info = replace(within.info, attempt=2)
    await within.run(posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", ()))
    assert len(slack.given("chat.postMessage")) == 1


async def test_a_second_try_finds_its_message_although_slacks_clock_is_behind(
    slack: Workspace, posts: IdempotentPosts, within: ActivityEnvironment
) -> None:
    asked_at = datetime.now(UTC) + timedelta(minutes=4)
    for attempt in (1, 2):
        within.info = replace(within.info, attempt=attempt, scheduled_time=asked_at)
        await within.run(
            posts.once, Destination("C0OPS"), "kind", "key", MessageContent("text", ())
        )
    assert len(slack.messages) == 1
