"""An operator ends approvals in Temporal: cards, copies, lists and people follow."""

import asyncio
import time
from contextlib import suppress

import pytest
from temporalio.service import RPCError

from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, full_text
from tests.slack.slack_thread import BOB, BOBS_DM, CAROL, CAROLS_DM, SlackThread

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way
ORDER = "order 4 monitors"
NOTHING = "nothing was done"
QUICK = 2.7
"""Seconds in which a listener has to have answered."""


async def terminate(product: Product, *ids: str) -> None:
    for id_ in ids:
        with suppress(RPCError):  # the end of the one may have ended the other
            await product.temporal.get_workflow_handle(id_).terminate("tidying up")


async def stopped(thread: SlackThread, message: Json) -> Json:
    """The message once it says that an operator ended it."""
    shown = await thread.redrawn(message, "ended by an operator")
    assert buttons(shown) == []
    told = full_text(shown).lower()
    assert NOTHING in told or "not done" in told
    return shown


async def alone(product: Product, thread: SlackThread, card: Json) -> str:
    """End an approval and its conversation, so that nobody is left to say anything; its id."""
    id_ = approval_id(card)
    await terminate(product, f"conversation-T0ACME-{thread.channel}-{thread.ts}", id_)
    return id_


@pytest.mark.parametrize("button", ["Approve", "Reject…", "Request changes…"])
async def test_whoever_presses_is_told_and_the_card_follows(product: Product, button: str) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await alone(product, thread, card)
    since = time.monotonic()
    await thread.press(card, button)

    assert time.monotonic() - since < QUICK
    told = (await thread.told(BOB, "changed nothing"))["text"]
    assert "ended by an operator" in told
    assert NOTHING in told
    await stopped(thread, card)


async def test_details_are_shown_and_the_card_follows(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await alone(product, thread, card)
    await thread.choose(card, "Details")

    assert "ended by an operator" in full_text({"text": "", **await thread.dialog()})
    await stopped(thread, card)


async def test_a_dialog_that_was_open_says_so_and_the_card_follows(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await thread.press(card, "Reject…")
    await thread.dialog()
    await alone(product, thread, card)
    await thread.fill_in({"reason": "too dear"})

    await stopped(thread, card)


async def test_copies_line_and_requester_hear_of_it_once(product: Product) -> None:
    thread = await product.begin(ORDER)
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    mine = await thread.copy_for(BOBS_DM, id_)
    others = await thread.copy_for(CAROLS_DM, id_)
    await alone(product, thread, mine)
    both = thread.press(mine, "Approve"), thread.press(others, "Approve", CAROL)
    await asyncio.gather(*both)

    await asyncio.gather(*(stopped(thread, it) for it in (mine, others, line)))
    assert NOTHING in (await thread.hear("Ask again if it is still needed"))["text"]
    await product.sandbox.wait_quiet()
    notes = [it for it in await thread.bots_messages() if "Ask again if it is" in it["text"]]
    assert len(notes) == 1


async def test_a_conversation_that_is_begun_anew_hides_no_end(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    await terminate(product, f"conversation-T0ACME-{thread.channel}-{thread.ts}")
    await thread.say("how much budget is left?")
    await thread.hear("€")
    await thread.press(card, "Approve")

    shown = await thread.redrawn(card, "ended together with its conversation")
    assert buttons(shown) == []
    assert NOTHING in (await thread.hear("ended together with its conversation"))["text"]


async def test_a_terminal_says_it_too(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    id_ = await alone(product, thread, card)
    code, printed = await product.at_terminal("approve", id_)
    assert code == 1
    assert "ended by an operator" in " ".join(printed.split())
    _, printed = await product.at_terminal("show", id_)
    assert "stopped" in printed
    assert NOTHING in " ".join(printed.split())


async def test_an_open_list_follows_and_history_has_it(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    id_ = approval_id(card)
    assert "Approve" in buttons(await product.list_of(BOB, id_))
    await alone(product, thread, card)
    ended = await product.list_of(BOB, id_, text="history")
    assert "ended by an operator" in full_text(ended).lower()
    await thread.press(card, "Approve")
    await stopped(thread, card)


@pytest.mark.system
async def test_a_dead_card_is_answered_while_no_worker_runs(own: Product) -> None:
    thread = await own.mention(ORDER)
    card = await thread.card()
    await alone(own, thread, card)
    await own.stack.stop_one("worker")
    since = time.monotonic()
    await thread.press(card, "Approve")

    assert time.monotonic() - since < QUICK
    assert "ended by an operator" in (await thread.told(BOB, "changed nothing"))["text"]
    await stopped(thread, card)
    await own.stack.launch("worker")
    assert NOTHING in (await thread.hear("Ask again if it is still needed"))["text"]
