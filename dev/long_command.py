"""Run a command that may take minutes: with progress, a way out, and nothing left behind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.progress import Tick

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `given_up` is the reason if we ended it."""

    code: int
    output: str
    given_up: str | None = None

    @property
    def last_line(self) -> str:
        """The last thing it said, for a message of one line."""
        return (self.output.strip().splitlines() or ["it said nothing"])[-1].strip()


def run(
    command: Sequence[str | Path],
    tick: Tick,
    give_up: Callable[[], str | None],
    env: Mapping[str, str] | None = None,
) -> Ended:
    """Run it to the end, or until `give_up` names a reason not to wait any longer."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        child = subprocess.Popen(
            tethered(command),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            reason = None
            while child.poll() is None and not (reason := give_up()):
                tick()
        finally:
            end_group(child.pid)
            code = child.wait()
        output.seek(0)
        return Ended(code, output.read(), reason)


def tethered(command: Sequence[str | Path]) -> list[str]:
    """The same command, dying with this process."""
    return [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *map(str, command)]


def end_group(leader: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Signal a process and all that it started, if any of them still runs."""
    try:
        os.killpg(leader, how)
    except ProcessLookupError:
        return
