"""A bot's surroundings, without a Temporal."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.fake_slack import FakeSlack, a_slack
from tests.unit.bot.bot_fixture import BotFixture


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bolt copies its client for every request and then reads the proxy again."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


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


@pytest.fixture
def bot(client: AsyncWebClient, slack: FakeSlack) -> BotFixture:
    return BotFixture(client, slack)
