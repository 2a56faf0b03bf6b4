"""What the tools of a package need to be open while a worker runs, such as a database."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


class Opened(Protocol):
    """Something that is open until it is closed."""

    async def close(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True)
class Resource:
    """One such thing. A worker opens it at its start, once for all calls."""

    name: str
    """What the log and `/readyz` say is waited for: "the database"."""

    open: Callable[[str], Awaitable[Opened]]
    """Opens it; its argument is `DATABASE_URL`. Raises `AwayError` if a later try may work, and
    `PreflightError` if somebody has to change something."""
