"""A `DATABASE_URL` that cannot be used: what is wrong, what to do, and no password."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from asyncpg import InvalidCatalogNameError, InvalidPasswordError, TooManyConnectionsError
from sqlalchemy.exc import DBAPIError

from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError
from dev.ports import free_port
from examples.purchasing import database
from examples.purchasing.database import open_shop
from examples.purchasing.shop import Shop

PASSWORD = "hunter22"
PG = f"postgresql+asyncpg://u:{PASSWORD}@"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "it is no database address; write sqlite+aiosqlite:///"),
        ("", "it is no database address"),
        (f"{PG}127.0.0.1:port/x", "it is no database address"),
        (f"postgres://u:{PASSWORD}@h/x", "begin it with postgresql+asyncpg://"),
        (f"postgresql://u:{PASSWORD}@h/x", "begin it with postgresql+asyncpg://"),
        ("sqlite:///x.db", "begin it with sqlite+aiosqlite://"),
        (
            f"mysql+aiomysql://u:{PASSWORD}@h/x",
            "there is no driver here for mysql+aiomysql://; write sqlite",
        ),
        (f"{PG}127.0.0.1/x?colour=red", "one of the options behind its `?` is unknown"),
        (f"{PG}127.0.0.1/x?ssl=maybe", "one of the options behind its `?` is unknown"),
        ("sqlite+aiosqlite:////none/such/shop.db", "there is no folder /none/such; create it"),
        ("sqlite+aiosqlite:////tmp", "/tmp is a folder"),
    ],
)
async def test_an_address_that_cannot_be_used_is_told_in_plain_words(url: str, told: str) -> None:
    with pytest.raises(PreflightError) as refused:
        await open_shop(url)
    (line,) = str(refused.value).splitlines()
    assert line.startswith("DATABASE_URL cannot be used: ")
    assert told in line
    assert PASSWORD not in line


async def test_a_file_that_is_none_or_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("not a database" * 100, encoding="utf-8")
    with pytest.raises(PreflightError, match=r"shop.db is no database of SQLite's"):
        await open_shop(f"sqlite+aiosqlite:///{tmp_path}/shop.db")

    with closing(sqlite3.connect(tmp_path / "fixed.db")) as fixed:
        fixed.execute("CREATE TABLE t (a)")
    with pytest.raises(PreflightError, match=r"fixed.db may not be written; change its owner"):
        await open_shop(f"sqlite+aiosqlite:///file:{tmp_path}/fixed.db?mode=ro&uri=true")


async def test_a_file_that_is_locked_is_waited_for(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(AwayError, match="is locked by another program"):
        await open_shop(f"sqlite+aiosqlite:///{tmp_path}/shop.db?timeout=0.01")
    holder.close()
    await (await open_shop(f"sqlite+aiosqlite:///{tmp_path}/shop.db")).close()


async def _no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(8)
    writer.write(b"N")
    await writer.drain()
    writer.close()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


@pytest.mark.parametrize(
    ("answer", "options", "error", "told"),
    [
        (_no_tls, "?ssl=require", PreflightError, "does not do TLS as it wants"),
        (_silent, "", AwayError, "no database answers at 127.0.0.1:[0-9]+; start it"),
    ],
)
async def test_a_server_that_does_not_speak_with_us_is_told(
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    options: str,
    error: type[Exception],
    told: str,
) -> None:
    monkeypatch.setattr(database, "SECONDS", 0.5)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(error, match=told):
            await open_shop(f"{PG}127.0.0.1:{port}/x{options}")


async def test_a_server_that_is_away_is_waited_for() -> None:
    with pytest.raises(AwayError, match=r"no database answers at 127.0.0.1:[0-9]+; start it"):
        await open_shop(f"{PG}127.0.0.1:{free_port()}/x")
    with pytest.raises(AwayError, match=r"no host 'shop.invalid'; correct DATABASE_URL"):
        await open_shop(f"{PG}shop.invalid/x")


@pytest.mark.parametrize(
    ("cause", "error", "told"),
    [
        (InvalidPasswordError, PreflightError, "refuses the user or the password"),
        (InvalidCatalogNameError, PreflightError, "no database 'x'; create it"),
        (TooManyConnectionsError, AwayError, "cannot take us just now"),
    ],
)
async def test_what_postgresql_refuses_is_told(
    monkeypatch: pytest.MonkeyPatch, cause: type[Exception], error: type[Exception], told: str
) -> None:
    async def refused(url: str) -> Shop:
        raise DBAPIError("connect", None, cause(url)) from cause(url)

    monkeypatch.setattr(Shop, "open", refused)
    with pytest.raises(error, match=told) as explained:
        await open_shop(f"{PG}127.0.0.1/x")
    assert PASSWORD not in str(explained.value)
