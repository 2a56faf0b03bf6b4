"""What tests lean on: one Temporal server for each test process, started when first needed."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from xdist.scheduler import LoadScopeScheduling

from dev import temporal_cli
from dev.child import Child, Command
from dev.environment import without_ours
from dev.ports import free_port
from dev.temporal_server import TemporalServer
from tests.support.examples import load_profiles
from worker.search import register_search_attributes

load_profiles()

OF_THEIR_OWN = tuple(
    f"tests/slack/test_{name}.py"
    for name in ("starting", "wrong_starts", "minimal_slack", "own_package")
)
"""Tests that start what they need themselves."""


ONLY_SYSTEM = frozenset(Path(__file__).with_name(name) for name in ("browser", "unusual"))
"""Folders in which every test is marked `system`."""


class Stacks(LoadScopeScheduling):
    """Tests that share a running stack go to one process, so that each stack is started once.

    Told by their names, since pytest-xdist's own groups have no effect from pytest 9.2 on: they
    are written into `Item._nodeid`, which nothing reads any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.removeprefix("tests/").split("/")[0]
        if folder in {"browser", "unusual"}:
            return folder
        if folder == "slack" and not nodeid.startswith(OF_THEIR_OWN):
            parameters = re.split(r"[\[\]-]", nodeid)[1:]
            return next((way for way in ("socket", "http") if way in parameters), "spare")
        return nodeid


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no folder of which nothing is asked for: what they import takes a second each time."""
    is_left_out = "not system" in config.option.markexpr
    return True if is_left_out and collection_path in ONLY_SYSTEM else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Stacks(config, log)


@pytest_asyncio.fixture(scope="session")
async def temporal_address(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[str]:
    home: Path = tmp_path_factory.mktemp("temporal")
    server = TemporalServer(
        program=temporal_cli.find_or_install(), port=free_port(), http_port=free_port()
    )
    command = Command(
        name="temporal",
        argv=server.command(),
        env={**without_ours(), "GOMAXPROCS": "1"},  # each test process has one
        cwd=home,
        log=home / "temporal.log",
        ready_url=server.ready_url,
        grace=0,
    )
    child = await Child.start(command)
    try:
        await child.ready(30)
        yield server.address
    finally:
        await child.stop()


@pytest_asyncio.fixture(scope="session")
async def temporal(temporal_address: str) -> Client:
    client = await Client.connect(temporal_address, data_converter=pydantic_data_converter)
    await register_search_attributes(client)
    return client
