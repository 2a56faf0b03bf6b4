"""What pages are sent, and that nobody is sent what is somebody else's."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.messages import EPHEMERAL_LIMIT, whisper
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import a_home, a_modal, actions, button
from tests.unit.sandbox.slack_app import (
    ALICE,
    BOB,
    DAVE,
    DEPLOYS,
    FINANCE,
    GENERAL,
    OPS,
    PAGE_TOKEN,
    RANDOM,
    SHARED,
    TRIO,
    ZOE,
    App,
    said,
)


class Tab:
    """One open page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, snapshot: Json) -> None:
        self._socket = socket
        self.snapshot = snapshot

    async def until(self, wanted: Callable[[Json], bool]) -> list[Json]:
        """Read frames up to the wanted one."""
        frames: list[Json] = []
        while not frames or not wanted(frames[-1]):
            frames.append(await self._socket.receive_json(timeout=5))
        return frames

    async def next(self, type_: str) -> Json:
        """Read up to the next frame of a type and return it."""
        return (await self.until(lambda frame: frame["type"] == type_))[-1]

    async def inspect(self) -> None:
        await self._socket.send_json({"type": "inspector", "on": True})


@asynccontextmanager
async def a_tab(sandbox: Sandbox, user: str) -> AsyncGenerator[Tab]:
    url = f"{sandbox.url}/ws?as={user}&token={PAGE_TOKEN}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        snapshot = await socket.receive_json()
        assert snapshot["type"] == "snapshot"
        yield Tab(socket, snapshot)


def says(text: str) -> Callable[[Json], bool]:
    return lambda frame: frame["type"] == "message" and frame["message"]["text"] == text


async def test_a_page_starts_with_what_its_person_sees(sandbox: Sandbox) -> None:
    async with a_tab(sandbox, BOB) as bob:
        seen = bob.snapshot

    assert seen["me"] == BOB
    assert seen["workspace"]["domain"] == "acme"
    assert {person["id"] for person in seen["people"]} >= {ALICE, BOB, DAVE, "U0SIGN"}
    joined = {channel["id"]: channel["joined"] for channel in seen["channels"]}
    assert joined == dict.fromkeys(
        [OPS, GENERAL, FINANCE, DEPLOYS, RANDOM, SHARED, TRIO, "D0BOB"], True
    )
    assert seen["app"]["commands"][0]["command"] == "/approvals"
    assert set(seen["messages"]) == set(joined)
    assert len(seen["messages"][OPS]) == 2


async def test_channels_one_is_not_in_are_listed_without_their_messages(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    seen = await people.state(DAVE)

    (ops,) = [channel for channel in seen["channels"] if channel["id"] == OPS]
    assert not ops["joined"]
    assert OPS not in seen["messages"]
    assert "D0BOB" not in {channel["id"] for channel in seen["channels"]}


async def test_a_message_reaches_members_only_and_raises_their_unread(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    async with a_tab(sandbox, BOB) as bob, a_tab(sandbox, DAVE) as dave:
        await people.say(ALICE, OPS, f"psst <@{BOB}>")
        await people.say(ALICE, "C0GENERAL", "all hear")
        frames = await bob.until(says("all hear"))
        told = await dave.until(says("all hear"))

    (channel,) = [
        f["channel"] for f in frames if f["type"] == "channel" and f["channel"]["id"] == OPS
    ]
    assert (channel["unread"], channel["mentions"]) == (1, 1)
    assert [f["message"]["channel"] for f in told if f["type"] == "message"] == ["C0GENERAL"]
    assert all(
        f["channel"]["unread"] == 0
        for f in told
        if f["type"] == "channel" and not f["channel"]["joined"]
    )


async def test_frames_are_numbered_and_in_order(sandbox: Sandbox, people: SandboxClient) -> None:
    async with a_tab(sandbox, BOB) as bob:
        await people.say(ALICE, OPS, "one")
        await people.say(ALICE, OPS, "two")
        frames = await bob.until(says("two"))

    numbers = [frame["seq"] for frame in frames]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > bob.snapshot["seq"]


async def test_reading_clears_unread_in_every_tab_of_the_person(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    await people.say(ALICE, OPS, "news")
    async with a_tab(sandbox, BOB) as bob:
        await people.send("read", channel=OPS, **{"as": BOB})
        assert (await bob.next("channel"))["channel"]["unread"] == 0


async def test_ephemerals_modals_homes_and_failures_are_private(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient
) -> None:
    async with a_tab(sandbox, ALICE) as alice, a_tab(sandbox, BOB) as bob:
        await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="only you")
        trigger = sandbox.core.triggers.issue(ALICE)
        await slack.views_open(trigger_id=trigger, view=a_modal())
        await slack.views_publish(user_id=ALICE, view=a_home(actions(button())))
        home = await people.wait_home(ALICE)
        await people.click_in_view(ALICE, home, "Approve")
        await slack.chat_postMessage(channel=OPS, text="for all")
        mine = [frame["type"] for frame in await alice.until(says("for all"))]
        theirs = [frame["type"] for frame in await bob.until(says("for all"))]

    assert mine == ["message", "views", "home", "delivery", "message"]
    assert theirs == ["message"]


async def test_a_failed_click_tells_its_person_why(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=OPS, text="?", blocks=[actions(button())])
    message = await people.wait_message(OPS, from_="U0SIGN")
    async with a_tab(sandbox, BOB) as bob:
        await people.click_button(BOB, message, "Approve")
        frame = await bob.next("delivery")

    assert (frame["ok"], frame["what"], frame["error"]) == (False, "click", "app_not_connected")


async def test_deletions_statuses_and_prompts_are_told(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient
) -> None:
    async with a_tab(sandbox, ALICE) as alice, a_tab(sandbox, BOB) as bob:
        root = await people.say(ALICE, "D0ALICE", "hi")
        where: Json = {"channel_id": "D0ALICE", "thread_ts": root}
        await slack.assistant_threads_setStatus(status="is thinking…", **where)
        assert (await alice.next("status"))["text"] == "is thinking…"
        ts = (await said(slack.chat_postMessage(channel="D0ALICE", thread_ts=root, text="x")))["ts"]
        assert (await alice.next("status"))["text"] == ""
        await slack.chat_delete(channel="D0ALICE", ts=ts)
        assert (await alice.next("message_removed"))["ts"] == ts
        prompts = [{"title": "a", "message": "b"}]
        await slack.assistant_threads_setSuggestedPrompts(prompts=prompts, **where)
        assert (await alice.next("prompts"))["prompts"] == prompts
        await people.say(ALICE, OPS, "done")
        assert {f["type"] for f in await bob.until(says("done"))} == {"message"}


async def test_the_inspector_is_sent_to_those_who_asked(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    async with a_tab(sandbox, ALICE) as alice:
        await alice.inspect()
        await people.say(ALICE, OPS, "hello")
        envelope = (await alice.next("inspector"))["entry"]
        ack = (await alice.next("inspector"))["entry"]

    assert (envelope["kind"], envelope["title"]) == ("envelope", "message")
    assert (ack["kind"], ack["ok"]) == ("ack", True)
    assert ack["ms"] >= 0


async def test_reset_sends_a_new_snapshot(sandbox: Sandbox, people: SandboxClient) -> None:
    await people.say(ALICE, OPS, "gone soon")
    async with a_tab(sandbox, BOB) as bob:
        await people.reset()
        assert len((await bob.next("snapshot"))["messages"][OPS]) == 2


def private(snapshot: Json) -> list[str]:
    """What a page was sent of private answers."""
    everything = [*snapshot["messages"].values(), *snapshot["threads"].values()]
    return [m["text"] for messages in everything for m in messages if m["ephemeral"]]


async def test_a_private_answer_is_shown_once_in_the_tabs_that_are_open(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    async with a_tab(sandbox, ALICE) as alice, a_tab(sandbox, ALICE) as again:
        await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="only you")
        await alice.until(says("only you"))
        await again.until(says("only you"))

    async with a_tab(sandbox, ALICE) as alice, a_tab(sandbox, BOB) as bob:
        assert private(alice.snapshot) == private(bob.snapshot) == []
        assert len(alice.snapshot["private"]) == 1  # an open page keeps it through a broken line
        assert bob.snapshot["private"] == []


async def test_a_private_answer_waits_for_the_first_tab_of_its_person(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, OPS, "order")
    await slack.chat_postEphemeral(channel=OPS, user=ALICE, thread_ts=root, text="only you")

    async with a_tab(sandbox, BOB) as bob:
        assert private(bob.snapshot) == []
    async with a_tab(sandbox, ALICE) as alice:
        assert private(alice.snapshot) == ["only you"]
    async with a_tab(sandbox, ALICE) as alice:
        assert private(alice.snapshot) == []
    assert [m["text"] for m in await people.ephemerals(ALICE, OPS)] == ["only you"]


async def test_old_private_answers_make_room(sandbox: Sandbox, people: SandboxClient) -> None:
    for n in range(EPHEMERAL_LIMIT + 1):
        whisper(sandbox.core, OPS, ALICE, {"type": "message", "text": str(n)})

    kept = [m["text"] for m in await people.messages(ALICE, OPS) if m["ephemeral"]]
    assert len(kept) == EPHEMERAL_LIMIT
    assert kept[0] == "1"


async def test_who_joins_a_channel_reads_what_stands_in_it(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    await people.say(BOB, FINANCE, "quarter end")
    async with a_tab(sandbox, ALICE) as alice:
        assert FINANCE not in alice.snapshot["messages"]
        await people.send("join", channel=FINANCE, **{"as": ALICE})
        seen = await alice.next("snapshot")

    texts = [message["text"] for message in seen["messages"][FINANCE]]
    assert texts == ["quarter end", f"<@{ALICE}> has joined the channel"]
    await people.say(ALICE, FINANCE, "may I?")


@pytest.mark.parametrize(
    ("user", "channel", "code"),
    [
        (DAVE, OPS, "user_is_restricted"),
        (ALICE, "D0BOB", "channel_not_found"),
        (ALICE, "C0NOWHERE", "channel_not_found"),
        (ZOE, FINANCE, "channel_not_found"),
        (ALICE, FINANCE, "is_archived"),
    ],
)
async def test_not_everybody_can_join_everything(
    people: SandboxClient, user: str, channel: str, code: str
) -> None:
    if code == "is_archived":
        await people.set_channel(channel, archived=True)

    with pytest.raises(ControlError) as refusal:
        await people.send("join", channel=channel, **{"as": user})

    assert refusal.value.code == code


async def test_nobody_writes_in_an_archived_channel(people: SandboxClient) -> None:
    await people.set_channel(OPS, archived=True)

    with pytest.raises(ControlError) as refusal:
        await people.say(ALICE, OPS, "hello?")

    assert refusal.value.code == "is_archived"


@pytest.mark.parametrize("user", ["", "U0NOBODY", "U0SIGN"])
async def test_a_page_needs_a_person(sandbox: Sandbox, user: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with a_tab(sandbox, user):
            pass
