"""Start everything, watch it, and stop it again: the supervisor behind `make dev`."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from rich.console import Console

from dev import temporal_cli
from dev.errors import AlreadyRunningError
from dev.locking import LockedError, locked
from dev.plan import check_ports
from dev.processes import Stack, StackOptions
from dev.summary import summary
from dev.tasks import Result, before

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(options: StackOptions, home: Path, console: Console, started: float) -> None:
    """Run until somebody stops it; `started` is when the person's wait began.

    Raises:
        DevError: it could not start, or a process ended by itself.
    """
    home.mkdir(parents=True, exist_ok=True)
    try:
        with locked(home / "lock"):
            check_ports(options)
            if not options.temporal_address:
                temporal_cli.find_or_install()  # before the loop, so that Ctrl-C ends it
            asyncio.run(_supervise(options, console, started))
    except LockedError as error:
        raise AlreadyRunningError(error.holder) from error


async def _supervise(options: StackOptions, console: Console, started: float) -> None:
    stack = Stack(options)
    interrupt = Interrupt(stack.kill_all)
    try:
        with console.status("starting Temporal, the sandbox, the worker and the bot"):
            await interrupt.unless(stack.start())
        if not interrupt.came:
            for line in summary(stack, time.monotonic() - started):
                console.print(line, soft_wrap=True)
        if error := await interrupt.unless(stack.died()):
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
