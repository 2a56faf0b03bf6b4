"""What calls cost together, so that a rule can count an order that was split into several."""

import math
from collections.abc import Iterable


def total(costs: Iterable[float]) -> float:
    """The sum of costs, in whole units of the currency, rounded to its cents.

    What gives money back lowers no total, so that nobody can make room for an order that way.
    """
    return round(math.fsum(max(cost, 0.0) for cost in costs), 2)
