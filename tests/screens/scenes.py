"""What people do until there is something to show. Alice asks in #ops; Bob is who looks."""

import sqlite3
from contextlib import closing

from tests.screens.camera import Place
from tests.slack.product import Product
from tests.slack.reading import Json
from tests.slack.slack_thread import ALICE, BOBS_DM, BOT, CAROL, PATIENCE, VOTED

SITES = ", ".join(f"clause {number} holds at each of our sites" for number in range(1, 23))
"""More than a card can show in full."""


async def asked(product: Product) -> Place:
    """One approval is enough."""
    thread = await product.mention("order 100 widgets because stock is low")
    return _at(await thread.card())


async def one_of_two(product: Product) -> Place:
    """Two have to approve, and Carol has."""
    thread = await product.mention("order 130 widgets because the M4 line needs them by Monday")
    card = await thread.card()
    await thread.press(card, "Approve", CAROL)
    await thread.redrawn(card, VOTED)
    return _at(card)


async def long_question(product: Product) -> Place:
    """Nobody can approve what they could not open."""
    thread = await product.mention(f"confirm with someone that {SITES}")
    return _at(await thread.card())


async def changed(product: Product) -> Place:
    """Bob has asked for fewer, and the agent has asked anew; the older card."""
    return _at((await _replaced(product, "order 41 gadgets"))[0])


async def replacing(product: Product) -> Place:
    """The same; the newer card."""
    return _at((await _replaced(product, "order 42 gadgets"))[1])


async def handed_over(product: Product) -> Place:
    """Bob has asked Carol to decide in his place."""
    thread = await product.mention("order 125 gadgets")
    card = await thread.card()
    await thread.choose(card, "Hand over…")
    await thread.fill_in({"Hand over to": "U0CAROL"})
    await thread.redrawn(card, "handed over to")
    return _at(card)


async def outside_slack(product: Product) -> Place:
    """A rule under which nobody decides in Slack."""
    thread = await product.mention("order 12 sprockets")
    return _at(await thread.card())


async def placed(product: Product) -> Place:
    """Bob has approved, and the order is placed."""
    thread = await product.mention("order 40 widgets because stock is low")
    card = await thread.card()
    await thread.press(card, "Approve")
    return _at(await thread.redrawn(card, "placed"))


async def placed_as_edited(product: Product) -> Place:
    """Bob has changed the quantity and approved."""
    thread = await product.mention("order 43 widgets")
    card = await thread.card()
    await thread.choose(card, "Edit & approve")
    await thread.fill_in({"quantity": "12"})
    return _at(await thread.redrawn(card, "placed"))


async def placed_in_an_emergency(product: Product) -> Place:
    """Carol has approved alone what two should have."""
    thread = await product.mention("order 6 laptops")
    card = await thread.card()
    await thread.choose(card, "Break glass…", CAROL)
    await thread.fill_in({"reason": "The line stands still."}, CAROL)
    return _at(await thread.redrawn(card, "placed"))


async def rejected(product: Product) -> Place:
    """Bob has said no, and why."""
    thread = await product.mention("order 3 laptops")
    card = await thread.card()
    await thread.reject(card, "Ask me again in January.")
    return _at(await thread.redrawn(card, "Rejected"))


async def expired(product: Product) -> Place:
    """Nobody has decided in time."""
    thread = await product.mention("order 2 monitors")
    return _at(await thread.redrawn(await thread.card(), "Expired"))


async def withdrawn(product: Product) -> Place:
    """Alice has taken it back."""
    thread = await product.mention("order 8 desks")
    card = await thread.card()
    await thread.say("never mind")
    return _at(await thread.redrawn(card, "Withdrawn"))


async def superseded(product: Product) -> Place:
    """The price has risen before Bob approved, so it is asked anew; the older card."""
    thread = await product.mention("order 2 desks")
    card = await thread.card()
    _in_shop(product, "UPDATE items SET price_cents = 62900 WHERE sku = 'desk'")
    await thread.press(card, "Approve")
    await thread.card()
    return _at(card)


async def failed(product: Product) -> Place:
    """What was approved could not be done."""
    thread = await product.mention("order 4 chairs")
    card = await thread.card()
    _in_shop(product, "UPDATE items SET stock = 1 WHERE sku = 'chair'")
    await thread.press(card, "Approve")
    return _at(await thread.redrawn(card, "Approved by"))


async def three_at_once(product: Product) -> Place:
    """Several cards from one message, and their summary."""
    thread = await product.mention("order 3 widgets, 4 gadgets and 2 desks")
    return _at(await thread.hear("3 waiting"))


async def in_private(product: Product) -> Place:
    """Asked in a direct message; the card in Bob's own."""
    thread = await product.begin("order 80 widgets because the fair is next week")
    card = await thread.card()
    return Place(channel=BOBS_DM, message=card["ts"])


async def reminded(product: Product) -> Place:
    """Alice has had finance reminded; what Bob has of it."""
    thread = await product.mention("order 9 desks")
    await thread.press(await thread.card(), "Approve", ALICE)
    await thread.press(await thread.told(ALICE, "yourself"), "Remind them", ALICE)
    told = await product.sandbox.wait_message(
        BOBS_DM, from_=BOT, contains="You are asked to decide", timeout=PATIENCE
    )
    return Place(channel=BOBS_DM, message=told["ts"])


async def nothing_more(_: Product) -> Place:
    """What was asked before is enough."""
    return Place()


async def at_home(_: Product) -> Place:
    """The bot's own page."""
    return Place(channel=BOBS_DM)


async def _replaced(product: Product, text: str) -> tuple[Json, Json]:
    thread = await product.mention(text)
    card = await thread.card()
    await thread.press(card, "Request changes…")
    await thread.fill_in({"What has to change?": "make it 20"})
    return card, await thread.card()


def _at(message: Json) -> Place:
    return Place(message["channel"], str(message.get("thread_ts", "")), str(message["ts"]))


def _in_shop(product: Product, statement: str) -> None:
    with closing(sqlite3.connect(product.stack.home / "countersign.db", timeout=10)) as connection:
        connection.execute(statement)
        connection.commit()
