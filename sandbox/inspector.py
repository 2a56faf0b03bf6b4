"""The record of all traffic between the sandbox and the app, for people to look at."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

from sandbox.clock import Clock
from sandbox.json_types import Json

RING = 500
MASK = "••••"
TOKEN = re.compile(r"xox[abeprs]-[\w-]+|xapp-[\w-]+|xoxe\.[\w.-]+|(?<=ticket=)[\w-]+")

Kind = Literal["envelope", "ack", "api", "http", "error"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that crossed the border."""

    n: int
    at: float
    kind: Kind
    title: str
    ms: float | None
    ok: bool | None
    detail: Json

    def shown(self) -> Json:
        """The entry as pages and programs read it."""
        return {name: getattr(self, name) for name in self.__slots__}


class Inspector:
    """Keeps the last entries, with every secret masked before it is kept."""

    def __init__(self, clock: Clock, secrets: Iterable[str]) -> None:
        self._clock = clock
        known = [re.escape(secret) for secret in secrets if secret]
        self._secret = re.compile("|".join([*known, TOKEN.pattern]))
        self._entries: deque[Entry] = deque(maxlen=RING)
        self._count = 0
        self.on_entry: Callable[[Json], None] = lambda _entry: None

    def note(
        self,
        kind: Kind,
        title: str,
        detail: Json,
        *,
        ms: float | None = None,
        ok: bool | None = None,
    ) -> None:
        """Add an entry and tell whoever watches."""
        self._count += 1
        rounded = None if ms is None else round(ms, 2)
        masked = cast("Json", self._masked(detail))
        entry = Entry(self._count, self._clock(), kind, title, rounded, ok, masked)
        self._entries.append(entry)
        self.on_entry(entry.shown())

    def since(self, n: int) -> list[Json]:
        """Entries numbered above `n`, newest last."""
        return [entry.shown() for entry in self._entries if entry.n > n]

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._secret.sub(MASK, value)
        if isinstance(value, dict):
            items = cast("Json", value).items()
            return {key: MASK if key == "token" else self._masked(item) for key, item in items}
        if isinstance(value, (list, tuple)):
            return [self._masked(item) for item in cast("list[Any]", value)]
        return value
