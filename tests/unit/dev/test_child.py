"""One process: readiness, exit codes, logs, stopping."""

import asyncio
import signal
from collections.abc import Callable

import pytest

from dev.child import Child, Command
from dev.errors import ChildExitedError, NotReadyError
from dev.ports import free_port

pytestmark = pytest.mark.system

Script = Callable[..., Command]
IGNORES_SIGTERM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ignoring", flush=True)
time.sleep(60)
"""


async def test_what_it_prints_is_in_its_log_without_colours(script: Script) -> None:
    lines: list[tuple[str, str]] = []
    command = script("print('\\x1b[31mred\\x1b[0m'); import sys; print('err', file=sys.stderr)")
    child = await Child.start(command, lambda name, line: lines.append((name, line)))

    assert await child.wait() == 0
    assert sorted(command.log.read_text().splitlines()) == ["err", "red"]
    assert sorted(lines) == [("script", "err"), ("script", "red")]


async def test_one_that_ends_instead_of_serving_is_named_with_its_last_words(
    script: Script,
) -> None:
    command = script(
        "import sys; sys.exit('the token is wrong')",
        name="bot",
        ready_url=f"http://127.0.0.1:{free_port()}/readyz",
    )
    child = await Child.start(command)

    with pytest.raises(
        ChildExitedError, match=r"(?s)bot stopped with exit code 1\..*token is wrong"
    ):
        await child.ready(20)


async def test_one_that_never_serves_is_given_up_with_the_reason(script: Script) -> None:
    url = f"http://127.0.0.1:{free_port()}/readyz"
    child = await Child.start(script("import time; time.sleep(60)", ready_url=url))
    try:
        with pytest.raises(NotReadyError, match="nothing listens yet"):
            await child.ready(0.2)
    finally:
        await child.kill()


async def test_one_that_ignores_the_request_to_stop_is_killed(script: Script) -> None:
    loop, is_deaf = asyncio.get_running_loop(), asyncio.Event()

    def on_line(_: str, __: str) -> None:
        loop.call_soon_threadsafe(is_deaf.set)

    child = await Child.start(script(IGNORES_SIGTERM, grace=0.3), on_line)
    await is_deaf.wait()

    assert await child.stop() == -signal.SIGKILL


async def test_a_program_that_does_not_exist_is_one_line(script: Script) -> None:
    child = await Child.start(script("", argv=("/no/such/program",)))

    assert await child.wait() == 1
    assert child.last_lines == ["/no/such/program cannot be started: No such file or directory"]


async def test_what_a_process_started_is_ended_with_it(script: Script) -> None:
    started = (
        "import subprocess, sys, time\n"
        "subprocess.Popen(['sleep', '60'], stdout=sys.stdout)\n"
        "time.sleep(60)"
    )
    child = await Child.start(script(started, env={"PATH": "/usr/bin:/bin"}))

    await child.kill()  # returns only once nobody holds the pipe of the log any more
    assert child.code == -signal.SIGKILL
