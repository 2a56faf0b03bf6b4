"""Presses that do not count: who pressed is told why, and nothing is changed."""

import time

from dev.smoke.errors import SmokeError
from dev.smoke.order import ALICE, BOB, OPS, WITHDRAW, Order

OUTSIDER = "U0FRANK"
LOOK_UPS = ("users.info", "usergroups.users.list", "conversations.members")


async def self_approval_refused(order: Order) -> None:
    """Alice approves what she asked for; that is refused before anybody is looked up."""
    card = await order.ask("order 2 desks")
    before = max(entry["n"] for entry in await order.product.sandbox.inspect())
    started = time.perf_counter()
    await order.press(card, "Approve", ALICE)
    await order.told(ALICE, "You asked for this yourself")
    order.took("told_ms", started)
    asked = [entry["title"] for entry in await order.product.sandbox.inspect(before)]
    if looked_up := [title for title in asked if title.startswith(LOOK_UPS)]:
        raise SmokeError(f"the directory was asked: {looked_up}")
    await order.undecided(card)
    await order.withdraw(card)


async def outsider_refused(order: Order) -> None:
    """Somebody who sees the card and is no approver presses."""
    sandbox = order.product.sandbox
    await sandbox.set_person(OUTSIDER, name="frank", real_name="Frank Hale")
    await sandbox.set_member(OPS, OUTSIDER, present=True)
    card = await order.ask("order 55 gadgets")
    started = time.perf_counter()
    await order.press(card, "Approve", OUTSIDER)
    await order.told(OUTSIDER, "You can't decide this")
    order.took("told_ms", started)
    await order.undecided(card)
    await order.withdraw(card)


async def bystander_refused(order: Order) -> None:
    """Bob wants to withdraw what Alice asked for."""
    card = await order.ask("order 4 headsets")
    await order.choose(card, WITHDRAW)
    await order.told(BOB, "Only the person who asked for it can withdraw it")
    await order.undecided(card)
    await order.withdraw(card)
