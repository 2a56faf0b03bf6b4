"""The supervisor, as a process of its own: signals, deaths, and what is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dev.locking import locked
from dev.processes import StackOptions
from tests.unit.dev.programs import REFUSAL, ROOT, Diary, breaks, hold, refusing

pytestmark = pytest.mark.system

SUPERVISOR = """
import sys, time
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from dev.errors import DevError
from dev.ports import Ports
from dev.processes import StackOptions
from dev.up import up

options = eval(sys.argv[1], {"StackOptions": StackOptions, "Ports": Ports, "Path": Path})
try:
    up(options, options.home, Console(width=200), time.monotonic())
except DevError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def literal(options: StackOptions) -> str:
    """The options as the supervisor's script reads them."""
    ports = ", ".join(str(getattr(options.ports, name)) for name in options.ports.__slots__)
    return (
        f"StackOptions(home=Path({str(options.home)!r}), ports=Ports({ports}), in_memory=False,"
        f" commands={dict(options.commands)!r})"
    )


@pytest.fixture
def supervisor(options: StackOptions) -> Iterator[subprocess.Popen[str]]:
    """A supervisor that has started everything."""
    process = start(options)
    try:
        serving(process)
        yield process
    finally:
        process.kill()
        process.communicate()


def start(options: StackOptions) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, literal(options)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def serving(process: subprocess.Popen[str]) -> None:
    """Read what it says until everything serves."""
    for line in process.stdout or ():
        if "Ctrl-C" in line:
            break


def said_when_stopped(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    return said.lstrip()


linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux lets a process die with its parent"
)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_everything_in_order(
    supervisor: subprocess.Popen[str], diary: Diary, how: signal.Signals
) -> None:
    supervisor.send_signal(how)
    said, _ = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0, said
    assert diary.names() == ["bot", "worker", "sandbox", "temporal"]


@linux_only
def test_killed_it_leaves_nobody_behind(
    supervisor: subprocess.Popen[str], options: StackOptions
) -> None:
    ports = options.ports
    connections = [hold(port) for port in (ports.sandbox, ports.worker, ports.bot)]

    supervisor.kill()

    assert all(breaks(connection) for connection in connections)


@linux_only  # /proc
def test_what_is_killed_is_started_again_with_one_line(
    supervisor: subprocess.Popen[str], options: StackOptions, diary: Diary
) -> None:
    os.kill(pid_of(supervisor, options), signal.SIGKILL)
    line = next(line for line in supervisor.stdout or () if "stopped" in line)
    assert line.strip() == "bot stopped on signal 9. It is started again and goes on."

    assert said_when_stopped(supervisor) == "Countersign stopped.\n"
    assert diary.names()[-3:] == ["worker", "sandbox", "temporal"]


@linux_only  # /proc
def test_what_a_person_has_to_mend_first_takes_everything_down_with_its_words(
    options: StackOptions, diary: Diary, tmp_path: Path
) -> None:
    refuses = refusing(options.commands["bot"], tmp_path / "second", 2)
    process = start(replace(options, commands={**options.commands, "bot": refuses}))
    serving(process)
    os.kill(pid_of(process, options), signal.SIGKILL)
    said, _ = process.communicate(timeout=20)

    assert "bot stopped with exit code 2." in said
    assert said.endswith(f"\n  {REFUSAL}\n")
    assert process.returncode == 1
    assert diary.names() == ["worker", "sandbox", "temporal"]


def test_a_second_one_in_the_same_folder_is_refused(options: StackOptions) -> None:
    assert options.home
    options.home.mkdir()
    with locked(options.home / "lock"):
        second = start(options)
        said, _ = second.communicate(timeout=20)

    assert said.strip() == (
        f"Countersign is already running from this folder (process {os.getpid()}). Stop it first."
    )
    assert second.returncode == 2


def test_interrupted_while_starting_it_stops_what_is_there(
    options: StackOptions, diary: Diary, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    slow = (sys.executable, "-c", f"open({str(begun)!r}, 'w').close(); import time; time.sleep(60)")
    process = start(replace(options, commands={**options.commands, "bot": slow}))
    begun.read_text()  # returns when the bot is there, hence sandbox and Temporal serve

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)

    assert process.returncode == 0
    assert diary.names()[-2:] == ["sandbox", "temporal"]


def pid_of(supervisor: subprocess.Popen[str], options: StackOptions) -> int:
    """The bot's process."""
    arguments = f"bot\0{options.ports.bot}".encode()
    return next(
        pid
        for pid in children_of(supervisor.pid)
        if arguments in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


def children_of(pid: int) -> list[int]:
    """The processes that this one started."""
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
