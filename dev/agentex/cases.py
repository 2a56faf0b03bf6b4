"""Tasks, each from the question to its end."""

from collections.abc import Awaitable, Callable, Mapping

from dev.agentex.product import BOB, Product
from dev.smoke import operator


async def approve(product: Product) -> None:
    """Bob approves in Slack, and the answer is in the task."""
    task, waiting = await product.ask()
    card = await product.card()
    await product.press(card, "Approve")
    await product.says(task, "placed", after=waiting["id"])
    await product.shows(card, "placed")


async def reject(product: Product) -> None:
    """Bob rejects in Slack, and the task says so."""
    task, waiting = await product.ask()
    await product.press(await product.card(), "Reject…")
    view = await product.slack.wait_view(BOB)
    await product.slack.submit(BOB, view, {"In your own words": "too many chairs"})
    await product.says(task, "too many chairs", after=waiting["id"])


async def cancel(product: Product) -> None:
    """The task is cancelled while it waits: the request is withdrawn and the task over."""
    task, _ = await product.ask()
    card = await product.card()
    await product.stack.backend.cancel(task)
    await product.shows(card, "Withdrawn")
    await product.completed(task)


async def interrupt(product: Product) -> None:
    """The answer is interrupted: the request is withdrawn, and the task goes on."""
    task, _ = await product.ask()
    card = await product.card()
    await product.stack.backend.interrupt(task)
    await product.shows(card, "Withdrawn")
    await product.stack.backend.wait_status(task, "INTERRUPTED")
    await product.stack.backend.send(task, "How much budget is left?")
    await product.says(task, "€")


async def killed(product: Product) -> None:
    """Server and worker die while it waits; Bob's answer waits for them."""
    task, waiting = await product.ask()
    card = await product.card()
    await product.stack.kill_agent()
    await product.press(card, "Approve")
    await product.stack.start_agent()
    await product.says(task, "placed", after=waiting["id"])


async def backend_away(product: Product) -> None:
    """AgentEx is away when the answer comes; it has it once it is back."""
    task, waiting = await product.ask()
    card = await product.card()
    await product.stack.backend.away()
    await product.press(card, "Approve")
    await product.shows(card, "placed")
    await product.stack.backend.back()
    await product.says(task, "placed", after=waiting["id"])


async def _signalled(product: Product, value: str, words: str) -> None:
    task, waiting = await product.ask()
    approval = str(waiting["content"]["content"]).partition("approval-")[2][:12]
    await operator.signal(product.stack.slack, f"approval-{approval}", value)
    await product.says(task, words, after=waiting["id"])


async def signal_true(product: Product) -> None:
    """Without Slack: the tutorial's own command approves."""
    await _signalled(product, "true", "placed")


async def signal_false(product: Product) -> None:
    """And rejects, which ends it too."""
    await _signalled(product, "false", "ejected")


Case = Callable[[Product], Awaitable[None]]
WITH_SLACK: Mapping[str, Case] = {
    "approve": approve,
    "reject": reject,
    "cancel": cancel,
    "interrupt": interrupt,
    "backend_away": backend_away,
    "killed": killed,
}
WITHOUT_SLACK: Mapping[str, Case] = {"signal_true": signal_true, "signal_false": signal_false}
