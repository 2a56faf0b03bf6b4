"""The sandbox's own README is held to its code."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest

import sandbox
from sandbox.control.routes import GETS, POSTS
from sandbox.web_api.dispatch import METHODS
from tests.unit.sandbox.slack_app import MANIFEST

README = (Path(str(sandbox.__path__[0])) / "README.md").read_text(encoding="utf-8")


def test_it_names_every_request_of_the_control_api() -> None:
    section = README.split("## Control API")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", " ".join(rows))) == {*GETS, *POSTS}


def test_it_names_every_method_of_the_web_api() -> None:
    section = README.split("<!-- methods: begin -->")[1].split("<!-- methods: end -->")[0]
    assert re.findall(r"`([^`]+)`", section) == sorted(METHODS)


async def test_its_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MANIFEST.parent)
    names: dict[str, object] = {}
    exec(compile(README.split("```python\n")[1].split("```")[0], "README.md", "exec"), names)
    await cast("Callable[[], Awaitable[None]]", names["test_a_question_is_answered"])()
