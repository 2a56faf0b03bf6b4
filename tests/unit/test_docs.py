"""The documents are held to the code."""

import re
import subprocess

import pytest
import yaml

from bot.settings import BotSettings
from countersign.tools.toolkit import Tool
from dev.paths import ROOT
from dev.settings_table import written
from worker.settings import WorkerSettings

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "sandbox/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
HIDDEN = {".ci", ".env.example", ".gitignore"}


def _tracked() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(
        listed, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()


def test_readme_names_every_folder_and_file_at_the_top_and_no_other() -> None:
    section = README.split("## Find your way around")[1].split("\n## ")[0]
    named = {name.rstrip("/") for name in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)}
    there = {path.split("/")[0] for path in _tracked()} - HIDDEN
    assert named == there


def test_readme_lists_every_setting_as_it_is() -> None:
    assert written(README) == README


def test_the_example_environment_names_every_setting() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    fields = {**BotSettings.model_fields, **WorkerSettings.model_fields}
    assert named == {name.upper() for name in fields} | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


def test_readme_explains_every_scope_of_the_manifest() -> None:
    manifest = yaml.safe_load((ROOT / "slack_app_manifest.yml").read_text(encoding="utf-8"))
    section = README.split("| scope | why |")[1].split("\n\n")[0]
    explained = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert explained == manifest["oauth_config"]["scopes"]["bot"]


def test_the_example_of_a_tool_is_one() -> None:
    example = README.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    tool = names["water_plants"]
    assert isinstance(tool, Tool)
    assert tool.spec.needs_approval
    assert set(tool.spec.parameters["properties"]) == {"room", "litres", "reason"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere_and_fences_are_closed(page: object) -> None:
    path = ROOT / str(page)
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (path.parent / target).exists(), target
    assert text.count("```") % 2 == 0


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


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
