"""The worker's surroundings, without a Temporal."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from tests.unit.worker.workspace import Workspace, a_workspace


@pytest_asyncio.fixture
async def both() -> AsyncGenerator[tuple[Workspace, AsyncWebClient]]:
    async with a_workspace() as pair:
        yield pair


@pytest.fixture
def slack(both: tuple[Workspace, AsyncWebClient]) -> Workspace:
    return both[0]


@pytest.fixture
def client(both: tuple[Workspace, AsyncWebClient]) -> AsyncWebClient:
    return both[1]


@pytest.fixture
def directory(client: AsyncWebClient) -> Directory:
    return Directory(client)


@pytest.fixture
def within() -> ActivityEnvironment:
    """Where activities run."""
    return ActivityEnvironment()
