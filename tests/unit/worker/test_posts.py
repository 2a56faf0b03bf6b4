"""What is known to be wrong with blocks is not even sent."""

import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs
from temporalio.testing import ActivityEnvironment

from bot.views.blocks import section
from tests.unit.worker.workspace import Workspace
from worker.posts import Posts, Spot, Words

TOO_MANY: list[Block] = [DividerBlock()] * 51
TOO_LONG: list[Block] = [HeaderBlock(text="x" * 151)]
EMPTY: list[Block] = [ActionsBlock(elements=[])]
LESS = [section("less")]


@pytest.fixture
def posts(client: AsyncWebClient) -> Posts:
    return Posts(client)


@pytest.mark.parametrize("bad", [TOO_MANY, TOO_LONG, EMPTY], ids=["many", "long", "empty"])
async def test_bad_blocks_are_replaced_and_told_to_whoever_reads_the_log(
    slack: Workspace, posts: Posts, within: ActivityEnvironment, bad: list[Block]
) -> None:
    with capture_logs() as logs:
        ts = await within.run(posts.once, Spot("C0OPS"), "kind", "key", Words("text", bad, LESS))
        await posts.rewrite("C0OPS", ts, Words("text", bad, LESS))
    (posted,), (updated,) = slack.given("chat.postMessage"), slack.given("chat.update")
    assert [it["blocks"][0]["text"]["text"] for it in (posted, updated)] == ["less", "less"]
    errors = [it for it in logs if it["log_level"] == "error"]
    assert len(errors) == 2
    assert all(it["problems"] for it in errors)


async def test_without_any_good_blocks_there_is_the_text(
    slack: Workspace, posts: Posts, within: ActivityEnvironment
) -> None:
    ts = await within.run(posts.once, Spot("C0OPS"), "kind", "key", Words("text", EMPTY, EMPTY))
    await posts.rewrite("C0OPS", ts, Words("text", EMPTY))
    (posted,), (updated,) = slack.given("chat.postMessage"), slack.given("chat.update")
    assert (posted["text"], posted.get("blocks")) == ("text", None)
    assert (updated["text"], updated["blocks"]) == ("text", [])
