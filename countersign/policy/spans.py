"""Times in a policy: spans such as `3d`, and the days and moments of an absence."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(weeks=52)
FIRST_YEAR, LAST_YEAR = 2000, 2100
DEFAULT = "default"
OFF = "off"


def span(value: Any) -> timedelta:
    """Read `90s`, `30m`, `8h`, `3d` or `2w`.

    Raises:
        ValueError: it is something else, nothing, or more than a year.
    """
    found = re.fullmatch(r"([0-9]{1,8})([smhdw])", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            f"{value!r} is not a span of time; write a number and a unit, such as 30m or 3d"
        )
    length = timedelta(**{UNITS[found[2]]: int(found[1])})
    if not timedelta() < length <= LONGEST:
        raise ValueError(f"{value} has to be more than nothing and at most 52w")
    return length


def reminders(value: Any) -> tuple[timedelta, ...] | Literal["default", "off"]:
    """Read a list of spans, `default` or `off`, which YAML reads as `false`.

    Raises:
        ValueError: it is something else.
    """
    if value is False or value == OFF:
        return OFF
    if value == DEFAULT:
        return DEFAULT
    if isinstance(value, list | tuple):
        return tuple(span(item) for item in value)
    raise ValueError("has to be `default`, `off` or a list such as [12h, 1d]")


def start(value: Any) -> datetime:
    """The beginning of a day (UTC), or a moment."""
    return _moment(value, timedelta())


def end(value: Any) -> datetime:
    """The end of a day (UTC), or a moment: `until` a day includes it."""
    return _moment(value, timedelta(days=1))


def in_words(length: timedelta) -> str:
    """A span as people write it: `3d`, `1d 12h`."""
    rest, parts = int(length.total_seconds()), list[str]()
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _moment(value: Any, whole_day: timedelta) -> datetime:
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"is not between the years {FIRST_YEAR} and {LAST_YEAR}; correct it")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(
                "has no time zone; write a date, or a time such as 2026-12-20T08:00:00+01:00"
            )
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC) + whole_day
    raise ValueError(
        f"{value!r} is not a date; write 2026-12-20, or a time with its zone such as "
        "2026-12-20T08:00:00+01:00"
    )
