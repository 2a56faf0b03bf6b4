"""What the log says of a whole approval at its loudest: nothing of what is approved."""

import logging
from collections.abc import Generator

import pytest
import structlog
from temporalio.client import Client

from countersign.runtime.logs import NOISY, OURS, set_up
from countersign.runtime.settings import LogFormat
from tests.flows.flow import working
from tests.support.builders import a_press
from tests.support.scripted_model import calls, says

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def _loud(capsys: pytest.CaptureFixture[str]) -> Generator[None]:
    del capsys  # it has to listen before the log is set up
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up("DEBUG", LogFormat.CONSOLE)
    yield
    root.handlers, root.level = handlers, level
    for name in (*OURS, *NOISY):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


async def test_at_debug_the_arguments_of_a_call_are_not_printed(
    temporal: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = calls(("act", f'{{"n": 1, "password": "{SECRET}"}}'))
    async with working(temporal, asked, says("Done.")) as flow:
        flow.agent.fails = "the door is locked"
        await flow.say(f"please act with {SECRET}")
        (approval_id,) = await flow.asked()
        await flow.approvals.decide(approval_id, True, a_press())
        await flow.answered()
        structlog.get_logger("bot.test").debug("the log is on")
    written = "".join(capsys.readouterr())
    assert "the log is on" in written
    assert SECRET not in written
