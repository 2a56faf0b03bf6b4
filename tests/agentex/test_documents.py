"""The page about AgentEx is held to the settings."""

import re

from countersign.agentex.settings import AgentexSettings
from countersign.runtime.settings import ProcessSettings
from dev.paths import ROOT
from worker.agentex.settings import AgentexWorkerSettings
from worker.settings import WorkerSettings

PAGE = (ROOT / "docs" / "agentex.md").read_text(encoding="utf-8")
SETTINGS = PAGE.partition("## Settings")[2].partition("## When")[0]
OURS = AgentexSettings.model_fields.keys() - ProcessSettings.model_fields.keys()
WORKERS = AgentexWorkerSettings.model_fields.keys() - WorkerSettings.model_fields.keys()


def test_every_setting_is_named() -> None:
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", SETTINGS))
    assert {name.upper() for name in OURS | WORKERS} <= named


def test_the_defaults_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`)? *\|", SETTINGS, re.MULTILINE)
    assert rows
    for name, default in rows:
        assert AgentexSettings.model_fields[name.lower()].default == default, name
