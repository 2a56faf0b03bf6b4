"""The purchasing assistant's store: a catalogue, a budget and orders, in SQL."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from examples.purchasing.money import euros, pieces
from examples.purchasing.tables import (
    BUDGET_CENTS,
    CANCELLED,
    PLACED,
    SEED,
    Base,
    Item,
    Order,
    Purse,
)

P = ParamSpec("P")
T = TypeVar("T")
MOST_ORDERS = 50
LIKENESS = 0.7
"""How much of a name has to be right for a guess, of 1."""
STARTS = 5
"""How often a database is tried whose tables others are creating at the same time."""


class ShopError(Exception):
    """The shop cannot do that. The text says why, for the model and the person."""


@dataclass(frozen=True, slots=True)
class Budget:
    """This quarter's purchasing budget, in cents."""

    total_cents: int
    spent_cents: int

    @property
    def left_cents(self) -> int:
        """What may still be spent."""
        return self.total_cents - self.spent_cents


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order would come to, in cents."""

    sku: str
    description: str
    price_cents: int
    total_cents: int
    budget_left_cents: int


def unbroken(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A transaction that comes to its end although whoever waited for it was cancelled.

    aiosqlite loses the statement that a cancelled read was in, and with it SQLite's lock on the
    file: nobody could write until the connection is collected as garbage.
    """
    under_way = set[asyncio.Task[T]]()

    @wraps(method)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(method(*args, **kwargs))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return await asyncio.shield(task)

    return whole


class Shop:
    """The store. Every method is one transaction, which nothing breaks off."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._session = async_sessionmaker(engine, expire_on_commit=False)

    @classmethod
    async def open(cls, url: str) -> "Shop":
        """Connect, and create and fill the tables where they are missing.

        Args:
            url: an SQLAlchemy URL; `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database cannot be reached or used.
        """
        shop = cls(create_async_engine(url, pool_pre_ping=True))
        try:
            await shop._prepare_beside_others()
        except BaseException:
            await shop.close()
            raise
        return shop

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @unbroken
    async def search(self, query: str) -> Sequence[Item]:
        """Items that have every word of the query in their name or description."""
        wanted = select(Item).order_by(Item.sku)
        for word in query.lower().split():
            stem = _singular(word)
            wanted = wanted.where(
                or_(
                    Item.sku.contains(stem, autoescape=True),
                    func.lower(Item.description).contains(stem, autoescape=True),
                )
            )
        async with self._session() as session:
            return (await session.scalars(wanted)).all()

    @unbroken
    async def budget(self) -> Budget:
        """What is left to spend."""
        async with self._session() as session:
            return await self._budget(session)

    @unbroken
    async def order(self, order_id: int) -> Order | None:
        """One order, or None."""
        async with self._session() as session:
            return await session.get(Order, order_id)

    @unbroken
    async def orders_of(self, requester: str, since: int = 0) -> Sequence[Order]:
        """What somebody has ordered since a moment, in seconds since 1970; the newest first."""
        theirs = select(Order).where(Order.requester == requester, Order.placed_at >= since)
        async with self._session() as session:
            newest = theirs.order_by(Order.id.desc()).limit(MOST_ORDERS)
            return (await session.scalars(newest)).all()

    @unbroken
    async def like(self, name: str) -> str | None:
        """What the catalogue calls what was probably meant; None if nothing is written like it."""
        async with self._session() as session:
            return await self._like(session, name)

    @unbroken
    async def quote(self, sku: str, quantity: int) -> Quote:
        """What an order would come to.

        Raises:
            ShopError: it could not be placed.
        """
        async with self._session() as session:
            return await self._quote(session, sku, quantity)

    @unbroken
    async def place(self, key: str, sku: str, quantity: int, requester: str) -> Order:
        """Place an order; the same key again returns the order it placed.

        Raises:
            ShopError: it cannot be placed.
        """
        async with self._session.begin() as session:
            await _lock(session)
            if placed := await session.scalar(select(Order).where(Order.key == key)):
                return placed
            quote = await self._quote(session, sku, quantity)
            order = Order(
                key=key,
                sku=quote.sku,
                quantity=quantity,
                total_cents=quote.total_cents,
                requester=requester,
                state=PLACED,
                placed_at=int(time.time()),
            )
            session.add(order)
            await self._take_stock(session, quote.sku, quantity)
            return order

    @unbroken
    async def cancel(self, order_id: int) -> Order:
        """Cancel an order; cancelling it again changes nothing.

        Raises:
            ShopError: there is no such order.
        """
        async with self._session.begin() as session:
            await _lock(session)
            order = await session.get(Order, order_id)
            if order is None:
                raise ShopError(f"There is no order #{order_id}.")
            if order.state != CANCELLED:
                order.state = CANCELLED
                await self._take_stock(session, order.sku, -order.quantity)
            return order

    async def _prepare_beside_others(self) -> None:
        for _ in range(STARTS - 1):
            try:
                return await self._prepare()
            except (IntegrityError, OperationalError, ProgrammingError):
                continue  # several workers start at once, and another was faster
        return await self._prepare()

    async def _prepare(self) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await self._fill()

    async def _fill(self) -> None:
        async with self._session.begin() as session:
            if await session.scalar(select(func.count()).select_from(Item)):
                return
            session.add(Purse(id=1, total_cents=BUDGET_CENTS))
            session.add_all(
                Item(sku=sku, description=description, price_cents=price, stock=stock)
                for sku, description, price, stock in SEED
            )

    async def _quote(self, session: AsyncSession, sku: str, quantity: int) -> Quote:
        item = await session.get(Item, _singular(sku.strip().lower()))
        if item is None:
            meant = await self._like(session, sku)
            raise ShopError(f"There is no {sku!r} in the catalogue.{did_you_mean(meant)}")
        if quantity > item.stock:
            raise ShopError(f"Only {pieces(item.stock, item.sku)} in stock.")
        total = item.price_cents * quantity
        left = (await self._budget(session)).left_cents - total
        if left < 0:
            raise ShopError(
                f"{pieces(quantity, item.sku)} would be over the budget by {euros(-left)}."
            )
        return Quote(item.sku, item.description, item.price_cents, total, left)

    async def _like(self, session: AsyncSession, name: str) -> str | None:
        skus = (await session.scalars(select(Item.sku).order_by(Item.sku))).all()
        close = get_close_matches(_singular(name.strip().lower()), skus, n=1, cutoff=LIKENESS)
        return close[0] if close else None

    async def _budget(self, session: AsyncSession) -> Budget:
        spent = await session.scalar(
            select(func.coalesce(func.sum(Order.total_cents), 0)).where(Order.state != CANCELLED)
        )
        total = await session.scalar(select(func.coalesce(func.sum(Purse.total_cents), 0)))
        return Budget(int(total or 0), int(spent or 0))

    async def _take_stock(self, session: AsyncSession, sku: str, quantity: int) -> None:
        item = await session.get(Item, sku)
        if item is not None:
            item.stock -= quantity


async def _lock(session: AsyncSession) -> None:
    """One buyer at a time: what was checked stays true until it is stored.

    An update that changes nothing locks the row in PostgreSQL and the file in SQLite, whose
    driver would otherwise begin the transaction only at the first write.
    """
    await session.execute(update(Purse).values(total_cents=Purse.total_cents))


def did_you_mean(name: str | None) -> str:
    """A question after a sentence, where there is something to ask."""
    return f" Did you mean {name}?" if name else ""


def _singular(word: str) -> str:
    """Enough English for a catalogue: `widgets` is a `widget`, `switches` is not in it."""
    return word.removesuffix("s")
