"""Money and numbers of things as people read them."""


def euros(cents: int) -> str:
    """Cents as `€4,120.00`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}€{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def pieces(quantity: int, sku: str) -> str:
    """`1 widget`, `1,200 widgets`."""
    return f"{quantity:,} {sku}{'' if quantity == 1 else 's'}"
