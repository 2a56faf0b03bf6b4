"""What tests lean on: one Temporal server for each test process, started when first needed."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from dev import temporal_cli
from dev.child import Child, Command
from dev.environment import without_ours
from dev.ports import free_port
from dev.temporal_server import TemporalServer
from worker.search import register_search_attributes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a running stack go to one process, so that each stack is started once."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        if "workspace" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("browser"))
        elif "unusual" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("unusual"))
        elif "spare" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("spare"))
        elif "everyone" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(str(item.callspec.params["everyone"])))


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
        env=without_ours(),
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
