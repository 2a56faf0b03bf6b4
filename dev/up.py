"""Start everything, watch it, and stop it again: the supervisor behind `make dev`."""

import asyncio
import importlib
import signal
import time
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from dev import temporal_cli
from dev.console import labelled
from dev.errors import AlreadyRunningError, DevError
from dev.locking import LockedError, locked
from dev.plan import check_ports
from dev.processes import Stack, StackOptions
from dev.restarts import Restarts
from dev.summary import APPROVER, LeftOver, summary
from dev.tasks import Result, before

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(options: StackOptions, home: Path, console: Console, started: float) -> None:
    """Run until somebody stops it; `started` is when the person's wait began.

    Raises:
        DevError: it could not start, or a process ended by itself.
    """

    async def run() -> None:
        stack = Stack(options)
        keeps_anything = stack.keeps_anything
        restarts = Restarts(stack, lambda name, line: console.print(labelled(name, line)))

        async def lines() -> Iterable[Text]:
            seconds = time.monotonic() - started
            return summary(stack, seconds, await _left_over(stack) if keeps_anything else None)

        what = "starting Temporal, the sandbox, the worker and the bot"
        await supervise(stack, console, what, lines, restarts.until_hopeless)

    with alone_in(home):
        check_ports(options)
        have_temporal(options)
        asyncio.run(run())


async def _left_over(stack: Stack) -> LeftOver | None:
    """What Bob has to decide. Loading Temporal's client takes a second, so only where it may be."""
    if not stack.options.slack_is_sandbox:
        return None
    module = await asyncio.to_thread(importlib.import_module, "dev.left_over")
    found: LeftOver | None = await module.left_over(stack, APPROVER)
    return found


@contextmanager
def alone_in(home: Path) -> Generator[None]:
    """Hold the folder of a stack's data, which is made if it is missing.

    Raises:
        AlreadyRunningError: another stack has it.
    """
    home.mkdir(parents=True, exist_ok=True)
    try:
        with locked(home / "lock"):
            yield
    except LockedError as error:
        raise AlreadyRunningError(error.holder) from error


def have_temporal(options: StackOptions) -> None:
    """Find or install a server if one will be started: before the loop, so that Ctrl-C ends it."""
    if not options.temporal_address:
        temporal_cli.find_or_install()


class Supervised(Protocol):
    """What is started and stopped."""

    async def start(self) -> None:
        """Start everything and wait until all of it serves."""

    async def stop(self) -> None:
        """Stop everything."""

    def kill_all(self) -> None:
        """Stop waiting for anybody."""


async def supervise(
    stack: Supervised,
    console: Console,
    starting: str,
    lines: Callable[[], Coroutine[Any, Any, Iterable[Text]]],
    until_hopeless: Callable[[], Coroutine[Any, Any, DevError]],
) -> None:
    """Run a stack until somebody stops it, or until something ended that it cannot do without.

    `lines` are printed once everything serves.

    Raises:
        DevError: it could not start, or a process ended by itself.
    """
    interrupt = Interrupt(stack.kill_all)
    try:
        with console.status(starting):
            await interrupt.unless(stack.start())
        if not interrupt.came:
            for line in await interrupt.unless(lines()) or ():
                console.print(line, soft_wrap=True)
        if error := await interrupt.unless(until_hopeless()):
            raise error
    finally:
        await stack.stop()
    console.print("Countersign stopped.")


class Interrupt:
    """Ctrl-C and its kin: the first asks everything to finish, a second one ends it at once."""

    def __init__(self, kill_all: Callable[[], None]) -> None:
        self._kill_all = kill_all
        self._event = asyncio.Event()
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)

    @property
    def came(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._event.is_set()

    async def unless(self, work: Coroutine[Any, Any, Result]) -> Result | None:
        """The result of the work; None if the interrupt came first, which cancels it."""
        return await before(asyncio.create_task(self._event.wait()), work)

    def _on_signal(self) -> None:
        if self.came:
            self._kill_all()
        self._event.set()
