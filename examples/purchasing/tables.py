"""The shop's tables, and what they are filled with at the first start."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BUDGET_CENTS = 2_500_000
PLACED = "placed"
CANCELLED = "cancelled"
SEED = (
    ("widget", "Steel widget, M8", 4_120, 5_000),
    ("gadget", "Handheld gadget with display", 12_900, 240),
    ("gizmo", "Pocket gizmo", 1_850, 900),
    ("sprocket", "Sprocket, 24 teeth", 725, 12_000),
    ("laptop", "Laptop, 14 inch, 32 GB", 124_900, 35),
    ("monitor", "Monitor, 27 inch, 4K", 32_900, 80),
    ("desk", "Height-adjustable desk", 48_000, 25),
    ("chair", "Office chair", 21_500, 60),
    ("headset", "Noise-cancelling headset", 8_900, 150),
    ("cable", "USB-C cable, 2 m", 690, 3_000),
)


class Base(DeclarativeBase):
    """All tables of the shop."""


class Purse(Base):
    """The one row that says what may be spent, in cents."""

    __tablename__ = "purse"

    id: Mapped[int] = mapped_column(primary_key=True)
    total_cents: Mapped[int]


class Item(Base):
    """Something that can be ordered. Prices are whole cents."""

    __tablename__ = "items"

    sku: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str]
    price_cents: Mapped[int]
    stock: Mapped[int]


class Order(Base):
    """An order; `key` is the idempotency key of the call that placed it."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    sku: Mapped[str] = mapped_column(ForeignKey(Item.sku))
    quantity: Mapped[int]
    total_cents: Mapped[int]
    requester: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    placed_at: Mapped[int] = mapped_column(BigInteger)
    """In seconds since 1970."""
