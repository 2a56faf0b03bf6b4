"""One order's way: a person speaks, the app hears and answers, everyone sees the decision."""

from sandbox.client import SandboxClient
from tests.unit.sandbox.blocks import actions, button, section
from tests.unit.sandbox.slack_app import ALICE, BOB, BOT, OPS, App


async def test_words_reach_the_app_and_the_answer_reaches_the_person(
    app: App, people: SandboxClient
) -> None:
    ts = await people.say(ALICE, "D0ALICE", "order 100 <widgets> & more")

    event = (await app.first())["event"]
    assert event["text"] == "order 100 &lt;widgets&gt; &amp; more"
    assert (event["channel_type"], event["user"], event["ts"]) == ("im", ALICE, ts)
    await app.web.chat_postMessage(channel="D0ALICE", thread_ts=ts, text="On it")

    reply = await people.wait_reply("D0ALICE", ts, contains="on it")
    assert reply["user"] == BOT


async def test_a_click_reaches_the_app_and_the_card_changes(
    app: App, people: SandboxClient
) -> None:
    card = [section("Order 100 widgets?"), actions(button(value="approval-1"))]
    await app.web.chat_postMessage(channel=OPS, text="Approval needed", blocks=card)
    message = await people.wait_message(OPS, from_=BOT)

    report = await people.click_button(BOB, message, "Approve")
    click = next(r.payload for r in app.heard if r.type == "interactive")
    assert report["delivered"]
    assert report["ack_ms"] is not None
    assert click["actions"][0]["value"] == "approval-1"
    await app.web.chat_update(
        channel=OPS, ts=message["ts"], text="Approved", blocks=[section("Approved")]
    )

    decided = await people.wait_update(message)
    assert decided["text"] == "Approved"
    assert "edited" not in decided
