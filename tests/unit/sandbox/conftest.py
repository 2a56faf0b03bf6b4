"""A sandbox per test, its people, and an app."""

from collections.abc import AsyncGenerator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.clock import ManualClock
from sandbox.server import Sandbox, running
from tests.unit.sandbox.slack_app import App, a_config, a_connected_app, a_web_client


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ack_seconds() -> float:
    """Long enough for a busy machine; tests of a missing ack set a shorter one."""
    return 2.0


@pytest.fixture
async def sandbox(clock: ManualClock, ack_seconds: float) -> AsyncGenerator[Sandbox]:
    async with running(a_config(clock=clock, ack_seconds=ack_seconds)) as sandbox:
        yield sandbox


@pytest.fixture
async def people(sandbox: Sandbox) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient.from_page_url(sandbox.page_url) as people:
        yield people


@pytest.fixture
def slack(sandbox: Sandbox) -> AsyncWebClient:
    return a_web_client(sandbox)


@pytest.fixture
async def app(sandbox: Sandbox) -> AsyncGenerator[App]:
    async with a_connected_app(sandbox) as app:
        yield app
