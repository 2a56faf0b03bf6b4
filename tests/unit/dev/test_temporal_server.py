"""How Temporal is started."""

from itertools import pairwise
from pathlib import Path

from dev.temporal_server import TemporalServer


def test_a_server_with_a_file_keeps_what_it_knows() -> None:
    command = TemporalServer(
        program=Path("temporal"), port=1, http_port=2, ui_port=3, database=Path("data.db")
    ).command()

    assert command[:3] == ["temporal", "server", "start-dev"]
    assert pairs(command, "--db-filename") == ["data.db"]
    assert pairs(command, "--sqlite-pragma") == ["journal_mode=WAL", "synchronous=NORMAL"]
    assert pairs(command, "--ui-port") == ["3"]
    assert "history.transferProcessorMaxPollRPS=2000" in pairs(command, "--dynamic-config-value")


def test_a_server_for_tests_has_neither_file_nor_web_ui() -> None:
    command = TemporalServer(program=Path("temporal"), port=1, http_port=2).command()

    assert "--headless" in command
    assert "--db-filename" not in command
    assert pairs(command, "--ip") == ["127.0.0.1"]


def pairs(command: list[str], flag: str) -> list[str]:
    """The values that are given for a flag."""
    return [value for name, value in pairwise(command) if name == flag]
