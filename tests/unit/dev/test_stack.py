"""A whole stack, made of stand-ins: order, failures, restarts."""

import os
import signal
import sys
from dataclasses import replace

import pytest

from dev.errors import ChildExitedError
from dev.processes import Stack, StackOptions
from tests.unit.dev.programs import Diary, breaks, hold

pytestmark = pytest.mark.usefixtures("temporal_on_path")


async def test_everything_serves_and_stops_in_order(options: StackOptions, diary: Diary) -> None:
    async with Stack(options) as stack:
        assert set(stack.pids()) == {"temporal", "sandbox", "worker", "bot"}
        assert stack.log("bot") == "bot serves\n"

    assert diary.names() == ["bot", "worker", "sandbox", "temporal"]


async def test_a_death_is_reported_with_name_code_and_last_words(options: StackOptions) -> None:
    async with Stack(options) as stack:
        os.kill(stack.pids()["worker"], signal.SIGKILL)

        report = str(await stack.died())

    assert report.startswith("worker stopped on signal 9.")
    assert "worker serves" in report


async def test_a_process_that_cannot_start_takes_the_others_down(
    options: StackOptions, diary: Diary
) -> None:
    broken = (sys.executable, "-c", "import sys; sys.exit('no token')")
    options = replace(options, commands={**options.commands, "bot": broken})

    with pytest.raises(ChildExitedError, match="no token"):
        await Stack(options).start()

    assert diary.names()[-2:] == ["sandbox", "temporal"]


async def test_a_death_while_the_others_start_ends_the_start(options: StackOptions) -> None:
    sandbox = [*options.commands["sandbox"], "once"]  # serves, and ends after the first answer
    never = (sys.executable, "-c", "import time; time.sleep(60)")
    options = replace(options, commands={**options.commands, "sandbox": sandbox, "worker": never})

    with pytest.raises(ChildExitedError, match=r"sandbox stopped with exit code 3\."):
        await Stack(options).start()


async def test_one_is_restarted_while_the_others_go_on(options: StackOptions) -> None:
    async with Stack(options) as stack:
        before = stack.pids()
        await stack.restart("worker")
        after = stack.pids()

    assert after["worker"] != before["worker"]
    assert after["bot"] == before["bot"]


async def test_one_is_killed_and_brought_back(options: StackOptions) -> None:
    async with Stack(options) as stack:
        connection = hold(options.ports.bot)
        assert await stack.kill("bot") == -signal.SIGKILL
        assert breaks(connection)
        await stack.launch("bot")


async def test_a_server_that_runs_elsewhere_is_used_and_none_is_started(
    options: StackOptions,
) -> None:
    options = replace(options, temporal_address="10.0.0.1:7233")
    async with Stack(options) as stack:
        assert stack.env["TEMPORAL_ADDRESS"] == "10.0.0.1:7233"
        assert "temporal" not in stack.pids()


async def test_a_temporary_home_is_gone_afterwards(options: StackOptions) -> None:
    async with Stack(replace(options, home=None)) as stack:
        home = stack.home
        assert (home / "logs" / "bot.log").exists()

    assert not home.exists()
