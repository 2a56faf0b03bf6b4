"""A bot's surroundings, without a Temporal."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.fake_slack import FakeSlack, a_slack
from tests.unit.bot.bot_fixture import BotFixture


@pytest_asyncio.fixture
async def workspace() -> AsyncGenerator[tuple[FakeSlack, AsyncWebClient]]:
    async with a_slack() as both:
        yield both


@pytest.fixture
def slack(workspace: tuple[FakeSlack, AsyncWebClient]) -> FakeSlack:
    return workspace[0]


@pytest.fixture
def client(workspace: tuple[FakeSlack, AsyncWebClient]) -> AsyncWebClient:
    return workspace[1]


@pytest_asyncio.fixture
async def bot(client: AsyncWebClient, slack: FakeSlack) -> AsyncGenerator[BotFixture]:
    made = BotFixture(client, slack)
    async with made.background:
        yield made
