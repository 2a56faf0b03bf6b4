"""What every process of ours does alike: listen, stop on a signal, and die with one clear line."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NoReturn, TypeVar

import structlog
from aiohttp import web

from countersign.runtime.door import serving
from countersign.runtime.preflight import PreflightError
from countersign.runtime.settings import SettingsError

log = structlog.get_logger(__name__)

T = TypeVar("T")
MOST_THREADS = 200
BAD_START = 2
"""Exit code when something has to be changed before a start can work."""


def run(main: Callable[[], Awaitable[None]]) -> int:
    """Run a process to its end; what an administrator has to mend is one line, no traceback."""
    try:
        asyncio.run(_as_coroutine(main))
    except (SettingsError, PreflightError) as error:
        print(f"countersign: {error}", file=sys.stderr)
        return BAD_START
    except KeyboardInterrupt:
        return 0
    return 0


def leave(code: int) -> NoReturn:
    """End the process at once, everything of ours being closed.

    Python's own finalisation is skipped: Temporal's native threads may still take the
    interpreter's lock in it, which aborts the process (`PyGILState_Release`, exit code -6).
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@asynccontextmanager
async def listening(
    http: web.Application, host: str, port: int, *, must: bool = True
) -> AsyncGenerator[None]:
    """Serve the application; on leaving, answer what is under way and close.

    Raises:
        PreflightError: the port is taken or may not be used, and we `must` listen there.
    """
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(serving(http, host, port))
        except OSError as error:
            why = f"cannot listen on {host}:{port} ({error.strerror}); is it already in use?"
            if must:
                raise PreflightError(why) from error
            log.warning(why)
        yield


@asynccontextmanager
async def stop_signal() -> AsyncGenerator[asyncio.Event]:
    """An event that is set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What comes of the work; None if we are told to stop first, which ends it at once."""
    waiting, working = asyncio.create_task(stop.wait()), asyncio.create_task(work)
    try:
        await asyncio.wait({waiting, working}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (waiting, working):
            task.cancel()
        await asyncio.wait({waiting, working})


async def until(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Wait until told to stop; a task that ends before, ends everything with its error."""
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task in done:
            task.result()
            continue
        task.cancel()
        await asyncio.wait({task})


class _Threads(ThreadPoolExecutor):
    """Where blocking code runs, such as a tool of a stranger, which may never come back.

    So there are many, names are looked up in them too; and none keeps the process from ending.
    """

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave those behind that still run."""
        del wait, cancel_futures
        super().shutdown(wait=False, cancel_futures=True)


async def _as_coroutine(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.get_running_loop().set_default_executor(_Threads(MOST_THREADS))
    await main()
