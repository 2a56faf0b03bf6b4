"""The threads that people follow, and how much is new in them."""

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import Sandbox
from tests.unit.sandbox.slack_app import ALICE, BOB, CAROL, DAVE, GENERAL, OPS, said
from tests.unit.sandbox.test_page import a_tab


async def _news(people: SandboxClient, user: str) -> dict[str, int]:
    """The threads of a person, each with how many replies are new."""
    seen = await people.state(user)
    return {thread["ts"]: thread["unread"] for thread in seen["followed"]}


async def _unread(people: SandboxClient, user: str, channel: str = OPS) -> int:
    channels = (await people.state(user))["channels"]
    return next(found["unread"] for found in channels if found["id"] == channel)


async def test_news_in_a_thread_counts_there_and_not_in_the_channel(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, OPS, "order")
    await slack.chat_postMessage(channel=OPS, thread_ts=root, text="on it")
    await slack.chat_postMessage(channel=OPS, thread_ts=root, text="done")

    assert await _news(people, ALICE) == {root: 2}
    assert await _unread(people, ALICE) == 0
    assert await _news(people, BOB) == {}
    assert await _unread(people, BOB) == 1


async def test_who_is_named_or_answers_follows_the_thread(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, GENERAL, "who knows?")
    await slack.chat_postMessage(channel=GENERAL, thread_ts=root, text="<!subteam^S0FINANCE> do")
    await people.say(DAVE, GENERAL, "me", thread_ts=root)

    assert await _news(people, ALICE) == {root: 2}
    assert await _news(people, BOB) == {root: 2}
    assert await _news(people, CAROL) == {root: 2}
    assert await _news(people, DAVE) == {root: 0}


async def test_a_thread_is_read_by_itself_and_in_every_tab(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    root = await people.say(ALICE, OPS, "order")
    await people.say(BOB, OPS, "how many?", thread_ts=root)
    await people.send("read", channel=OPS, **{"as": ALICE})
    assert await _news(people, ALICE) == {root: 1}

    async with a_tab(sandbox, ALICE) as alice, a_tab(sandbox, DAVE) as dave:
        await people.send("read", channel=OPS, thread_ts=root, **{"as": ALICE})
        thread = (await alice.next("thread"))["thread"]
        await people.say(ALICE, GENERAL, "over")
        seen = await dave.until(lambda frame: frame["type"] == "message")

    assert (thread["ts"], thread["unread"], thread["followed"]) == (root, 0, True)
    assert [frame["type"] for frame in seen if frame["type"] == "thread"] == []
    assert await _news(people, ALICE) == {root: 0}


async def test_deleted_replies_are_no_news_and_private_answers_no_replies(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, OPS, "order")
    posted = await said(slack.chat_postMessage(channel=OPS, thread_ts=root, text="on it"))
    await slack.chat_postEphemeral(channel=OPS, user=ALICE, thread_ts=root, text="only you")
    assert await _news(people, ALICE) == {root: 1}

    await slack.chat_delete(channel=OPS, ts=posted["ts"])

    assert await _news(people, ALICE) == {}
    thread: list[Json] = await people.messages(ALICE, OPS, root)
    assert "reply_count" not in thread[0]


async def test_the_latest_thread_comes_first(people: SandboxClient) -> None:
    early = await people.say(ALICE, OPS, "one")
    late = await people.say(ALICE, OPS, "two")
    await people.say(BOB, OPS, "re two", thread_ts=late)
    await people.say(BOB, OPS, "re one", thread_ts=early)

    assert list(await _news(people, ALICE)) == [early, late]
