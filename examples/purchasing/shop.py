"""The purchasing assistant's store: a catalogue, a budget and orders, in SQL."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from asyncpg import PostgresError
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError
from countersign.tools import Resource
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
        for _ in range(STARTS - 1):
            try:
                await shop._prepare()
            except (IntegrityError, OperationalError, ProgrammingError):
                continue  # several workers start at once, and another was faster
            return shop
        await shop._prepare()
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
            raise ShopError(f"There is no {sku!r} in the catalogue; search_catalog lists it.")
        if quantity > item.stock:
            raise ShopError(f"Only {item.stock:,} × {item.sku} are in stock.")
        total = item.price_cents * quantity
        left = (await self._budget(session)).left_cents - total
        if left < 0:
            raise ShopError(
                f"{quantity:,} × {item.sku} would be over the budget by {-left / 100:,.2f} euros."
            )
        return Quote(item.sku, item.price_cents, total, left)

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


def _singular(word: str) -> str:
    """Enough English for a catalogue: `widgets` is a `widget`, `switches` is not in it."""
    return word.removesuffix("s")


async def open_shop(url: str) -> Shop:
    """Open the database.

    Raises:
        AwayError: its server does not answer.
        PreflightError: it cannot be used.
    """
    try:
        return await Shop.open(url)
    except (SQLAlchemyError, PostgresError, OSError, ModuleNotFoundError) as error:
        if _is_away(error) and not url.startswith("sqlite"):
            raise AwayError(type(error).__name__) from error
        raise PreflightError(f"DATABASE_URL cannot be used: {type(error).__name__}.") from error


def _is_away(error: BaseException | None) -> bool:
    """Whether a server does not answer, is still starting, or has no connection left."""
    while error is not None:
        state = str(getattr(error, "sqlstate", None) or "")
        if isinstance(error, OSError) or state.startswith(("08", "53", "57")):
            return True
        error = error.__cause__
    return False


SHOP = Resource("the database", open_shop)
