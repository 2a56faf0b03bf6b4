"""Money as people read it."""


def euros(cents: int) -> str:
    """Cents as `€4,120.00`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}€{abs(cents) // 100:,}.{abs(cents) % 100:02}"
