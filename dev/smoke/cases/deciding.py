"""Yes and no, from wherever they are said."""

import time

from dev.smoke.operator import approve as approve_at_terminal
from dev.smoke.operator import signal
from dev.smoke.order import CAROL, Order, approval_id, expect


async def approve(order: Order) -> None:
    """An order is approved, placed and confirmed."""
    card = await order.ask("order 100 widgets because stock is low")
    started = time.perf_counter()
    await order.press(card, "Approve")
    await order.answered(card, "placed", started)
    await order.settled(card, "Done:")
    expect("orders of widgets", order.product.shop.orders("widget"), [(100, 412_000)])


async def reject(order: Order) -> None:
    """An order is rejected, and the agent says so."""
    card = await order.ask("order 3 laptops")
    started = time.perf_counter()
    await order.press(card, "Reject…")
    await order.fill_in({"Reason": "Not needed"})
    await order.answered(card, "rejected", started)
    await order.settled(card, "Nothing was done")


async def two_at_once(order: Order) -> None:
    """Two orders of one message are decided apart."""
    first, second = await order.ask_for("order 20 chairs and 5 desks", 2)
    started = time.perf_counter()
    await order.press(second, "Approve")
    await order.settled(second, "Done:")
    await order.reject(first, "We have chairs")
    await order.answered(second, "rejected", started)
    await order.settled(first, "Nothing was done")


async def quorum(order: Order) -> None:
    """Above €5,000 one approval is shown as one of two, and only the second runs it."""
    card = await order.ask("order 60 gadgets")
    await order.press(card, "Approve")
    await order.shows(card, "1 of 2: ")
    expect("orders before the second vote", order.product.shop.orders("gadget"), [])
    status = await order.status(card)
    rule = status.in_force
    expect("votes", (status.counted, rule and rule.needed), (1, 2))
    started = time.perf_counter()
    await order.press(card, "Approve", CAROL)
    await order.answered(card, "placed", started)
    await order.settled(card, "Done:")
    expect("orders of gadgets", order.product.shop.orders("gadget"), [(60, 774_000)])


async def cli_signal(order: Order) -> None:
    """An operator approves with Temporal's command line."""
    card = await order.ask("order 5 headsets")
    started = time.perf_counter()
    await signal(order.product.stack, approval_id(card), "true")
    await order.answered(card, "placed", started)
    await order.settled(card, "an operator")


async def cli(order: Order) -> None:
    """An operator approves with ours."""
    card = await order.ask("order 6 headsets")
    started = time.perf_counter()
    await approve_at_terminal(order.product.stack, approval_id(card))
    await order.answered(card, "placed", started)
    await order.settled(card, "operator via CLI")
