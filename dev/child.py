"""One process that we look after: started, watched, written down, stopped."""

import asyncio
import os
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.errors import ChildExitedError, NotReadyError
from dev.http_probe import Answer, ask
from dev.long_command import end_group, tethered

POLL_SECONDS = 0.05
LAST_LINES = 20
PUMP_SECONDS = 2.0
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

OnLine = Callable[[str, str], None]
"""Called with the process's name and each line it prints, from another thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run, and how to tell that it serves."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    ready_url: str | None = None
    grace: float = 10.0
    """Seconds between SIGTERM and SIGKILL; 0 for a process that has nothing to finish."""


class Child:
    """A running process. It leads a process group of its own, so that Ctrl-C does not reach it."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process) -> None:
        self.command = command
        self.is_stopping = False
        self._process = process
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._pump: threading.Thread | None = None

    @classmethod
    async def start(cls, command: Command, on_line: OnLine | None = None) -> "Child":
        """Start it; it dies with us, whatever happens to us."""
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *tethered(command.argv),
                env=command.env,
                cwd=command.cwd,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        child = cls(command, process)
        child._follow(reading, on_line)
        return child

    @property
    def pid(self) -> int:
        """The command's own process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.returncode

    @property
    def last_lines(self) -> list[str]:
        """The end of what it printed."""
        return list(self._last)

    async def wait(self) -> int:
        """Its exit code, once it ended and all that it printed is written down."""
        code = await self._process.wait()
        if self._pump and self._pump.is_alive():
            await asyncio.to_thread(self._pump.join, PUMP_SECONDS)
        return code

    async def ready(self, seconds: float) -> None:
        """Return once it serves.

        Raises:
            ChildExitedError: it ended instead.
            NotReadyError: it did not get there in time.
        """
        answer = Answer(0, "")
        try:
            async with asyncio.timeout(seconds):
                while True:
                    answer = await self._probe()
                    if answer.ready:
                        return
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise NotReadyError(
                self.command.name, seconds, answer.body, self.command.log, self.last_lines
            ) from None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, for tests that freeze or kill."""
        end_group(self.pid, number)

    async def stop(self) -> int:
        """Ask it to finish, wait for as long as it is allowed to, then kill it."""
        self.is_stopping = True
        if self.code is None and self.command.grace:
            self.signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(self.command.grace):
                    return await self.wait()
            except TimeoutError:
                pass
        return await self.kill()

    async def kill(self) -> int:
        """End it at once, with all that it started."""
        self.kill_now()
        return await self.wait()

    def kill_now(self) -> None:
        """The same without waiting for the end."""
        self.is_stopping = True
        self.signal(signal.SIGKILL)

    def exited(self) -> ChildExitedError:
        """The error that says that it should not have ended."""
        return ChildExitedError(
            self.command.name, self.code or 0, self.command.log, self.last_lines
        )

    async def _probe(self) -> Answer:
        if self.code is not None:
            await self.wait()
            raise self.exited()
        return await ask(self.command.ready_url) if self.command.ready_url else Answer(200, "")

    def _follow(self, source: int, on_line: OnLine | None) -> None:
        """A thread, since a full pipe would halt the process while our event loop is busy."""

        def pump() -> None:
            with (
                open(source, encoding="utf-8", errors="replace") as lines,
                self.command.log.open("a", encoding="utf-8") as log,
            ):
                for line in lines:
                    text = ANSI.sub("", line.rstrip("\n"))
                    log.write(f"{text}\n")
                    log.flush()
                    self._last.append(text)
                    if on_line:
                        on_line(self.command.name, text)

        self._pump = threading.Thread(target=pump, name=f"log-{self.command.name}", daemon=True)
        self._pump.start()
