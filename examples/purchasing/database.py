"""Opens the store's database, and says in plain words why that does not work.

A driver's own words stay out of it: they may hold the address, and with it the password.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from asyncpg import PostgresError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError
from examples.purchasing.shop import Shop

FORMS = "sqlite+aiosqlite:///countersign.db, or postgresql+asyncpg://user:password@host/name"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg"}
"""By how an address begins: what it has to begin with."""
REFUSALS = {
    "28": "the server refuses the user or the password in it; correct them",
    "3D": "the server has no database {name!r}; create it (`createdb {name}`), or name another",
    "42501": "the user in it may not create tables; allow it, or name another",
}
"""By the beginning of PostgreSQL's code (postgresql.org/docs/current/errcodes-appendix.html)."""
SECONDS = 10
"""In which a server has to answer; the driver would say nothing for a minute."""
PASSING = ("08", "53", "57")
"""It is starting or stopping, or has no connection left."""


async def open_shop(url: str) -> Shop:
    """Open the database.

    Raises:
        AwayError: its server does not answer.
        PreflightError: it cannot be used; the text says what to change.
    """
    address = _address(url)
    seconds = None if address.drivername == DRIVERS["sqlite"] else SECONDS
    try:
        async with asyncio.timeout(seconds):
            return await Shop.open(url)
    except (SQLAlchemyError, PostgresError, OSError, ImportError, ValueError, TypeError) as error:
        raise _explained(error, address) from error


def _address(url: str) -> URL:
    """The address, if it is one and there is a driver for it."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:  # a port that is no number
        raise _unusable(f"it is no database address; write {FORMS}") from error
    if address.drivername in DRIVERS.values():
        return address
    begins = next((it for word, it in DRIVERS.items() if address.drivername.startswith(word)), "")
    instead = f"begin it with {begins}://" if begins else f"write {FORMS}"
    raise _unusable(f"there is no driver here for {address.drivername}://; {instead}")


def _explained(error: Exception, address: URL) -> AwayError | PreflightError:
    causes = tuple(_causes(error))
    if address.drivername == DRIVERS["sqlite"]:
        return _of_file(" ".join(map(str, causes)), address)
    where = f"{address.host or 'localhost'}:{address.port or 5432}"
    state = next((code for it in causes if (code := str(getattr(it, "sqlstate", None) or ""))), "")
    if state:
        return _of_server(state, address)
    match next((it for it in causes if isinstance(it, OSError)), None):
        case ssl.SSLError() | ConnectionError(args=[str()]):
            return _unusable(f"{where} does not do TLS as it wants; correct the `ssl` in it")
        case socket.gaierror():
            return AwayError(f"there is no host {address.host!r}; correct DATABASE_URL")
        case OSError():
            return AwayError(f"no database answers at {where}; start it, or correct DATABASE_URL")
        case None:
            return _unusable("one of the options behind its `?` is unknown; correct it")


def _of_server(state: str, address: URL) -> AwayError | PreflightError:
    if state.startswith(PASSING):
        return AwayError(f"the server cannot take us just now ({state}); see its log if it stays")
    fits = (text for code, text in REFUSALS.items() if state.startswith(code))
    text = next(fits, "the server refuses what we ask ({state}); its log says why")
    return _unusable(text.format(name=address.database, state=state))


def _of_file(told: str, address: URL) -> AwayError | PreflightError:
    """What is wrong with a file of SQLite's."""
    file = Path(address.database or "")
    if "locked" in told:
        return AwayError(f"{file} is locked by another program; end that one if it stays")
    if "not a database" in told:
        return _unusable(f"{file} is no database of SQLite's; name another file, or remove it")
    if "readonly" in told:
        return _unusable(f"{file} may not be written; change its owner or its mode")
    if not file.parent.is_dir():
        return _unusable(f"there is no folder {file.parent}; create it, or name another")
    if file.is_dir():
        return _unusable(f"{file} is a folder; name a file in it")
    return _unusable(f"{file} cannot be opened or created; see who may write in {file.parent}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or getattr(error, "orig", None)


def _unusable(why: str) -> PreflightError:
    return PreflightError(f"DATABASE_URL cannot be used: {why}.")
