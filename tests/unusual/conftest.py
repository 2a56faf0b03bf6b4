"""One stack for each test process whose model is played by the test."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.conftest import fill_up
from tests.slack.policy import rule_as_usual
from tests.slack.product import Product, launch_dead
from tests.slack.slack_thread import PATIENCE
from tests.support.model_server import ModelServer, say

RAN, BROKEN = "ran.txt", "broken-"


@dataclass(frozen=True)
class Tools:
    """What the unusual tools do, and how to break one."""

    place: Path

    def ran(self, *named: str) -> list[str]:
        """What tools have done whose notes have all of these words, in order."""
        file = self.place / RAN
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [line for line in lines if all(name in line.split() for name in named)]

    async def until_ran(self, *named: str) -> None:
        """Wait until a tool has noted this."""
        async with asyncio.timeout(PATIENCE):
            while not self.ran(*named):  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(0.05)

    def break_preview(self, service: str) -> None:
        """Let nobody say any more what deploying a service would do."""
        (self.place / f"{BROKEN}{service}").touch()

    def mend_preview(self, service: str) -> None:
        """Let it be said again."""
        (self.place / f"{BROKEN}{service}").unlink(missing_ok=True)


@pytest_asyncio.fixture(scope="session")
async def played() -> AsyncGenerator[ModelServer]:
    async with ModelServer().serving() as model:
        yield model


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    return Tools(tmp_path_factory.mktemp("tools"))


@pytest_asyncio.fixture(scope="session")
async def unusual(
    temporal_address: str,
    temporal: Client,
    played: ModelServer,
    tools: Tools,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Product]:
    policy = rule_as_usual(tmp_path_factory.mktemp("policy") / "policy.yaml")
    options = StackOptions(
        temporal_address=temporal_address,
        task_queue="unusual",
        env={
            "OPENAI_BASE_URL": played.url,
            "MODEL_ATTEMPTS": "2",
            "MODEL_TIMEOUT_SECONDS": "5",
            "POLICY_FILE": str(policy),
            "AGENT": "tests.unusual.tools:agent",
            "UNUSUAL_TOOLS": str(tools.place),
        },
    )
    async with (
        Stack(options) as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        fill_up(stack.home / "countersign.db")
        yield Product(stack, sandbox, temporal)


@pytest_asyncio.fixture
async def product(unusual: Product, played: ModelServer) -> AsyncGenerator[Product]:
    """The stack, of which each test leaves nobody at work."""
    played.begin_test()
    yield unusual
    await launch_dead(unusual.stack)
    played.script([say("hello")])
    await unusual.sandbox.clear_faults()
    await unusual.sandbox.wait_quiet(timeout=30)


@pytest.fixture
def model(product: Product, played: ModelServer) -> ModelServer:
    """The model, whose answers no thread of an earlier test takes."""
    return played
