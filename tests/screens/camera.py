"""Three looks at one thing, light, dark and on a phone, on one sheet."""

import base64
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import (
    Browser,
    FloatRect,
    Locator,
    Page,
    ViewportSize,
    async_playwright,
)

from dev.processes import Stack
from tests.browser.chromium import launch
from tests.browser.window import DESKTOP, SEEN_SECONDS, Window
from tests.slack.slack_thread import BOB, OPS

Scheme = Literal["light", "dark"]
Finds = Callable[[Window], Awaitable[Locator]]
"""Opens what is to be shown, and says where it is."""
DESK = ViewportSize(width=DESKTOP, height=860)
TALL = ViewportSize(width=DESKTOP, height=1_100)
"""So high that what is shown need not be scrolled."""
PHONE = ViewportSize(width=390, height=780)
BOX = "node => node.getBoundingClientRect().toJSON()"
MOST = 720
"""Pixels of height on a desk; what is longer is cut."""
AROUND = 48
"""Pixels above a card on a phone, for who posted it."""
SHEET = """
<style>
body {{ margin: 0; width: max-content; background: #e9e6df; }}
main {{ display: flex; align-items: flex-start; gap: 16px; padding: 16px; }}
div {{ display: flex; flex-direction: column; gap: 16px; }}
img {{ display: block; }}
</style>
<main><div>{desk}</div>{phone}</main>
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: a channel, a thread in it, and a message there."""

    channel: str = OPS
    thread: str = ""
    message: str = ""

    @property
    def address(self) -> str:
        """What the page's address ends with."""
        return "/".join(part for part in (self.channel, self.thread) if part)


@dataclass(slots=True)
class Camera:
    """One person's windows."""

    stack: Stack
    browser: Browser

    async def sheet(
        self, place: Place, finds: Finds, file: Path, schemes: Sequence[Scheme]
    ) -> None:
        """Take it on a desk and on a phone, and put the pictures side by side."""
        desk = [await self._desk(place, finds, scheme) for scheme in schemes]
        phone = await self._phone(place, finds)
        async with self._page(DESK, "light") as page:
            await page.set_content(SHEET.format(desk="".join(desk), phone=phone))
            await page.locator("main").screenshot(path=file)

    async def whole(self, place: Place, finds: Finds, file: Path) -> None:
        """The whole window on a desk."""
        async with self._window(place, DESK, "light") as window:
            await finds(window)
            await window.page.screenshot(path=file)

    async def _desk(self, place: Place, finds: Finds, scheme: Scheme) -> str:
        async with self._window(place, TALL, scheme) as window:
            clip = await _box_of(await finds(window))
            clip["height"] = min(clip["height"], MOST)
            return _image(await window.page.screenshot(clip=clip))

    async def _phone(self, place: Place, finds: Finds) -> str:
        async with self._window(place, PHONE, "light") as window:
            shown = await finds(window)
            await shown.evaluate("node => node.scrollIntoView({ block: 'nearest' })")
            return _image(await window.page.screenshot(clip=await _around(shown)))

    @asynccontextmanager
    async def _window(
        self, place: Place, size: ViewportSize, scheme: Scheme
    ) -> AsyncGenerator[Window]:
        async with self._page(size, scheme) as page:
            await page.goto(f"{self.stack.page_url(BOB)}#{place.address}")
            await page.wait_for_selector("body.ready")
            window = Window(page)
            yield window
            await window.clear()

    @asynccontextmanager
    async def _page(self, size: ViewportSize, scheme: Scheme) -> AsyncGenerator[Page]:
        context = await self.browser.new_context(
            viewport=size,
            color_scheme=scheme,
            reduced_motion="reduce",
            has_touch=size is PHONE,
            locale="en-US",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(SEEN_SECONDS * 1000)
        try:
            yield await context.new_page()
        finally:
            await context.close()


@asynccontextmanager
async def camera(stack: Stack) -> AsyncGenerator[Camera]:
    """A Chromium for as long as pictures are taken."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield Camera(stack, browser)
        await browser.close()


async def _around(shown: Locator) -> FloatRect:
    """The whole width of a phone, as high as what is shown."""
    box = await _box_of(shown)
    top = max(box["y"] - AROUND, 0)
    bottom = min(box["y"] + box["height"] + AROUND / 4, PHONE["height"])
    return FloatRect(x=0, y=top, width=PHONE["width"], height=bottom - top)


async def _box_of(shown: Locator) -> FloatRect:
    """Where it is, asked in one step: what is drawn anew meanwhile has no box for a moment."""
    box = await shown.evaluate(BOX)
    while not box["width"]:  # it was taken away between finding and measuring it
        await shown.wait_for()
        box = await shown.evaluate(BOX)
    return FloatRect(x=box["x"], y=box["y"], width=box["width"], height=box["height"])


def _image(picture: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
