"""The shop's database, as its staff have it: prices change, and orders can be counted."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

BUSY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class ShopFile:
    """The SQLite file of a stack."""

    path: Path

    def set_price(self, sku: str, cents: int) -> None:
        """Change what one piece costs."""
        with closing(self._connect()) as connection, connection:
            connection.execute("UPDATE items SET price_cents = ? WHERE sku = ?", (cents, sku))

    def orders(self, sku: str) -> list[tuple[int, int]]:
        """Quantity and total in cents of every order of an item, oldest first."""
        asked = "SELECT quantity, total_cents FROM orders WHERE sku = ? ORDER BY id"
        with closing(self._connect()) as connection:
            return connection.execute(asked, (sku,)).fetchall()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=BUSY_SECONDS)
