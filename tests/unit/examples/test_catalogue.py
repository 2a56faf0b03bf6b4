"""How a worker finds the tools of the packages that its settings name."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from countersign.tools.catalogue import (
    DuplicateToolError,
    NoToolsError,
    load_resources,
    load_tools,
)
from countersign.tools.toolkit import ToolContext
from examples.purchasing.database import SHOP
from tests.support.builders import a_call

EXAMPLE = "examples.purchasing"
TOOL = '''
from countersign.tools import Context, tool

@tool(title="{title}", status="…")
async def {name}(ctx: Context) -> str:
    """It does something."""
    return "done"
'''


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A folder in which a test makes packages of its own."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def _write(packages: Path, package: str, name: str) -> None:
    folder = packages / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "some.py").write_text(TOOL.format(title="Do it", name=name), encoding="utf-8")


def test_tools_come_in_the_order_of_their_packages(packages: Path) -> None:
    _write(packages, "plants", "water_plants")
    example = list(load_tools([EXAMPLE]))
    assert list(load_tools(["plants", EXAMPLE])) == ["water_plants", *example]
    assert list(load_tools([EXAMPLE, "plants"])) == [*example, "water_plants"]


def test_two_tools_of_one_name_are_refused(packages: Path) -> None:
    _write(packages, "office", "order_status")
    with pytest.raises(DuplicateToolError, match="order_status"):
        load_tools([EXAMPLE, "office"])


@pytest.mark.parametrize(
    ("package", "told"), [("nowhere.tools", "nowhere"), ("examples.purchasing.money", "a folder")]
)
def test_what_is_no_package_is_named(package: str, told: str) -> None:
    with pytest.raises(NoToolsError, match=told):
        load_tools([package])


def test_a_resource_is_opened_once_however_often_its_package_is_named() -> None:
    assert load_resources([EXAMPLE, EXAMPLE]) == [SHOP]


def test_a_tool_asks_for_what_is_open_by_its_kind() -> None:
    context = ToolContext(a_call(), ["a shop", 7])
    assert context.resource(int) == 7
    with pytest.raises(LookupError, match="float"):
        context.resource(float)
