"""The second example: a handoff, and an MCP server whose tools wait for people."""

import os
import signal
import time

from dev.smoke.operator import children
from dev.smoke.order import CAROL, Json, Order, expect
from workflows.contracts.decisions import Execution

SERVER = "examples.deploys.server"
MANAGER = "by the agent Release manager"


async def services_listed(order: Order) -> None:
    """What runs is asked of the server without a card, after a handoff."""
    await order.ask_freely("what services run?", "api: 2.3.0 in production")


async def deploy_to_staging(order: Order) -> None:
    """The card says in a sentence what would run and what runs now, and who asks."""
    card = await order.ask("deploy api 2.4.0 to staging")
    for told in ("Deploy api 2.4.0 to staging", MANAGER, "running now", "2.3.0"):
        await order.shows(card, told)
    started = time.perf_counter()
    await order.press(card, "Approve")
    await order.answered(card, "api 2.4.0 runs in staging", started)
    await order.settled(card, "Done:")
    expect("api in staging", order.product.releases.versions("api", "staging"), ["2.3.0", "2.4.0"])


async def deploy_and_roll_back(order: Order) -> None:
    """Production takes two people, both for the new version and for the way back."""
    releases = order.product.releases
    card = await order.ask("deploy api 2.4.0 to production")
    await order.press(card, "Approve")
    await order.shows(card, "1 of 2: ")
    expect("api before the second vote", releases.versions("api", "production"), ["2.3.0"])
    answer = await _approved(order, card, "api 2.4.0 runs in production")
    expect("api in production", releases.versions("api", "production"), ["2.3.0", "2.4.0"])

    await order.say("roll back api in production")
    back = await order.card(answer)
    await order.shows(back, "Roll api back to 2.3.0 in production")
    await order.press(back, "Approve")
    await order.shows(back, "1 of 2: ")
    await _approved(order, back, "api 2.3.0 runs in production again")
    ran = releases.versions("api", "production")
    expect("api after the way back", ran, ["2.3.0", "2.4.0", "2.3.0"])


async def server_killed(order: Order) -> None:
    """The server dies while the card waits; it is started again, and the call runs once."""
    card = await order.ask("deploy web 5.2.0 to staging")
    (before,) = await children(order.product.stack.pids()["worker"], SERVER)
    os.kill(before, signal.SIGKILL)
    started = time.perf_counter()
    await order.press(card, "Approve")
    await order.answered(card, "web 5.2.0 runs in staging", started)
    await order.settled(card, "Done:")
    (after,) = await children(order.product.stack.pids()["worker"], SERVER)
    expect("whether it is another process", after != before, wanted=True)
    expect("web in staging", order.product.releases.versions("web", "staging"), ["5.1.2", "5.2.0"])
    expect("what became of it", (await order.status(card)).execution, Execution.DONE)


async def _approved(order: Order, card: Json, contains: str) -> Json:
    """Carol approves as the second of two; the answer."""
    started = time.perf_counter()
    await order.press(card, "Approve", CAROL)
    answer = await order.answered(card, contains, started)
    await order.settled(card, "Done:")
    return answer
