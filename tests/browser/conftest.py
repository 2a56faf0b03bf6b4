"""People at their browsers: one Chromium for each test process, one window for each person."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from dev.processes import Stack, StackOptions
from tests.browser.chromium import launch
from tests.browser.window import DESKTOP, SEEN_SECONDS, Window
from tests.slack.policy import rule_as_usual

Scheme = Literal["light", "dark"]
Opens = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def workspace(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A stack with a Temporal of its own: people's lists show all that there is of a workspace."""
    policy = rule_as_usual(tmp_path_factory.mktemp("policy") / "policy.yaml")
    options = StackOptions(task_queue="browser", env={"POLICY_FILE": str(policy)})
    async with Stack(options) as stack:
        yield stack


@dataclass(slots=True)
class OpenWindows:
    """Windows stay open from test to test, as people's do, and what they complain of is kept."""

    chromium: Browser
    workspace: Stack
    windows: dict[tuple[str, int], Window] = field(default_factory=dict[Any, Window])
    complaints: list[str] = field(default_factory=list[str])

    async def open_as(self, person: str, width: int = DESKTOP, scheme: Scheme = "light") -> Window:
        key = (person, width)
        if key not in self.windows:
            self.windows[key] = await self._open(person, width)
        window = self.windows[key]
        await window.page.emulate_media(color_scheme=scheme)
        return window

    def told(self) -> list[str]:
        """What the pages have complained of since this was last asked."""
        told, self.complaints = self.complaints, []
        return told

    async def close(self) -> None:
        """Everybody leaves."""
        for window in self.windows.values():
            await window.page.context.close()

    async def _open(self, person: str, width: int) -> Window:
        context = await self.chromium.new_context(
            viewport={"width": width, "height": 860}, reduced_motion="reduce"
        )
        context.set_default_timeout(SEEN_SECONDS * 1000)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: self.complaints.append(line.text) if line.type == "error" else None,
        )
        await page.goto(self.workspace.page_url(person))
        await page.wait_for_selector("body.ready")
        return Window(page)


@pytest_asyncio.fixture(scope="session")
async def open_windows(chromium: Browser, workspace: Stack) -> AsyncGenerator[OpenWindows]:
    windows = OpenWindows(chromium, workspace)
    yield windows
    await windows.close()


@pytest_asyncio.fixture
async def opens(open_windows: OpenWindows) -> AsyncGenerator[Opens]:
    """Open the page as somebody; whatever the page complains of fails the test."""
    yield open_windows.open_as
    for window in open_windows.windows.values():
        await window.clear()
    assert open_windows.told() == []
