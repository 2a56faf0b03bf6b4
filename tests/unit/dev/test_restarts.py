"""What is done about a process that ends by itself: it has its chances, and no more."""

import asyncio
import itertools
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dev.processes import Stack, StackOptions
from dev.restarts import CHANCES, Restarts
from tests.unit.dev.programs import REFUSAL, breaks, hold, refusing

pytestmark = pytest.mark.usefixtures("temporal_on_path")


@dataclass
class Said:
    """The lines that a person sees."""

    lines: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    enough: int = 1
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        if len(self.lines) == self.enough:
            self.heard.set()


def worker_that_ends(options: StackOptions, tmp_path: Path, code: int) -> StackOptions:
    worker = refusing(options.commands["worker"], tmp_path / "second", code)
    return replace(options, commands={**options.commands, "worker": worker})


async def killed(stack: Stack, restarts: Restarts, said: Said) -> None:
    """Kill the worker, and wait for what is said `said.enough` times."""
    os.kill(stack.pids()["worker"], signal.SIGKILL)
    going_on = asyncio.create_task(restarts.until_hopeless())
    await asyncio.wait(
        {going_on, asyncio.create_task(said.heard.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    assert not going_on.done()
    going_on.cancel()
    with suppress(asyncio.CancelledError):
        await going_on


async def test_what_is_killed_serves_again_and_the_others_go_on(options: StackOptions) -> None:
    said = Said()
    async with Stack(replace(options, worker_module="dev.crash_worker")) as stack:
        before = stack.pids()
        os.kill(before["worker"], signal.SIGKILL)
        again = asyncio.Event()

        def clock() -> float:
            again.set()  # it is asked when the process was started again
            return 0

        going_on = asyncio.create_task(Restarts(stack, said, clock).until_hopeless())
        await again.wait()
        await stack._children["worker"].ready(20)
        connection = hold(options.ports.worker)
        after = stack.pids()
        going_on.cancel()

        assert stack.wiring.worker_module == "worker"
    assert breaks(connection)
    assert {name for name in after if after[name] != before[name]} == {"worker"}
    assert said.lines == [("worker", "stopped on signal 9. It is started again and goes on.")]


async def test_what_a_person_has_to_mend_first_is_not_started_again(
    options: StackOptions, tmp_path: Path
) -> None:
    said = Said()
    async with Stack(worker_that_ends(options, tmp_path, 2)) as stack:
        os.kill(stack.pids()["worker"], signal.SIGKILL)
        report = str(await Restarts(stack, said).until_hopeless())

    assert report.startswith("worker stopped with exit code 2.")
    assert report.splitlines()[1:] == [f"  {REFUSAL}"]
    assert len(said.lines) == 1  # after it was killed


async def test_what_ends_again_and_again_takes_everything_down(
    options: StackOptions, tmp_path: Path
) -> None:
    said = Said()
    async with Stack(worker_that_ends(options, tmp_path, 1)) as stack:
        os.kill(stack.pids()["worker"], signal.SIGKILL)
        report = str(await Restarts(stack, said).until_hopeless())

    assert report.startswith("worker stopped with exit code 1.")
    assert report.splitlines()[1:] == ["  starting", f"  {REFUSAL}"]
    assert len(said.lines) == CHANCES


def slowly() -> Callable[[], float]:
    """A clock by which everything lives for an hour."""
    return map(float, itertools.count(step=3_600)).__next__


async def test_what_ends_now_and_then_is_started_again_each_time(
    options: StackOptions, tmp_path: Path
) -> None:
    said = Said(enough=CHANCES * 2)
    async with Stack(worker_that_ends(options, tmp_path, 1)) as stack:
        await killed(stack, Restarts(stack, said, slowly()), said)
