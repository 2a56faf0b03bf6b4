"""What is asked for changes before it is done: by an approver, by its own clock, by the world."""

import json
import time

from dev.smoke.order import ALICE, Order, expect
from dev.smoke.policy import SHORT_LIVED
from workflows.contracts.decisions import Outcome

REASON = "We agreed on fewer last Tuesday"


async def reason_reaches_agent(order: Order) -> None:
    """A rejection's reason is in the agent's answer."""
    card = await order.ask("order 9 desks")
    started = time.perf_counter()
    await order.reject(card, REASON)
    await order.answered(card, REASON, started)
    await order.settled(card, REASON)


async def changes_requested(order: Order) -> None:
    """The agent asks anew with the change, and the new card says what differs."""
    card = await order.ask("order 100 sprockets")
    started = time.perf_counter()
    await order.press(card, "Request changes…")
    await order.fill_in({"What has to change?": "make it 50"})
    new = await order.card(card)
    order.took("new_card_ms", started)
    await order.settled(card, "Changes requested")
    await order.shows(new, "Replaces ")
    changes = (await order.status(new)).request.changes
    expect("first difference", (changes[0].before, changes[0].after), ("100", "50"))
    started = time.perf_counter()
    await order.press(new, "Approve")
    await order.answered(new, "placed", started)
    expect("orders of sprockets", order.product.shop.orders("sprocket"), [(50, 36_250)])


async def edit(order: Order) -> None:
    """An approver changes the quantity; both calls are on record."""
    card = await order.ask("order 10 gizmos")
    await order.choose(card, "Edit & approve")
    started = time.perf_counter()
    await order.fill_in({"quantity": "7"})
    await order.answered(card, "placed", started)
    await order.settled(card, "Done:")
    expect("orders of gizmos", order.product.shop.orders("gizmo"), [(7, 12_950)])
    status = await order.status(card)
    proposed, effective = status.request.call, status.effective
    quantities = [json.loads(it.arguments)["quantity"] for it in (proposed, effective) if it]
    expect("proposed and effective", quantities, [10, 7])


async def drift(order: Order) -> None:
    """The price changes while the order waits: nothing is ordered, and people are asked again."""
    shop = order.product.shop
    card = await order.ask("order 2 laptops")
    shop.set_price("laptop", 130_000)
    started = time.perf_counter()
    await order.press(card, "Approve")
    new = await order.card(card)
    order.took("new_card_ms", started)
    expect("orders at the old price", shop.orders("laptop"), [])
    expect("outcome", (await order.status(card)).outcome, Outcome.SUPERSEDED)
    await order.shows(new, "€1,249.00")  # the old price, as part of what differs
    started = time.perf_counter()
    await order.press(new, "Approve")
    await order.answered(new, "placed", started)
    expect("orders of laptops", shop.orders("laptop"), [(2, 260_000)])


async def expiry(order: Order) -> None:
    """Nobody decides in time; the requester can ask again."""
    started = time.perf_counter()
    card = await order.ask(f"order 1 {SHORT_LIVED}")
    await order.answered(card, "nobody answered by", started)
    gone = await order.shows(card, "Expired")
    expect("orders of what expired", order.product.shop.orders(SHORT_LIVED), [])
    await order.press(gone, "Ask again", ALICE)
    again = await order.card(card)
    await order.press(again, "Approve")
    await order.settled(again, "Done:")


async def withdraw(order: Order) -> None:
    """The requester types that it is no longer needed."""
    card = await order.ask("order 8 headsets")
    started = time.perf_counter()
    await order.say("cancel that")
    await order.answered(card, "withdrawn", started)
    await order.settled(card, "No longer needed")
