"""The example of deployments: another agent, its MCP server, and people who let it act."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from dev.plan import policy_beside
from dev.processes import Stack, StackOptions
from dev.smoke.releases import ReleasesFile
from tests.browser.conftest import OpenWindows
from tests.browser.window import button, told

pytestmark = pytest.mark.system

DEPLOYS = "examples.deploys:agent"


@pytest_asyncio.fixture
async def deployers(chromium: Browser, tmp_path: Path) -> AsyncGenerator[OpenWindows]:
    """People at a stack with that agent, whose data are in the test's folder."""
    env = {"AGENT": DEPLOYS, "POLICY_FILE": str(policy_beside(DEPLOYS, {}))}
    async with Stack(StackOptions(home=tmp_path, env=env)) as stack:
        windows = OpenWindows(chromium, stack)
        yield windows
        await windows.close()
        assert windows.told() == []


async def test_a_deployment_to_production_takes_two_people_who_read_what_it_changes(
    deployers: OpenWindows, tmp_path: Path
) -> None:
    alice, bob = await deployers.open_as("U0ALICE"), await deployers.open_as("U0BOB", 390)
    carol, text = await deployers.open_as("U0CAROL"), "deploy api 2.4.0 to production"
    await alice.ask(text)
    await expect(alice.card).to_contain_text("✋ Deploy api 2.4.0 to production")
    await bob.follow(text)
    await expect(bob.card).to_contain_text("by the agent Release manager")
    await expect(bob.card).to_contain_text("running now 2.3.0")

    await button(bob.card, "Approve").click()
    await bob.confirm()
    await expect(alice.card).to_contain_text(told("1 of 2: Bob approved"))
    await carol.follow(text)
    await button(carol.card, "Approve").click()
    await carol.confirm()

    for window in (alice, bob, carol):
        await expect(window.card).to_contain_text(told("Approved by Bob and Carol"))
        await expect(window.card).to_contain_text("✅ api 2.4.0 runs in production")
        await expect(window.answer).to_contain_text("api 2.4.0 runs in production")
    ran = ReleasesFile(tmp_path / "deploys.db").versions("api", "production")
    assert ran == ["2.3.0", "2.4.0"]
