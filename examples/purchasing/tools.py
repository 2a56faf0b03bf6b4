"""What the purchasing assistant can do."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from agents import RunContextWrapper, function_tool
from pydantic import Field

from countersign.tools import (
    ArgumentField,
    Preview,
    ToolError,
    annotate,
    current_call,
    preview,
)
from examples.purchasing.money import euros, pieces
from examples.purchasing.shop import Shop, ShopError, did_you_mean
from examples.purchasing.tables import Order

MOST_AT_ONCE = 10_000

Purchasing = RunContextWrapper[Shop]
Sku = Annotated[
    str,
    Field(
        title="item",
        min_length=1,
        max_length=60,
        description="Name in the catalogue.",
    ),
]
Quantity = Annotated[int, Field(ge=1, le=MOST_AT_ONCE, description="How many pieces.")]
Since = Literal["today", "this week", "this month", "ever"]
OrderId = Annotated[int, Field(ge=1, le=2**31 - 1, description="Order number, without the #.")]


@annotate(title="Search the catalogue", status="is looking through the catalogue…")
@function_tool(failure_error_function=None)
async def search_catalog(ctx: Purchasing, query: str) -> str:
    """Find items with their price and stock. An empty query lists everything.

    Args:
        query: words to look for in names and descriptions.
    """
    items = await ctx.context.search(query)
    if not items:
        meant = did_you_mean(await ctx.context.like(query))
        return f"Nothing in the catalogue matches {query!r}.{meant}"
    return "\n".join(
        f"{item.sku}: {item.description}, {euros(item.price_cents)} each, {item.stock} in stock"
        for item in items
    )


@annotate(title="Check the budget", status="is checking the budget…")
@function_tool(failure_error_function=None)
async def check_budget(ctx: Purchasing) -> str:
    """Say how much of this quarter's purchasing budget is left."""
    budget = await ctx.context.budget()
    return (
        f"{euros(budget.left_cents)} of {euros(budget.total_cents)} left this quarter; "
        f"{euros(budget.spent_cents)} is spent or ordered."
    )


@annotate(title="Look up an order", status="is looking up the order…")
@function_tool(failure_error_function=None)
async def order_status(ctx: Purchasing, order_id: OrderId) -> str:
    """Say what an order is for and where it stands."""
    order = await ctx.context.order(order_id)
    if order is None:
        return f"There is no order #{order_id}."
    return f"Order #{order.id} is {order.state}: {_what(order)}."


@annotate(title="Look up orders", status="is looking up the orders…")
@function_tool(failure_error_function=None)
async def list_orders(ctx: Purchasing, since: Since = "ever") -> str:
    """List what the person you are talking to has ordered, the newest first; nobody else's orders.

    Args:
        ctx: what the tool may use.
        since: from when on. Days begin at midnight UTC, weeks on Monday.
    """
    orders = await ctx.context.orders_of(current_call().requester.user, _begin_of(since))
    if not orders:
        return "You have ordered nothing yet." if since == "ever" else f"Nothing {since}."
    return "\n".join(f"Order #{it.id} is {it.state}: {_what(it)}." for it in orders)


def _begin_of(since: Since) -> int:
    """When that began, in seconds since 1970."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match since:
        case "today":
            begin = today
        case "this week":
            begin = today - timedelta(days=today.weekday())
        case "this month":
            begin = today.replace(day=1)
        case "ever":
            return 0
    return int(begin.timestamp())


@annotate(title="Place an order", status="is placing the order…")
@function_tool(needs_approval=True, failure_error_function=None)
async def place_order(ctx: Purchasing, sku: Sku, quantity: Quantity) -> str:
    """Order something from the catalogue. A person has to approve it first; just call it."""
    call = current_call()
    try:
        order = await ctx.context.place(call.key, sku, quantity, call.requester.user)
    except ShopError as error:
        raise ToolError(str(error)) from error
    return f"Order #{order.id} placed: {_what(order)}."


@preview(place_order)
async def preview_order(ctx: Purchasing, sku: str, quantity: int) -> Preview:
    """What an order comes to, and what it leaves of the budget."""
    try:
        quote = await ctx.context.quote(sku, quantity)
    except ShopError as error:
        raise ToolError(str(error)) from error
    return Preview(
        summary=f"Order {pieces(quantity, quote.sku)} for {euros(quote.total_cents)}",
        cost=euros(quote.total_cents),
        amount=quote.total_cents / 100,
        fields=(
            ArgumentField(name="item", value=quote.description),
            ArgumentField(name="quantity", value=f"{quantity:,}", in_summary=True),
            ArgumentField(name="price each", value=euros(quote.price_cents)),
            ArgumentField(
                name="budget left after this", value=euros(quote.budget_left_cents), is_bound=False
            ),
        ),
        left=quote.budget_left_cents / 100,
    )


@annotate(title="Cancel an order", status="is cancelling the order…")
@function_tool(needs_approval=True, failure_error_function=None)
async def cancel_order(ctx: Purchasing, order_id: OrderId) -> str:
    """Cancel an order that was placed. A person has to approve it first; just call it."""
    try:
        order = await ctx.context.cancel(order_id)
    except ShopError as error:
        raise ToolError(str(error)) from error
    return f"Order #{order.id} cancelled: {_what(order)}."


@preview(cancel_order)
async def preview_cancel(ctx: Purchasing, order_id: int) -> Preview:
    """Which order would be cancelled."""
    order = await ctx.context.order(order_id)
    if order is None:
        raise ToolError(f"There is no order #{order_id}.")
    what = _what(order)
    return Preview(
        summary=f"Cancel order #{order.id}: {what}",
        fields=(
            ArgumentField(name="order", value=f"#{order.id}", in_summary=True),
            ArgumentField(name="it was for", value=what, in_summary=True),
            ArgumentField(name="state", value=order.state),
        ),
    )


@annotate(title="Wait for a confirmation", status="is asking for a confirmation…")
@function_tool(needs_approval=True, failure_error_function=None)
async def wait_for_confirmation(
    ctx: Purchasing, question: Annotated[str, Field(min_length=1, max_length=2_000)]
) -> str:
    """Ask a person to confirm something before you go on, and wait for the answer.

    Args:
        ctx: what the tool may use.
        question: what is to be confirmed, as a sentence that can be answered with yes or no.
    """
    return f"Confirmed: {question}"


@preview(wait_for_confirmation)
async def preview_confirmation(ctx: Purchasing, question: str) -> Preview:
    """The question itself."""
    return Preview(summary=question)


def _what(order: Order) -> str:
    return f"{pieces(order.quantity, order.sku)}, {euros(order.total_cents)}"
