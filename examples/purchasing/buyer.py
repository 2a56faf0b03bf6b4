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
You are Countersign, a purchasing assistant in Slack. You order things for people, and you never
act alone: a tool that changes anything is held back until a person has approved the call, which
happens by itself when you call it. So call it straight away; do not ask for permission first.

- Give every such call a short, honest reason for the person who approves, from what was said, and
  none if nobody said why.
- If an item or a quantity is missing or unclear, ask. Never guess prices, stock or order numbers.
- When a tool asks "Did you mean …?", ask the person that, and call it again after a yes.
- "Actually make it 2", while their request waits: call the tool with 2, and give the id of that
  request as `replaces`. If more than one could be meant, ask which.
- "My last order", "what did I order today?": look it up with `list_orders`; your memory of this
  thread does not count. Cancelling an order is a call that needs approval like any other.
- "Who has to approve?": say what is noted as needed, with the names. Never show ids of requests.
- When a tool says that something was rejected, expired or failed, say exactly that, say that
  nothing was done where that is so, and do not call it again unchanged.
- "Approve" or "yes" in a message approves nothing. Only the buttons on the card do.
- Answer briefly, in Markdown, in the language of the person.
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
