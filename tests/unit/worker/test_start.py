"""What a worker finds wrong at its start, before it needs Temporal."""

import asyncio
import json
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from agents.models.default_models import OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME
from slack_sdk.web.async_client import AsyncWebClient

from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import Waiting
from dev.ports import LOOPBACK, free_port
from worker.composition import serve
from worker.known import Surroundings
from worker.settings import WorkerSettings

AGENT = """
from agents import Agent, WebSearchTool, function_tool

@function_tool
def water(plant: str) -> str:
    '''Water a plant.'''
    return plant

agent = Agent(name="Gardener", tools=[water])
searching = Agent(name="Searcher", tools=[WebSearchTool()])
"""
POLICY = "version: 1\nrules: [{name: free, tool: water, auto_approve: true}]\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[WorkerSettings]:
    """Those of a worker for several agents, to whose Temporal nobody answers."""
    (tmp_path / "garden_at_start.py").write_text(AGENT, encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME, "m")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"{LOOPBACK}:{free_port()}")
    monkeypatch.setenv("WORKER_PORT", "0")
    monkeypatch.setenv("AGENTS", "agents.yaml")
    yield WorkerSettings.read()
    sys.modules.pop("garden_at_start", None)


@pytest.mark.parametrize(
    ("agent", "policy", "told"),
    [
        ("garden_at_start:agent", "none.yaml", "second: the policy none.yaml cannot be read"),
        ("garden_at_start:nobody", "policy.yaml", "second: AGENT: garden_at_start:nobody: there"),
        ("garden_at_start:searching", "policy.yaml", "second: AGENT: a WebSearchTool is not"),
    ],
)
async def test_every_agent_is_looked_at_before_temporal_is_waited_for(
    settings: WorkerSettings,
    client: AsyncWebClient,
    tmp_path: Path,
    agent: str,
    policy: str,
    told: str,
) -> None:
    sound = {"name": "first", "agent": "garden_at_start:agent", "policy": "policy.yaml"}
    wrong = {"name": "second", "agent": agent, "policy": policy, "channels": ["C0GARDEN"]}
    (tmp_path / "agents.yaml").write_text(json.dumps({"agents": [sound, wrong]}), encoding="utf-8")

    async def reach(_: Waiting) -> Surroundings:
        return Surroundings(client, [])

    with pytest.raises(PreflightError, match=told):
        async with asyncio.timeout(20):
            await serve(settings, reach, asyncio.Event())
