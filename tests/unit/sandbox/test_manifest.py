"""Reading the product's manifest."""

from pathlib import Path

import pytest

from sandbox.errors import SetupError
from sandbox.manifest import load_manifest, parse_manifest
from tests.unit.sandbox.slack_app import MANIFEST, a_manifest


def test_the_manifest_says_what_the_app_may_and_offers() -> None:
    manifest = load_manifest(MANIFEST)

    assert (manifest.name, manifest.bot_name) == ("Countersign", "countersign")
    assert {"chat:write", "usergroups:read"} <= set(manifest.scopes)
    assert manifest.hears("app_mention")
    assert not manifest.hears("team_join")
    assert [command.command for command in manifest.commands] == ["/approvals", "/plain"]
    assert manifest.suggested_prompts[0]["title"] == "What can you do?"
    assert (manifest.home_tab, manifest.messages_tab, manifest.is_agent) == (True, True, True)
    assert list(manifest.problems()) == []


def test_the_older_assistant_view_counts_as_an_agent() -> None:
    view = {"assistant_description": "x", "suggested_prompts": [{"title": "a", "message": "b"}]}
    manifest = parse_manifest(
        {"display_information": {"name": "x"}, "features": {"assistant_view": view}}
    )

    assert manifest.is_agent
    assert len(manifest.suggested_prompts) == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("- app_mentions:read", "The event app_mention needs the scope app_mentions:read"),
        ("- commands", "Slash commands need the scope commands"),
        ("socket_mode_enabled", "Socket Mode is off"),
    ],
)
def test_what_would_not_work_on_slack_is_said(tmp_path: Path, line: str, problem: str) -> None:
    manifest = load_manifest(a_manifest(tmp_path, without=line))

    assert any(said.startswith(problem) for said in manifest.problems())


@pytest.mark.parametrize("text", ["a: [", "- a list", "features: {}"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError):
        load_manifest(path)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nowhere\.yml"):
        load_manifest(tmp_path / "nowhere.yml")
