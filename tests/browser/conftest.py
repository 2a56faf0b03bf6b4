"""People at their browsers: one Chromium for each test process, one window for each person."""

import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from temporalio.client import Client

from dev.processes import Stack, StackOptions

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SEEN_SECONDS = 20
Opens = Callable[..., Awaitable[Page]]


def find_browser() -> str:
    """The Chromium of this machine. One that is missing is a failure, not a reason to skip."""
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    pytest.fail("There is no Chromium; `make browser` installs it or says how.")


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def workspace(temporal_address: str, temporal: Client) -> AsyncGenerator[Stack]:
    del temporal  # its search attributes have to be there
    options = StackOptions(temporal_address=temporal_address, task_queue="browser")
    async with Stack(options) as stack:
        yield stack


@pytest_asyncio.fixture
async def opens(chromium: Browser, workspace: Stack) -> AsyncGenerator[Opens]:
    """Open the page as somebody; whatever the page complains of fails the test."""
    complaints: list[str] = []

    async def open_as(person: str, width: int = 1360, scheme: str = "light") -> Page:
        context = await chromium.new_context(
            viewport={"width": width, "height": 860},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(SEEN_SECONDS * 1000)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: complaints.append(line.text) if line.type == "error" else None,
        )
        await page.goto(workspace.page_url(person))
        await page.wait_for_selector("body.ready")
        return page

    yield open_as
    for context in chromium.contexts:
        await context.close()
    assert complaints == []
