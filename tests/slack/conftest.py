"""One stack for each test process and each way in which Slack delivers."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.policy import policy_of, rule_as_usual, write_test_policy
from tests.slack.product import Product, launch_dead

PLENTY = 10_000_000


def fill_up(shop: Path) -> None:
    """Goods and money for every test of a session; what one orders is not missing for another."""
    with closing(sqlite3.connect(shop, timeout=10)) as connection, connection:
        connection.execute("UPDATE items SET stock = ?", (PLENTY,))
        connection.execute("UPDATE purse SET total_cents = ?", (100 * PLENTY,))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything is tested over HTTP, and over a socket by `make system`; a mark says otherwise."""
    if "everyone" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("delivery")
        ways = mark.args if mark else ("http", pytest.param("socket", marks=pytest.mark.system))
        metafunc.parametrize("everyone", ways, indirect=True, scope="session")


@pytest_asyncio.fixture(scope="session")
async def everyone(
    request: pytest.FixtureRequest,
    temporal_address: str,
    temporal: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Product]:
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
        fill_up(stack.home / "countersign.db")
        yield Product(stack, sandbox, temporal)


@pytest_asyncio.fixture(scope="session")
async def spare(
    temporal_address: str, temporal: Client, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Product]:
    """A stack whose processes and policy change."""
    policy = rule_as_usual(tmp_path_factory.mktemp("policy") / "policy.yaml")
    options = StackOptions(
        temporal_address=temporal_address, task_queue="spare", env={"POLICY_FILE": str(policy)}
    )
    async with (
        Stack(options) as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        yield Product(stack, sandbox, temporal)


@pytest_asyncio.fixture
async def own(spare: Product) -> AsyncGenerator[Product]:
    """A stack in which a test may stop what it likes and rule as it likes."""
    yield spare
    stack = spare.stack
    rule_as_usual(policy_of(stack))
    await launch_dead(stack)


@pytest_asyncio.fixture
async def product(everyone: Product) -> AsyncGenerator[Product]:
    yield everyone
    await everyone.sandbox.clear_faults()
    await everyone.script("normal", 0)
