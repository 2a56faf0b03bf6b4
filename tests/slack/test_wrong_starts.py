"""Processes that are told something wrong: one clear line, and no process."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import aiohttp
import pytest

from countersign.runtime.preflight import PreflightError
from countersign.runtime.process import BAD_START
from countersign.slack.web_client import build_client
from dev.child import Child
from dev.ports import free_port
from tests.slack.product import Product
from worker.__main__ import surroundings
from worker.composition import serve
from worker.settings import WorkerSettings

pytestmark = pytest.mark.system

Process = Literal["bot", "worker"]
NOBODYS = """\
version: 1
rules:
  - name: orders
    tool: place_order
    approvers: {users: [U0NOBODY]}
"""


@pytest.mark.parametrize(
    ("process", "env", "told"),
    [
        ("bot", {"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ("bot", {"SLACK_BOT_TOKEN": "xoxp-1"}, "begin with xoxb-"),
        ("bot", {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        ("bot", {"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses SLACK_APP_TOKEN (invalid_auth)"),
        ("bot", {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}, "has to be set"),
        ("bot", {"BOT_PORT": "many"}, "BOT_PORT"),
        ("bot", {"SLACK_API_URL": "http://:0:1/api"}, "SLACK_API_URL is no address"),
        ("bot", {"TEMPORAL_ADDRESS": "not a host"}, "TEMPORAL_ADDRESS"),
        ("bot", {"TEMPORAL_NAMESPACE": "nope"}, "no namespace 'nope'"),
        ("worker", {"POLICY_FILE": "none.yaml"}, "the policy none.yaml cannot be read"),
    ],
    ids=str,
)
async def test_a_wrong_setting_is_one_clear_line(
    spare: Product, process: Process, env: Mapping[str, str], told: str
) -> None:
    printed = await _refused(spare, process, env)
    (line,) = (it for it in printed if "[info " not in it)
    assert told in line


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN"),
        ({"TEMPORAL_NAMESPACE": "nope"}, "no namespace 'nope'"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be used"),
    ],
    ids=str,
)
async def test_a_wrong_setting_of_the_worker_is_found_before_it_works(
    spare: Product, monkeypatch: pytest.MonkeyPatch, env: Mapping[str, str], told: str
) -> None:
    (line,) = await _faults(spare, monkeypatch, env)
    assert told in line


@pytest.mark.parametrize(
    ("policy", "place"),
    [("version: 1\nrules: {", "policy.yaml:2: is not YAML"), (NOBODYS, "U0NOBODY")],
)
async def test_a_policy_that_cannot_be_honoured_is_refused_with_the_place(
    spare: Product, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: str, place: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(policy, encoding="utf-8")
    head, fault = await _faults(spare, monkeypatch, {"POLICY_FILE": str(file)})
    assert head == "the policy cannot be used."
    assert place in fault


async def test_a_port_that_is_taken_is_one_clear_line(spare: Product) -> None:
    taken = spare.stack.env["BOT_PORT"]
    printed = await _refused(spare, "bot", {"BOT_PORT": taken})
    assert f"cannot listen on 127.0.0.1:{taken}" in "".join(printed)


async def _faults(
    spare: Product, monkeypatch: pytest.MonkeyPatch, env: Mapping[str, str]
) -> list[str]:
    """What a worker finds wrong before it works, told as its process tells it."""
    for name, value in {**spare.stack.wiring.worker().env, **env}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WORKER_PORT", str(free_port()))
    settings = WorkerSettings.read()
    async with aiohttp.ClientSession() as session:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        with pytest.raises(PreflightError) as refused:
            await serve(settings, partial(surroundings, settings, slack), asyncio.Event())
    return str(refused.value).splitlines()


async def _refused(spare: Product, process: Process, env: Mapping[str, str]) -> list[str]:
    """What one more process prints that ends because of its settings."""
    wiring = spare.stack.wiring
    command = wiring.bot() if process == "bot" else wiring.worker()
    ports = {"BOT_PORT": str(free_port()), "WORKER_PORT": str(free_port())}
    env = {**command.env, **ports, **env}
    child = await Child.start(replace(command, env=env, log=wiring.log("refused")))
    try:
        assert await child.wait() == BAD_START
    finally:
        await child.kill()
    return child.last_lines
