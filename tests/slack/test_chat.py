"""Chat: where the bot listens, what it ignores, and how its answers look."""

from typing import Any

import pytest

from countersign.messages.notices import EDIT_SEEN
from tests.slack.product import Product
from tests.slack.reading import Json, full_text
from tests.slack.slack_thread import ALICE, ALICES_DM, BOB, BOT, OPS, RANDOM, TRIO

ONE_WAY = pytest.mark.delivery("http")  # Slack delivers the same either way


async def test_a_direct_message_is_answered_in_its_thread(product: Product) -> None:
    thread = await product.begin("how much budget is left?")
    answer = await thread.hear()
    assert "€" in answer["text"]
    assert answer["thread_ts"] == thread.ts


async def test_a_mention_is_answered_once_although_slack_tells_it_twice(product: Product) -> None:
    thread = await product.mention("how much budget is left?")
    await thread.hear("€")
    await thread.say("thanks!")
    await thread.hear("welcome")
    assert len(await thread.bots_messages()) == 2


async def test_a_mention_in_a_thread_that_others_began_joins_it(product: Product) -> None:
    root = await product.sandbox.say(BOB, OPS, "Does anybody know our budget?")
    await product.sandbox.say(ALICE, OPS, f"<@{BOT}> how much budget is left?", thread_ts=root)
    answer = await product.sandbox.wait_reply(OPS, root, timeout=20)
    assert "€" in answer["text"]


async def test_among_several_people_in_a_direct_message_it_is_as_in_a_channel(
    product: Product,
) -> None:
    chatter = await product.begin("Lunch?", TRIO)
    thread = await product.mention("order 100 widgets", TRIO)
    card = await thread.card()
    await thread.press(card, "Approve")
    await thread.redrawn(card, "Done")
    await thread.hear()
    await thread.say("how much budget is left?", BOB)
    assert "€" in (await thread.hear())["text"]
    assert await product.conversations(chatter) == 0


@ONE_WAY
async def test_a_thread_has_a_memory(product: Product) -> None:
    thread = await product.begin("I want to order chairs")
    assert "how many" in (await thread.hear())["text"].lower()
    await thread.say("12")
    card = await thread.card()
    assert "12 chairs" in full_text(card)
    await thread.drop(card)


@pytest.mark.delivery("http")  # it takes as long as the model's time-out
async def test_while_the_agent_works_the_thread_says_so(product: Product) -> None:
    await product.sandbox.wait_quiet()  # or the model would hang for another test's thread
    await product.script("hang", 1)
    thread = await product.begin("hello")
    status = await product.sandbox.wait_status(ALICES_DM, thread_ts=thread.ts, timeout=20)
    assert status["text"] == "is thinking…"
    await thread.hear()  # the model is asked again, and the next test finds nobody at work


async def test_what_no_person_says_to_the_bot_starts_nothing(product: Product) -> None:
    chatter = await product.begin("Lunch, anybody?", OPS)
    elsewhere = await product.begin("Nobody listens here", RANDOM)
    said = await product.begin("hello")
    await said.hear()
    await product.sandbox.delete(ALICE, OPS, chatter.ts)
    await product.sandbox.wait_quiet()

    assert len(await said.bots_messages()) == 1
    assert await product.conversations(chatter) == 0
    assert await product.conversations(elsewhere) == 0


async def test_an_edit_is_told_of_in_one_line_and_what_slack_adds_is_none(product: Product) -> None:
    thread = await product.mention("hello")
    await thread.hear()
    before = {"type": "message", "user": ALICE, "ts": thread.ts, "text": f"<@{BOT}> hello"}
    for number, added in enumerate(
        (
            {"attachments": [{"from_url": "https://a.test", "text": "order 100 widgets"}]},
            {"reply_count": 1, "thread_ts": thread.ts},
            {"language": {"locale": "de"}},
        )
    ):
        change = {"message": {**before, **added}, "previous_message": before}
        await product.sandbox.deliver(_event(f"EvCHANGE{number}", thread.ts, **change))
    await product.sandbox.edit(ALICE, OPS, thread.ts, f"<@{BOT}> hello there")
    assert (await thread.hear())["text"] == EDIT_SEEN
    await product.sandbox.wait_quiet()
    assert len(await thread.bots_messages()) == 2


def _event(id_: str, ts: str, **event: Any) -> Json:
    changed = {"type": "message", "subtype": "message_changed", "channel": OPS, "ts": ts, **event}
    envelope = {"type": "event_callback", "team_id": "T0ACME", "api_app_id": "A0SIGN"}
    return {**envelope, "event_id": id_, "event": changed}


@ONE_WAY
async def test_markdown_of_the_model_looks_right_in_slack(product: Product) -> None:
    thread = await product.begin("what do you sell?")
    answer = await thread.hear()
    assert "widget" in full_text(answer)
    assert [block["type"] for block in answer["blocks"]] == ["markdown"]
    assert "**" not in answer["text"]


@ONE_WAY
async def test_a_long_answer_comes_in_several_messages_and_in_order(product: Product) -> None:
    thread = await product.begin("write a long report about the catalogue")
    await thread.hear()
    await product.sandbox.wait_quiet(timeout=20)
    pieces = await thread.bots_messages()
    assert len(pieces) > 2
    assert all(len(piece["text"]) <= 4_000 for piece in pieces)
    assert sum(len(piece["text"]) for piece in pieces) > 10_000


@ONE_WAY
async def test_a_workspace_without_status_lines_still_gets_answers(product: Product) -> None:
    for kind in ("unknown_method", "html_404"):
        await product.sandbox.fail("assistant.threads.setStatus", kind, count=1)
        thread = await product.begin("hello")
        await thread.hear()


@ONE_WAY
async def test_a_workspace_without_markdown_blocks_gets_text(product: Product) -> None:
    await product.sandbox.fail("chat.postMessage", "error", error="invalid_blocks")
    thread = await product.begin("what do you sell?")
    answer = await thread.hear()
    assert "widget" in answer["text"]
    assert "markdown" not in [block["type"] for block in answer.get("blocks", ())]


async def test_an_event_delivered_twice_is_answered_once(product: Product) -> None:
    await product.sandbox.fail("events", "duplicate")
    thread = await product.begin("hello")
    await thread.hear()
    await product.sandbox.wait_quiet()
    assert len(await thread.bots_messages()) == 1


@ONE_WAY
async def test_an_answer_whose_delivery_is_doubtful_is_posted_once(product: Product) -> None:
    for kind in ("http_500", "drop"):
        await product.sandbox.fail("chat.postMessage", kind, when="after")
        thread = await product.begin("hello")
        await thread.hear()
        await product.sandbox.wait_quiet(timeout=20)
        assert len(await thread.bots_messages()) == 1


@ONE_WAY
async def test_slack_that_asks_for_patience_gets_it(product: Product) -> None:
    await product.sandbox.fail("chat.postMessage", "http_429", retry_after=1)
    thread = await product.begin("hello")
    await thread.hear()
    assert len(await thread.bots_messages()) == 1
