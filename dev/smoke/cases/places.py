"""Decisions that are made away from the card: from a summary, and from a list."""

import time
from typing import Any

from dev.smoke.errors import SmokeError
from dev.smoke.order import BOB, OPS, Order, approval_id, expect
from workflows.contracts.decisions import Via

MOST_LOOKS = 20
"""Visibility follows in its own time."""
FOUR = "order 11 headsets, 12 gizmos, 13 sprockets and 1 chair"


async def batch(order: Order) -> None:
    """Four orders of one message are approved in one dialog."""
    cards = await order.ask_for(FOUR, 4)
    summary = await order.product.sandbox.wait_reply(OPS, order.thread, contains="4 waiting")
    started = time.perf_counter()
    await order.press(summary, "Approve all 4…")
    await order.fill_in({})
    await order.answered(summary, "placed", started)
    for card in cards:
        await order.settled(card, "Done:")
    await order.shows(summary, "All 4 are decided")


async def listed(order: Order) -> None:
    """Bob finds the order in his list, approves it there, and the list shows it."""
    card = await order.ask("order 14 headsets")
    started = time.perf_counter()
    found, row = await _row(order, approval_id(card))
    order.took("list_ms", started)
    started = time.perf_counter()
    await order.press({**found, "blocks": [row]}, "Approve")
    await order.answered(card, "placed", started)
    await order.settled(card, "Approved by")
    decision = (await order.status(card)).decision
    expect("where it was decided", decision and decision.via, Via.LIST)
    after = await order.told(BOB, "✅")
    expect("the list that was pressed", after["ts"], found["ts"])


async def _row(order: Order, id_: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """`/approvals`, and the buttons of one row in it."""
    for _ in range(MOST_LOOKS):
        await order.command("/approvals")
        await order.product.sandbox.wait_quiet()
        message = (await order.product.sandbox.ephemerals(BOB, OPS))[-1]
        for block in message["blocks"]:
            offered = {(it.get("action_id"), it.get("value")) for it in block.get("elements", [])}
            if ("approval_approve", id_) in offered:  # one that is only just listed is reviewed
                return message, block
    raise SmokeError(f"{id_} is not in the list")
