"""`python -m worker.agentex`: what it needs to start, and what it does without."""

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from slack_sdk.errors import SlackApiError

from countersign.runtime.settings import SettingsError
from countersign.slack.web_client import UNKNOWN, code_of
from dev.child import Child, Command
from dev.environment import without_ours
from dev.paths import ROOT
from dev.ports import free_port
from tests.agentex.standin_support import Stage, stage
from worker.agentex.no_slack import NoSlack
from worker.agentex.settings import read_settings

OURS = ("SLACK_BOT_TOKEN", "TASK_QUEUE", "WORKFLOW_TASK_QUEUE", "HEALTH_CHECK_PORT", "WORKER_PORT")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that says nothing."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


class TestSettings:
    def test_slack_need_not_be_there(self):
        settings, _ = read_settings()
        assert not settings.has_slack

    def test_a_token_that_is_none_is_refused(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-1")
        with pytest.raises(SettingsError, match="not a bot token"):
            read_settings()

    def test_the_queue_is_the_one_of_the_manifest(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("WORKFLOW_TASK_QUEUE", "of-the-manifest")
        settings, agentex = read_settings()
        assert settings.task_queue == agentex.queue == "of-the-manifest"

    def test_the_port_is_the_one_that_agentex_names(self, monkeypatch: pytest.MonkeyPatch):
        assert read_settings()[0].worker_port == 3001
        monkeypatch.setenv("HEALTH_CHECK_PORT", "8123")
        assert read_settings()[0].worker_port == 8123


async def test_without_slack_no_method_is_known_and_nothing_is_sent() -> None:
    slack = NoSlack(base_url="http://127.0.0.1:1/")
    for ask in (slack.auth_test, lambda: slack.chat_postMessage(channel="C1", text="x")):
        with pytest.raises(SlackApiError) as refused:
            await ask()
        assert code_of(refused.value) in UNKNOWN


class Printed:
    """The lines of a process, which a test waits for."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: list[str] = []
        self._more = asyncio.Event()

    def take(self, _: str, line: str) -> None:
        self._loop.call_soon_threadsafe(self._add, line)

    def count(self, words: str) -> int:
        return sum(words in line for line in self._lines)

    async def until(self, words: str) -> None:
        async with asyncio.timeout(60):
            while not self.count(words):
                self._more.clear()
                await self._more.wait()

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self._more.set()


@asynccontextmanager
async def a_worker(
    at: Stage, temporal_address: str, home: Path, port: int, **env: str
) -> AsyncGenerator[tuple[Child, Printed]]:
    """A worker's process for this backend, without Slack and with the policy of the repository."""
    known: Mapping[str, str] = {
        "AGENTEX_BASE_URL": at.sandbox.url,
        "DATABASE_URL": f"sqlite+aiosqlite:///{home / 'shop.db'}",
        "HEALTH_CHECK_PORT": str(port),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "POLICY_FILE": str(ROOT / "policy.yaml"),
        "PYTHONPATH": str(ROOT),
        "TEMPORAL_ADDRESS": temporal_address,
        "WORKFLOW_TASK_QUEUE": str(uuid4()),
    }
    command = Command(
        name="worker",
        argv=[sys.executable, "-m", "worker.agentex"],
        env={**without_ours(), **known, **env},
        cwd=home,
        log=home / "worker.log",
        ready_url=f"http://127.0.0.1:{port}/readyz",
    )
    printed = Printed()
    child = await Child.start(command, printed.take)
    try:
        yield child, printed
    finally:
        await child.stop()


async def test_it_serves_without_slack_with_a_policy_that_names_people(
    temporal_address: str, tmp_path: Path
) -> None:
    async with (
        stage() as at,
        a_worker(at, temporal_address, tmp_path, free_port()) as (worker, printed),
    ):
        await worker.ready(60)
        assert printed.count("no SLACK_BOT_TOKEN") == 1
        assert printed.count("registered with AgentEx") == 1


async def test_while_the_backend_is_away_it_waits_with_one_line(
    temporal_address: str, tmp_path: Path
) -> None:
    async with stage() as at:
        await at.sandbox.public.go_away()
        async with a_worker(at, temporal_address, tmp_path, free_port()) as (worker, printed):
            await printed.until("waiting for AgentEx")
            await at.sandbox.public.come_back()
            await worker.ready(60)
            assert printed.count("waiting for AgentEx") == 1


async def test_a_port_that_is_taken_does_not_end_it(temporal_address: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with (
            stage() as at,
            a_worker(at, temporal_address, tmp_path, port) as (_, printed),
        ):
            await printed.until("registered with AgentEx")
            assert printed.count(f"cannot listen on 127.0.0.1:{port}") == 1
