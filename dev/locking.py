"""One at a time, across processes; the lock goes away with whoever holds it."""

import fcntl
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class LockedError(Exception):
    """Somebody else holds the lock; `holder` is their process id, as far as known."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextmanager
def locked(path: Path, wait: Callable[[], None] | None = None) -> Generator[None]:
    """Hold the lock at `path`; `wait` is called between tries until it is free.

    Raises:
        LockedError: the lock is taken and there is no `wait`.
    """
    with path.open("a+", encoding="ascii") as file:
        while not _taken(file):
            if wait is None:
                file.seek(0)
                raise LockedError(file.read().strip() or "unknown")
            wait()
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
