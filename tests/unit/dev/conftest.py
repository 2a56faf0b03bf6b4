"""Stand-ins for the processes of the product: tiny servers that say what happens to them."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dev.child import Command
from dev.ports import Ports
from dev.stack_options import StackOptions
from tests.unit.dev.programs import FAKE_TEMPORAL, STAND_IN, Diary, executable


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    return script


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")


@pytest.fixture
def temporal_on_path(
    tmp_path: Path, stand_in: Path, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> Path:
    text = FAKE_TEMPORAL.format(script=str(stand_in), diary=str(diary.file))
    program = executable(tmp_path / "bin" / "temporal", text)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return program


@pytest.fixture
def options(temporal_on_path: Path, tmp_path: Path, stand_in: Path, diary: Diary) -> StackOptions:
    """A whole stack of stand-ins."""
    ports = Ports.free()

    def command(name: str, port: int) -> Sequence[str]:
        return (sys.executable, "-I", "-S", str(stand_in), name, str(port), str(diary.file))

    return StackOptions(
        home=tmp_path / "home",
        ports=ports,
        in_memory=False,
        ready_seconds=20,
        commands={
            "sandbox": command("sandbox", ports.sandbox),
            "worker": command("worker", ports.worker),
            "bot": command("bot", ports.bot),
        },
    )


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Command]:
    """A command that runs a piece of Python."""

    def build(text: str, **changes: object) -> Command:
        command = Command(
            name="script",
            argv=(sys.executable, "-I", "-S", "-c", text),
            env={},
            cwd=tmp_path,
            log=tmp_path / "script.log",
        )
        return replace(command, **changes)

    return build
