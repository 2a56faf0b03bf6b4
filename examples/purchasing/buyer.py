"""The purchasing assistant: an agent of the OpenAI Agents SDK, and what its tools need."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from agents import Agent
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.agents import lifespan
from examples.purchasing import tools
from examples.purchasing.database import open_shop
from examples.purchasing.shop import Shop

INSTRUCTIONS = """\
You are Countersign, a purchasing assistant. You order things for people.

- If an item or a quantity is missing or unclear, ask. Never guess prices, stock or order numbers.
- When a tool asks "Did you mean …?", ask the person that, and call it again after a yes.
- "My last order", "what did I order today?": look it up with `list_orders`; your memory of this
  thread does not count. Cancelling an order is a call that needs approval like any other.
"""


class ShopSettings(BaseSettings):
    """The shop's environment."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    database_url: str = "sqlite+aiosqlite:///countersign.db"
    """Where orders are kept: an SQLAlchemy address, `postgresql+asyncpg://user:password@host/name`."""


agent = Agent[Shop](
    name="Buyer",
    instructions=INSTRUCTIONS,
    tools=[
        tools.search_catalog,
        tools.check_budget,
        tools.order_status,
        tools.list_orders,
        tools.place_order,
        tools.cancel_order,
        tools.wait_for_confirmation,
    ],
)


@lifespan(agent)
@asynccontextmanager
async def open_database() -> AsyncGenerator[Shop]:
    """The shop, open while the worker runs."""
    shop = await open_shop(ShopSettings().database_url)
    try:
        yield shop
    finally:
        await shop.close()
