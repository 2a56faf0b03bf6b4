"""What people type after the first message: what the bot says, asks for and takes back.

The model is the scripted one. What is checked is the way from a message to what becomes of what
waits; which of their own words people use is checked in `tests/unit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from countersign.messages.notices import EDIT_SEEN
from tests.slack.product import Product
from tests.slack.reading import Json, full_text
from tests.slack.slack_thread import ALICE, ALICES_DM, BOB, BOT, OPS, SlackThread

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way


@dataclass(frozen=True)
class Said:
    """One message, and what it leads to."""

    text: str
    hears: str = ""
    """What the bot answers."""
    asks: Sequence[str] = ()
    """What cards ask for."""
    withdraws: Sequence[str] = ()
    """Whose cards say then that they were withdrawn."""
    who: str = ALICE


ORDER = Said("order 3 widgets", asks=["Order 3 widgets"])
FEWER = Said("actually make it 2", asks=["Order 2 widgets"], withdraws=["Order 3 widgets"])
BOTH = Said("order 3 widgets and 4 gadgets", asks=["Order 3 widgets", "Order 4 gadgets"])

CASES: dict[str, Sequence[Said]] = {
    "a change replaces what waits": [ORDER, FEWER],
    "and may be changed again": [
        ORDER,
        FEWER,
        Said("no, 5 please", asks=["Order 5 widgets"], withdraws=["Order 2 widgets"]),
    ],
    "which of several is asked": [BOTH, Said("make it 2", hears="Which of your requests")],
    "and the answer picks one": [
        BOTH,
        Said("make it 2", hears="Which of your requests"),
        Said("The gadgets 🙂", asks=["Order 2 gadgets"], withdraws=["Order 4 gadgets"]),
    ],
    "or both": [
        BOTH,
        Said("make it 2", hears="Which of your requests"),
        Said(
            "BOTH!",
            asks=["Order 2 widgets", "Order 2 gadgets"],
            withdraws=["Order 3 widgets", "Order 4 gadgets"],
        ),
    ],
    "unless it is named": [
        BOTH,
        Said("make the gadgets 2", asks=["Order 2 gadgets"], withdraws=["Order 4 gadgets"]),
    ],
    "something else instead": [
        ORDER,
        Said(
            "sorry, gadgets not widgets",
            asks=["Order 3 gadgets"],
            withdraws=["Order 3 widgets"],
        ),
    ],
    "a correction": [
        ORDER,
        Said("2 please, not 3", asks=["Order 2 widgets"], withdraws=["Order 3 widgets"]),
    ],
    "a change with a typo": [
        ORDER,
        Said("make it 2 gagdets", hears="Did you mean gadget?"),
        Said("yes", asks=["Order 2 gadgets"], withdraws=["Order 3 widgets"]),
    ],
    "others change nothing": [
        ORDER,
        Said("make it 300", hears="Only the person who asked can change that", who=BOB),
    ],
    "what cannot be had replaces nothing": [ORDER, Said("make it 0", hears="at least 1")],
    "never mind": [ORDER, Said("never mind", hears="Withdrawn", withdraws=["Order 3 widgets"])],
    "one of them by name": [
        BOTH,
        Said("cancel the gadgets", withdraws=["Order 4 gadgets"]),
    ],
    "all of them": [
        BOTH,
        Said(
            "forget it, cancel all of them",
            hears="Withdrawn",
            withdraws=["Order 3 widgets", "Order 4 gadgets"],
        ),
    ],
    "nothing to take back": [
        Said("how much budget is left?", hears="€"),
        Said("never mind", hears="leave it at that"),
    ],
    "who has to approve": [
        ORDER,
        Said("who has to approve?", hears="from @finance or anyone in #ops"),
    ],
    "who is waited for": [
        ORDER,
        Said("Who's it waiting for", hears="from @finance or anyone in #ops"),
    ],
    "how long it takes": [ORDER, Said("how long does it take?", hears="open until")],
    "whether it is approved": [ORDER, Said("IS IT APPROVED YET???", hears="waiting for somebody")],
    "a typo": [
        Said("order 3 wigdets", hears="Did you mean widget?"),
        Said("yes", asks=["Order 3 widgets"]),
    ],
    "a typo that is like nothing": [Said("order 3 xylophones", hears="There is no 'xylophone'")],
    "the last order": [
        Said("order 2 cables", hears="placed: 2 cables"),
        Said("cancel my last order", asks=[": 2 cables, €13.80"]),
    ],
    "what was ordered": [
        Said("order 3 cables", hears="placed: 3 cables"),
        Said("what did I order today?", hears="is placed: 3 cables, €20.70"),
    ],
}


USUAL = frozenset(
    {
        "a change replaces what waits",
        "and the answer picks one",
        "what cannot be had replaces nothing",
        "one of them by name",
        "who has to approve",
        "the last order",
    }
)
"""One of each kind; `make system` plays the others."""


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(said, id=name, marks=() if name in USUAL else pytest.mark.system)
        for name, said in CASES.items()
    ],
)
async def test_follow_ups_in_a_thread(product: Product, said: Sequence[Said]) -> None:
    thread, cards = await product.mention(said[0].text), dict[str, Json]()
    for number, it in enumerate(said):
        if number:
            await thread.say(it.text, it.who)
        await _comes_true(thread, it, cards)
    for card in cards.values():
        await thread.drop(card)


async def _comes_true(thread: SlackThread, said: Said, cards: dict[str, Json]) -> None:
    """Wait for all that a message leads to, and note which cards wait now."""
    begun = thread.heard
    for summary in said.asks:
        thread.heard = begun
        is_whole = summary.startswith("Order")  # which a summary of several says too
        cards[summary] = await thread.hear(f"Approval needed: {summary}" if is_whole else summary)
    for summary in said.withdraws:
        await thread.redrawn(cards.pop(summary), "Withdrawn")
    if said.hears:
        thread.heard = begun
        await thread.hear(said.hears)


async def test_a_request_that_replaces_another_says_so_and_is_told_once(product: Product) -> None:
    thread = await product.mention("order 3 widgets")
    old = await thread.card()
    await thread.say("actually make it 2")
    new = await thread.card()

    assert "Replaces" in full_text(new)
    replaced = full_text(await thread.redrawn(old, "Replaced: "))
    assert f"/p{new['ts'].replace('.', '')}" in replaced
    assert "|open the new request>" in replaced
    await product.sandbox.wait_quiet()
    assert len(await thread.bots_messages()) == 2
    await thread.press(new, "Approve")
    await thread.hear("placed: 2 widgets")


async def test_at_the_top_of_a_direct_message_it_goes_on_with_the_last_thread(
    product: Product,
) -> None:
    thread = await product.begin("order 3 widgets")
    await thread.line()
    for text, asked in (
        ("actually make it 2", "Order 2 widgets"),
        ("no, make it 5", "Order 5 widgets"),
    ):
        again = await product.begin(text)
        await again.hear("our last thread")
        await thread.hear(asked)
    told = await product.begin("who has to approve?")
    await told.hear("our last thread")
    await thread.hear("from @finance")
    await (await product.begin("never mind")).hear("our last thread")
    await thread.hear("Withdrawn")


async def test_at_the_top_of_a_direct_message_a_question_is_answered(product: Product) -> None:
    thread = await product.begin("order chairs")
    await thread.hear("I still need")
    await (await product.begin("3")).hear("our last thread")
    card = await thread.card()
    assert "3 chairs" in full_text(card)
    await thread.drop(card)


async def test_at_the_top_of_a_direct_message_something_new_begins_anew(product: Product) -> None:
    thread = await product.begin("order 3 widgets")
    line = await thread.line()
    for text in ("how much budget is left?", "what did I order today?"):
        other = await product.begin(text)
        assert "our last thread" not in (await other.hear())["text"]
    card = await thread.copy_for("D0BOB", line["metadata"]["event_payload"]["key"].split("/")[0])
    await thread.drop(card)


@pytest.mark.parametrize("channel", [OPS, ALICES_DM])
async def test_an_edit_while_an_approval_waits_changes_nothing_and_is_told(
    product: Product, channel: str
) -> None:
    mention = "" if channel == ALICES_DM else f"<@{BOT}> "
    thread = await product.begin(f"{mention}order 3 widgets", channel)
    card = await thread.card()
    await product.sandbox.edit(ALICE, channel, thread.ts, f"{mention}order 2 widgets")
    assert (await thread.hear("changed your message"))["text"] == EDIT_SEEN
    assert "Order 3 widgets" in full_text(card)
    await thread.drop(card)


async def test_in_a_channel_every_thread_stands_for_itself(product: Product) -> None:
    thread = await product.mention("order 3 widgets")
    card = await thread.card()
    other = await product.mention("never mind")
    await other.hear("leave it at that")
    assert "Order 3 widgets" in full_text(card)
    await thread.drop(card)
