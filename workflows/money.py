"""Amounts as the cost of a call is written: the same currency in the same place. Pure."""

import re
from decimal import Decimal

MONEY = re.compile(
    r"(?P<before>[^\d\s.,-]{0,4} ?)(?P<number>\d[\d,]*(?:\.\d+)?)(?P<after>[^\d]{0,5})"
)
"""A cost in one currency."""


def written_like(cost: str, amount: float | Decimal) -> str:
    """An amount in whole units of the currency as `€4,120.00`, if that is how a cost is written.

    A cost that is no amount gives no currency: `4,120`.
    """
    exact = Decimal(str(amount))
    found = MONEY.fullmatch(cost)
    if found is None:
        return f"{exact:,.2f}".removesuffix(".00")
    _, _, decimals = found["number"].partition(".")
    return f"{found['before']}{exact:,.{len(decimals)}f}{found['after']}"
