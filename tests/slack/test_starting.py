"""Processes that start while Slack or Temporal is out of order: they wait, and then they serve."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from countersign.runtime.process import BAD_START
from dev import temporal_cli
from dev.child import Child, Command
from dev.environment import without_ours
from dev.http_probe import ask
from dev.ports import free_port
from dev.temporal_server import TemporalServer
from tests.slack.product import Product
from tests.support import mcp_server

pytestmark = pytest.mark.system

Process = Literal["bot", "worker"]
PORTS = {"bot": "BOT_PORT", "worker": "WORKER_PORT"}
SECONDS = 60
DEPLOYER = """\
import sys
from agents import Agent
from agents.mcp import MCPServerStdio

home = {{"command": sys.executable, "args": [{program!r}, {folder!r}]}}
agent = Agent(name="Deployer", mcp_servers=[MCPServerStdio(home, name="deploys")])
"""
DEPLOYS = """\
version: 1
rules: [{name: back, tool: deploys.roll_back, when: steps > 1, approvers: {users: [U0BOB]}}]
"""
RULE = """\
version: 1
rules:
  - {name: orders, tool: place_order, approvers: {users: [U0BOB], groups: [S0FINANCE]}}
"""


@asynccontextmanager
async def _another(
    product: Product, process: Process, env: Mapping[str, str] | None = None
) -> AsyncGenerator[Child]:
    """One more bot or worker, which need not be ready."""
    wiring, port = product.stack.wiring, free_port()
    command = wiring.bot() if process == "bot" else wiring.worker()
    command = replace(
        command,
        env={**command.env, PORTS[process]: str(port), "TASK_QUEUE": "another", **(env or {})},
        log=wiring.log(f"another-{process}"),
        ready_url=f"http://127.0.0.1:{port}/readyz",
    )
    command.log.unlink(missing_ok=True)
    child = await Child.start(command)
    try:
        yield child
    finally:
        await child.kill()
        await product.sandbox.clear_faults()


async def _says(child: Child, reason: str) -> None:
    """Wait until `/readyz` gives this reason."""
    url = str(child.command.ready_url)
    async with asyncio.timeout(SECONDS):
        while reason not in (await ask(url)).body:
            assert child.code is None, child.last_lines
            await asyncio.sleep(0.05)


def _waits(child: Child) -> list[str]:
    log = child.command.log.read_text(encoding="utf-8")
    return [line for line in log.splitlines() if "waiting for" in line]


MET = ("http_500", "ratelimited", "http_404", "ServerDisconnectedError", "internal_error", "a_word")


@pytest.mark.parametrize("process", ["bot", "worker"])
async def test_whatever_slack_answers_at_the_start_is_waited_for_in_one_line(
    spare: Product, process: Process
) -> None:
    slack = spare.sandbox
    for kind in ("http_500", "http_429", "html_404", "drop"):
        await slack.fail("auth.test", kind)
    for code in ("internal_error", "a_word_of_next_year"):
        await slack.fail("auth.test", "error", error=code)
    async with _another(spare, process) as child:
        await child.ready(SECONDS)
        (line,) = _waits(child)
        # Not always the first of them: those that run already ask, too, and may have met that.
        assert any(f"waiting for Slack: {met}" in line for met in MET), line
        assert "; trying again" in line
        assert await child.stop() == 0


@pytest.mark.parametrize("process", ["bot", "worker"])
async def test_whoever_waits_tells_why_and_stops_when_told_to(
    spare: Product, process: Process
) -> None:
    await spare.sandbox.fail("auth.test", "http_429", retry_after=180, count=0)
    async with _another(spare, process) as child:
        await _says(child, "Slack: ratelimited")
        async with asyncio.timeout(3):
            assert await child.stop() == 0
        assert len(_waits(child)) == 1


async def test_people_of_the_policy_are_asked_about_until_slack_answers(
    spare: Product, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(RULE)
    for method in ("users.info", "usergroups.users.list", "usergroups.list"):
        await spare.sandbox.fail(method, "http_429")
        await spare.sandbox.fail(method, "http_500")
    async with _another(spare, "worker", {"POLICY_FILE": str(policy)}) as child:
        await child.ready(SECONDS)
        assert len(_waits(child)) == 1


async def test_a_socket_that_slack_does_not_give_at_once_is_asked_for_again(spare: Product) -> None:
    for kind in ("http_429", "http_500", "drop"):
        await spare.sandbox.fail("apps.connections.open", kind)
    await spare.sandbox.fail("apps.connections.open", "error", error="internal_error")
    async with _another(spare, "bot") as child:
        await child.ready(SECONDS)


async def test_bot_and_worker_that_start_before_temporal_serve_when_it_is_there(
    spare: Product, tmp_path: Path
) -> None:
    server = TemporalServer(
        program=temporal_cli.find_or_install(), port=free_port(), http_port=free_port()
    )
    command = Command(
        name="temporal",
        argv=server.command(),
        env=without_ours(),
        cwd=tmp_path,
        log=tmp_path / "temporal.log",
        ready_url=server.ready_url,
        grace=0,
    )
    env = {"TEMPORAL_ADDRESS": server.address}
    async with _another(spare, "bot", env) as bot, _another(spare, "worker", env) as worker:
        for child in (bot, worker):
            await _says(child, "Temporal: nothing answers at ")
        temporal = await Child.start(command)
        try:
            for child in (bot, worker):
                await child.ready(SECONDS)
                assert len(_waits(child)) == 1
                assert await child.stop() == 0
        finally:
            await temporal.kill()


async def test_a_database_whose_server_is_away_is_waited_for(spare: Product) -> None:
    url = f"postgresql+asyncpg://u:p@127.0.0.1:{free_port()}/shop"
    async with _another(spare, "worker", {"DATABASE_URL": url}) as child:
        await _says(child, "what the agent's tools need: no database answers at ")
        assert await child.stop() == 0


async def test_a_token_that_is_taken_back_while_the_bot_runs_ends_it_with_one_line(
    own: Product,
) -> None:
    async with _another(own, "bot") as child:
        await child.ready(SECONDS)
        await own.sandbox.fail("apps.connections.open", "error", error="token_revoked", count=0)
        await own.sandbox.send("socket", action="drop")
        assert await child.wait() == BAD_START
        assert "Slack refuses SLACK_APP_TOKEN (token_revoked)" in child.last_lines[-1]


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_worker_that_ends_leaves_no_mcp_server_behind(
    spare: Product, tmp_path: Path, how: str
) -> None:
    agent = DEPLOYER.format(program=mcp_server.__file__, folder=str(tmp_path))
    (tmp_path / "deployer.py").write_text(agent, encoding="utf-8")
    (tmp_path / "deploys.yaml").write_text(DEPLOYS, encoding="utf-8")
    env = {
        "AGENT": "deployer:agent",
        "POLICY_FILE": str(tmp_path / "deploys.yaml"),
        "PYTHONPATH": f"{spare.stack.wiring.root}:{tmp_path}",
    }
    async with _another(spare, "worker", env) as child:
        await child.ready(SECONDS)
        server = Path("/proc") / (tmp_path / "pid").read_text()
        assert server.exists()
        if how == "stopped":
            assert await child.stop() == 0
        else:
            await child.kill()
        async with asyncio.timeout(SECONDS):
            while server.exists():  # noqa: ASYNC110 - nobody tells of the end of another's process
                await asyncio.sleep(0.05)
