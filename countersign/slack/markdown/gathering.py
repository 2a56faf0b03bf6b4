"""Joins parts into as few pieces as fit."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Fits = Callable[[str], bool]
_T = TypeVar("_T")


def _never(_: object) -> bool:
    return False


def gathered(
    parts: Iterable[_T],
    join: Callable[[Sequence[_T]], str],
    fits: Fits,
    smaller: Callable[[_T], list[_T]] | None = None,
    stays_with_next: Callable[[_T], bool] = _never,
) -> list[str]:
    """Join as many parts as fit, again and again; a part too big alone is made smaller."""
    done: list[str] = []
    rest = list(parts)
    while rest:
        count = _most(rest, join, fits)
        if count == 0 and smaller:
            *whole, last = smaller(rest[0])
            done += [join([part]) for part in whole]
            rest[0] = last
            count = _most(rest, join, fits)
        if 1 < count < len(rest) and stays_with_next(rest[count - 1]):
            count -= 1
        count = max(count, 1)
        done.append(join(rest[:count]))
        rest = rest[count:]
    return done


def _most(parts: Sequence[_T], join: Callable[[Sequence[_T]], str], fits: Fits) -> int:
    """How many of the first parts fit together, found in few tries."""
    low, high = 0, 1
    while high <= len(parts) and fits(join(parts[:high])):
        low, high = high, 2 * high
    high = min(high, len(parts) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(join(parts[:middle])) else (low, middle)
    return low
