"""One stack for each test process and each way in which Slack delivers."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.policy import write_test_policy
from tests.slack.scene import Scene


@pytest_asyncio.fixture(scope="session", params=["socket", "http"])
async def everyone(
    request: pytest.FixtureRequest,
    temporal_address: str,
    temporal: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Scene]:
    policy: Path = write_test_policy(tmp_path_factory.mktemp("policy"))
    options = StackOptions(
        delivery=request.param,
        temporal_address=temporal_address,
        task_queue=f"stack-{request.param}",
        env={"MODEL_ATTEMPTS": "2", "MODEL_TIMEOUT_SECONDS": "5", "POLICY_FILE": str(policy)},
    )
    async with (
        Stack(options) as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        yield Scene(stack, sandbox, temporal)


@pytest_asyncio.fixture
async def scene(everyone: Scene) -> AsyncGenerator[Scene]:
    yield everyone
    await everyone.sandbox.clear_faults()
    await everyone.script("normal", 0)
