"""The control API where the other files do not need it already."""

import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import a_modal, actions, button
from tests.unit.sandbox.slack_app import ALICE, BOB, DAVE, FINANCE, OPS, App, not_allowed, said


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("say", {"as": "U0NOBODY", "channel": OPS, "text": "x"}, "unknown_person"),
        ("say", {"as": "U0SIGN", "channel": OPS, "text": "x"}, "unknown_person"),
        ("say", {"as": DAVE, "channel": FINANCE, "text": "x"}, "not_in_channel"),
        ("say", {"as": ALICE, "channel": OPS, "text": "  "}, "no_text"),
        ("say", {"as": ALICE, "channel": OPS, "text": "x" * 40_001}, "msg_too_long"),
        ("edit", {"as": ALICE, "channel": OPS, "ts": "1.0", "text": "x"}, "message_not_found"),
        ("react", {"as": ALICE, "channel": OPS, "ts": "1.0", "name": ""}, "invalid_request"),
        ("home", {"as": ALICE, "tab": "attic"}, "invalid_request"),
        ("socket", {"action": "dance"}, "invalid_request"),
        ("deliver", {"type": "poem"}, "invalid_request"),
        ("deliver", {"payload": {}}, "app_not_connected"),
        ("submit", {"as": ALICE, "view_id": "V0"}, "view_not_found"),
    ],
)
async def test_refusals_have_a_code(
    people: SandboxClient, verb: str, body: dict[str, str], code: str
) -> None:
    async with not_allowed(code):
        await people.send(verb, **body)


async def test_people_change_only_what_they_said(people: SandboxClient) -> None:
    ts = await people.say(ALICE, OPS, "mine")
    async with not_allowed("not_yours"):
        await people.edit(BOB, OPS, ts, "yours")
    async with not_allowed("not_yours"):
        await people.delete(BOB, OPS, ts)


async def test_a_reaction_is_a_toggle(people: SandboxClient) -> None:
    ts = await people.say(ALICE, OPS, "hi")
    await people.react(BOB, OPS, ts, ":eyes:")
    assert (await people.messages(BOB, OPS))[-1]["reactions"][0]["users"] == [BOB]
    await people.react(BOB, OPS, ts, "eyes")
    assert (await people.messages(BOB, OPS))[-1]["reactions"] == []


async def test_waiting_ends_when_the_message_comes(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    waiting = asyncio.create_task(people.wait_message(OPS, contains="hidden in a block"))
    blocks = [actions(button(text="Hidden in a block"))]
    await slack.chat_postMessage(channel=OPS, text="other")
    await slack.chat_postMessage(channel=OPS, text="x", blocks=blocks)

    assert (await waiting)["text"] == "x"


async def test_waiting_ends_when_a_message_changes(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    ts = (await said(slack.chat_postMessage(channel=OPS, text="a")))["ts"]
    message = await people.wait_message(OPS, from_="U0SIGN")
    waiting = asyncio.create_task(people.wait_update(message))
    await slack.chat_update(channel=OPS, ts=ts, text="b")

    assert (await waiting)["text"] == "b"


@pytest.mark.parametrize("is_early", [True, False], ids=["before the wait", "during the wait"])
@pytest.mark.parametrize("narrow", ["channel", "thread", "ts"])
async def test_a_message_that_comes_to_fit_is_found_whenever_it_does(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient, narrow: str, is_early: bool
) -> None:
    root = await people.say(ALICE, OPS, "order")
    posted = await said(slack.chat_postMessage(channel=OPS, thread_ts=root, text="asked"))
    wanted = {"thread": {"thread_ts": root}, "ts": {"ts": posted["ts"]}}.get(narrow, {})

    async def edit() -> None:
        await slack.chat_update(channel=OPS, ts=posted["ts"], text="approved")
        await slack.chat_postMessage(channel=OPS, thread_ts=root, text="approved again")

    if is_early:
        await edit()
    waiting = asyncio.create_task(people.wait_message(OPS, contains="approved", **wanted))
    if not is_early:
        await _somebody_waits(sandbox)
        await edit()

    assert (await waiting)["ts"] == posted["ts"], "the oldest that fits"


@pytest.mark.parametrize("is_early", [True, False], ids=["before the wait", "during the wait"])
async def test_a_deleted_message_is_not_found(
    sandbox: Sandbox, people: SandboxClient, *, is_early: bool
) -> None:
    root = await people.say(ALICE, OPS, "order")
    await people.say(BOB, OPS, "an answer, so that a tombstone is left", thread_ts=root)
    if is_early:
        await people.delete(ALICE, OPS, root)
    after = {"ts": root, "after_n": 2, "kind": "update", "channel": OPS, "timeout": 0.1}
    waiting = asyncio.create_task(people.get("wait", **after))
    if not is_early:
        await _somebody_waits(sandbox)
        await people.delete(ALICE, OPS, root)

    async with not_allowed("timeout"):
        await waiting


async def test_who_waits_in_one_thread_is_not_bothered_by_another(
    people: SandboxClient, sandbox: Sandbox
) -> None:
    one, other = [await people.say(ALICE, OPS, "order") for _ in range(2)]
    looked_at: list[object] = []
    topic = ("message in a thread", f"{OPS} {one}")
    waiting = asyncio.create_task(sandbox.core.hub.changes.first(topic, looked_at.append))
    await _somebody_waits(sandbox)

    await people.say(BOB, OPS, "elsewhere", thread_ts=other)
    assert looked_at == []
    await people.say(BOB, OPS, "here", thread_ts=one)
    assert len(looked_at) == 1
    waiting.cancel()


async def test_a_story_that_begins_anew_is_looked_through_anew(
    sandbox: Sandbox, people: SandboxClient
) -> None:
    await people.delete(BOB, OPS, (await people.messages(BOB, OPS))[-1]["ts"])
    waiting = asyncio.create_task(people.wait_message(OPS, contains="Ask the bot"))
    await _somebody_waits(sandbox)
    await people.reset()

    assert (await waiting)["text"].startswith("Ask the bot")


async def _somebody_waits(sandbox: Sandbox) -> None:
    async with asyncio.timeout(5):
        while not sandbox.core.hub.changes._listeners:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)


async def test_waiting_ends_when_a_modal_opens(
    sandbox: Sandbox, people: SandboxClient, slack: AsyncWebClient
) -> None:
    waiting = asyncio.create_task(people.wait_view(BOB, callback_id="reject"))
    trigger = sandbox.core.triggers.issue(BOB)
    await slack.views_open(trigger_id=trigger, view=a_modal())

    assert (await waiting)["callback_id"] == "reject"


@pytest.mark.parametrize("kind", ["message", "update", "ephemeral", "view", "home", "status"])
async def test_waiting_has_an_end(people: SandboxClient, kind: str) -> None:
    query = {"kind": kind, "channel": OPS, "contains": "never", "as": ALICE, "timeout": 0.02}
    async with not_allowed("timeout"):
        await people.get("wait", **query)


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_it_is_not_quiet_while_a_delivery_or_a_status_is_open(
    app: App, people: SandboxClient
) -> None:
    app.silent = True
    await people.say(ALICE, OPS, "anyone?")
    async with not_allowed("timeout"):
        await people.wait_quiet(timeout=0.2)
    await people.wait_quiet()
    assert len(app.heard) == 4

    root = await people.say(ALICE, "D0ALICE", "hi")
    await app.web.assistant_threads_setStatus(
        channel_id="D0ALICE", thread_ts=root, status="is thinking…"
    )
    app.silent = False
    async with not_allowed("timeout"):
        await people.wait_quiet(timeout=0.2)


async def test_unknown_waits_are_refused(people: SandboxClient) -> None:
    async with not_allowed("invalid_request"):
        await people.get("wait", kind="godot")


async def test_a_label_that_is_not_there_is_told_with_those_that_are(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=OPS, text="x", blocks=[actions(button())])
    message = await people.wait_message(OPS, from_="U0SIGN")
    async with not_allowed("element_not_found"):
        await people.click_button(BOB, message, "Reject")


async def test_reset_forgets_and_keeps_the_app(app: App, people: SandboxClient) -> None:
    await people.say(ALICE, OPS, "gone")
    await people.fail("*", "http_500", count=0)
    await people.reset()

    assert [m["text"] for m in await people.messages(ALICE, OPS)][-1].startswith("Ask the bot")
    assert (await said(app.web.auth_test()))["ok"]
    assert (await people.state(ALICE))["app"]["connected"]


async def test_an_export_holds_the_workspace_and_its_traffic(people: SandboxClient) -> None:
    export = await people.get("export")

    assert "C0OPS" in export["workspace"]["channels"]
    assert export["entries"] == []


async def test_the_inspector_can_be_read_from_a_point_on(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.auth_test()
    (first,) = await people.inspect()
    await slack.api_test()
    (second,) = await people.inspect(first["n"])

    assert (first["kind"], first["title"], first["ok"]) == ("api", "auth.test", True)
    assert second["title"] == "api.test"
    assert second["detail"]["status"] == 200
