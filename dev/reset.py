"""`make reset`: forget what `make dev` keeps on this machine, so that the next start is the first.

Logs stay, and the sandbox's tokens, which are in the addresses of the chat page.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.errors import AlreadyRunningError
from dev.locking import LockedError, locked


@dataclass(frozen=True, slots=True)
class Data:
    """One kind of data: what it is to a person, and the file that holds it."""

    what: str
    file: str


DATA = (
    Data("the shop with its orders and budget", "countersign.db"),
    Data("what examples/deploys has deployed", "deploys.db"),
    Data("the sandbox's messages", "sandbox.json"),
    Data("Temporal's conversations and approvals", "temporal.db"),
)
ELSEWHERE = ("DATABASE_URL", "DEPLOYS_FILE", "TEMPORAL_ADDRESS")
"""Variables that name another place for such data."""
BESIDE = ("", "-wal", "-shm", "-journal", ".new")
"""Ends of the names of a database's own files beside it, and of a draft."""


def reset(home: Path) -> Sequence[str]:
    """Remove the data; returns what was there.

    Raises:
        AlreadyRunningError: `make dev` runs and needs it.
    """
    if not home.exists():
        return ()
    try:
        with locked(home / "lock"):
            return [f"{data.what} ({data.file})" for data in DATA if _removed(home / data.file)]
    except LockedError as error:
        raise AlreadyRunningError(error.holder) from error


def told(removed: Sequence[str], home: Path, env: Mapping[str, str]) -> Iterator[str]:
    """The lines to print, with what is kept elsewhere and so was left alone."""
    place = os.path.relpath(home)
    if removed:
        yield f"Removed from {place}:"
        yield from (f"  {it}" for it in removed)
        yield "Logs and the addresses of the chat page stay. The next start begins anew."
    else:
        yield f"There is nothing to forget in {place}."
    if elsewhere := [name for name in ELSEWHERE if env.get(name)]:
        yield f"What {' and '.join(elsewhere)} names was left alone."


def _removed(file: Path) -> bool:
    found = [it for end in BESIDE if (it := file.with_name(file.name + end)).exists()]
    for it in found:
        it.unlink()
    return bool(found)
