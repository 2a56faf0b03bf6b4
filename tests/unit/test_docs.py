"""The documents are held to the code."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import BotSettings
from countersign.agents.catalogue import NOT_KEPT, Catalogue
from countersign.agents.loading import opened_context
from countersign.cli.new_agent import TEMPLATE
from countersign.policy.loading import load
from dev.paths import ROOT
from dev.settings_table import written
from examples.purchasing.buyer import ShopSettings
from sandbox.model.answers import answer
from tests.conftest import ONLY_SYSTEM
from tests.screens.index import FOLDER, INDEX
from tests.screens.index import written as written_index
from tests.screens.screens import SCREENS
from tests.support.builders import a_call
from worker.settings import WorkerSettings

PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "sandbox/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
README, CONTRIBUTING, OPERATIONS, AGENTS = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/agents.md")
)
HIDDEN = {".ci", ".dockerignore", ".env.example", ".gitignore"}
LATER = {"acme/buyer.py", "garden.py"}
"""Files that a reader makes."""
PROGRAMS = ("bot", "countersign", "dev", "examples", "tests/browser", "worker", "workflows")


@cache
def _tracked() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(
        listed, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()


def _first_column(page: str, heading: str) -> list[str]:
    """What is in backticks at the beginning of the rows of a table."""
    table = page.split(heading)[1].split("\n\n|", 1)[-1].split("\n\n", maxsplit=1)[0]
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 160


def test_contributing_names_every_folder_and_file_at_the_top_and_no_other() -> None:
    named = {name.rstrip("/") for name in _first_column(CONTRIBUTING, "## Find your way around")}
    assert named == {path.split("/")[0] for path in _tracked()} - HIDDEN


def test_every_setting_is_listed_as_it_is() -> None:
    assert written(OPERATIONS) == OPERATIONS


def test_the_example_environment_names_every_setting() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    fields = {
        **BotSettings.model_fields,
        **WorkerSettings.model_fields,
        **ShopSettings.model_fields,
    }
    assert named == {name.upper() for name in fields} | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


def test_every_scope_of_the_manifest_is_explained() -> None:
    manifest = yaml.safe_load((ROOT / "slack_app_manifest.yml").read_text(encoding="utf-8"))
    explained = _first_column(OPERATIONS, "## Slack scopes")
    assert explained == manifest["oauth_config"]["scopes"]["bot"]


def test_the_example_of_an_agent_is_one() -> None:
    example = README.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    tool = Catalogue.of(names["agent"]).tools["water_plants"]
    policy = README.split("```yaml\n")[1].split("```")[0]
    load(policy, "README.md", {tool.name: tool.spec})
    assert tool.spec.needs_approval
    assert set(tool.spec.parameters["properties"]) == {
        "room",
        "litres",
        "approval_reason",
        "replaces",
    }


async def test_the_pieces_of_the_page_on_agents_make_one_that_can_be_kept() -> None:
    names: dict[str, Any] = {"__name__": "acme.buyer"}
    for piece in re.findall(r"^```python\n(.*?)^```", AGENTS, re.DOTALL | re.MULTILINE):
        exec(compile(piece, "docs/agents.md", "exec"), names)
    tools = Catalogue.of(names["agent"]).tools
    assert {name: tool.needs_approval for name, tool in tools.items()} == {
        "look_up_price": False,
        "place_order": True,
    }
    order, arguments = tools["place_order"], '{"item": "desk", "quantity": 2, "voucher": ""}'
    call = a_call().model_copy(update={"arguments": arguments})
    async with opened_context(names["agent"]) as context:
        told, _ = await order.describe(call, context)
        assert told.summary == "Order 2 × desk for €800"
        assert told.summary in AGENTS
        assert await order.run(call, context) == "Order 17 is placed."
    assert order.secret_names == {"voucher"}


@pytest.mark.parametrize(
    ("page", "agent", "called"),
    [
        (README, README.split("```python\n")[1].split("```")[0], {"room": "kitchen", "litres": 3}),
        (
            (TEMPLATE / "README.md").read_text(encoding="utf-8"),
            (TEMPLATE / "my_agent/agent.py").read_text(encoding="utf-8"),
            {"room": "library", "hours": 2},
        ),
    ],
    ids=["README.md", "countersign new"],
)
def test_what_a_reader_is_told_to_write_is_understood(
    page: str, agent: str, called: dict[str, Any]
) -> None:
    names: dict[str, Any] = {"__name__": "acme.own"}
    exec(compile(agent, "agent.py", "exec"), names)
    tools = [
        {
            "type": "function",
            "name": it.name,
            "description": it.spec.description,
            "parameters": it.spec.parameters,
        }
        for it in Catalogue.of(names["agent"]).tools.values()
    ]
    *_, said = re.findall(r"`@countersign (.+?)`", page)
    made = answer({"input": said, "tools": tools})["output"][0]
    assert made["type"] == "function_call", said
    assert called.items() <= json.loads(made["arguments"]).items()


def test_what_is_refused_of_an_agent_is_listed() -> None:
    assert _first_column(AGENTS, "## What is refused") == list(NOT_KEPT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere_and_fences_are_closed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        linked = page.parent / target if target else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), anchor
    assert text.count("```") % 2 == 0


def _anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", it).lower().replace(" ", "-") for it in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    tracked, beside = _tracked(), page.relative_to(ROOT).parent
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    for name in re.findall(r"`([\w./-]+\.(?:py|md|ya?ml|toml|lock|js|json|png))`", text):
        known = any(path == name or path.endswith(f"/{name}") for path in tracked)
        assert known or name in LATER or (ROOT / beside / name).exists(), name


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in (*PAGES, ROOT / ".ci/run"):
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^|^timed )make ([a-z][a-z-]*)", text, re.MULTILINE)) <= targets


def test_every_test_that_contributing_runs_exists() -> None:
    named = re.findall(r"tests/[\w/]+(?:\.py)?", CONTRIBUTING)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_decisions_are_numbered_without_gaps() -> None:
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == [*range(1, len(files) + 1)]
    for number, file in enumerate(files, 1):
        assert file.read_text(encoding="utf-8").startswith(f"# {number}. ")


def test_whatever_troubleshooting_quotes_is_said_by_the_code() -> None:
    quoted = _first_column(OPERATIONS, "## Troubleshooting")
    said = "\n".join(text for room in PROGRAMS for text in _texts(ROOT / room))
    assert len(quoted) > 15
    assert [it for it in quoted if it.rstrip(": …") not in said] == []


def _texts(room: Path) -> Iterator[str]:
    """Every text in the code of a room, with `…` for what is put into it."""
    for file in room.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(it.value) if isinstance(it, ast.Constant) else "…" for it in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_what_the_page_on_tests_names_is_there() -> None:
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    for path in re.findall(r"`(tests/[^`]+)`", page):
        assert (ROOT / path).exists(), path
    for names, where in re.findall(
        r"^\| ([^|]+) \| .+ \| `(tests/.+\.py)` \|$", page, re.MULTILINE
    ):
        beside = (path.read_text(encoding="utf-8") for path in (ROOT / where).parent.glob("*.py"))
        code = "\n".join(beside)
        for name in re.findall(r"`([A-Za-z_]+)`", names):
            assert re.search(rf"\b(def|class) {name}\b|^{name} = ", code, re.MULTILINE), name
    levels = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    told = set(re.findall(r"^\| `tests/(\w+)` \|", page, re.MULTILINE))
    assert told == levels - {"support", "__pycache__"}


@pytest.mark.parametrize("folder", sorted(ONLY_SYSTEM), ids=lambda folder: folder.name)
def test_a_folder_that_make_test_does_not_read_is_marked_as_a_whole(folder: Path) -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("test_*.py")}
    assert files
    marked = re.compile(r"^pytestmark = .*pytest\.mark\.system\b", re.MULTILINE)
    assert [name for name, text in files.items() if not marked.search(text)] == []


def test_the_page_of_pictures_shows_what_is_taken_and_every_picture_is_shown() -> None:
    assert INDEX.read_text(encoding="utf-8") == written_index(SCREENS)
    taken = sorted(screen.file for screen in SCREENS)
    assert sorted(file.name for file in FOLDER.iterdir()) == taken
    assert len(set(taken)) == len(taken)


def test_the_pictures_are_small_enough_to_be_kept() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_500_000
