"""`countersign new`: a folder that runs, under any name that can be one."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from countersign.cli import agent
from countersign.cli.app import app
from countersign.cli.new_agent import TEMPLATE


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def new(name: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["new", name])
    return result.exit_code, result.output


def test_the_folder_has_an_agent_that_is_sound_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, said = new("snow-plough-2")
    assert code == 0
    assert "snow-plough-2 is written. Go on with the README.md in it." in said

    made = Path("snow-plough-2")
    written = [it for it in made.rglob("*") if it.is_file()]
    template = [it for it in TEMPLATE.rglob("*") if it.is_file() and "__pycache__" not in it.parts]
    assert len(written) == len(template) > 5
    for file in written:
        text = f"{file} {file.read_text(encoding='utf-8')}"
        assert "my_agent" not in text
        assert "my-agent" not in text

    monkeypatch.syspath_prepend(made.absolute())
    where = ("--agent", "snow_plough_2.agent:agent")
    policy = ("--policy", str(made / "snow_plough_2" / "policy.yaml"))
    result = CliRunner().invoke(agent.app, ["check", *where, *policy])
    assert "Nothing is refused." in result.output
    assert "no preview" not in result.output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "'' is no name for an agent"),
        ("My-Agent", "is no name for an agent"),
        ("../elsewhere", "is no name for an agent"),
        ("2nd", "is no name for an agent"),
        ("a--b", "is no name for an agent"),
        ("a-", "is no name for an agent"),
        ("a" * 41, "is no name for an agent"),
        ("agënt", "is no name for an agent"),
        ("json", "Python knows the name json already"),
        ("class", "Python knows the name class already"),
        ("countersign", "Python knows the name countersign already"),
        ("agents", "Python knows the name agents already"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_written(name: str, told: str) -> None:
    code, said = new(name)
    assert code == 1
    assert told in said
    assert list(Path().iterdir()) == []


def test_what_is_there_is_never_overwritten() -> None:
    Path("my-agent").mkdir()
    code, said = new("my-agent")
    assert (code, "is there already; nothing was written" in said) == (1, True)
    assert list(Path("my-agent").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/proc")
    code, said = new("my-agent")
    assert (code, said.count("\n")) == (1, 1)
    assert "cannot be written" in said
