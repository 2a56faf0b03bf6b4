"""What has changed, told to those who wait for just that."""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sandbox.json_types import Json

Topic = tuple[str, str]
"""What kind of thing it is, and whose or where: `("message", "C0OPS")`, `("view", "U0BOB")`."""
EVERYTHING: Topic = ("everything", "")
"""Told when the whole workspace is another one."""

Listener = Callable[[object], None]


class Changes:
    """Calls the listeners of a topic, and no other, at each change in it."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        """When something crossed the border last."""
        self._listeners: dict[Topic, list[Listener]] = {}

    def note(self) -> None:
        """Remember that something happened that nobody waits for in particular."""
        self.last = time.monotonic()

    def tell(self, topic: Topic, thing: object = None) -> None:
        """Give `thing`, as it is now, to everybody who waits for this topic."""
        self.note()
        for listener in tuple(self._listeners.get(topic, ())):
            listener(thing)

    async def first(self, topic: Topic, find: Callable[[object], Json | None]) -> Json | None:
        """What `find` makes of the next change that it makes something of.

        None if the workspace became another one meanwhile: then all has to be looked at again.
        """
        found: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()

        def look(thing: object) -> None:
            if not found.done() and (it := find(thing)) is not None:
                found.set_result(it)

        def restart(_: object) -> None:
            if not found.done():
                found.set_result(None)

        with self._listening(topic, look), self._listening(EVERYTHING, restart):
            return await found

    @contextmanager
    def _listening(self, topic: Topic, listener: Listener) -> Generator[None]:
        listeners = self._listeners.setdefault(topic, [])
        listeners.append(listener)
        try:
            yield
        finally:
            listeners.remove(listener)
            if not listeners:
                del self._listeners[topic]
