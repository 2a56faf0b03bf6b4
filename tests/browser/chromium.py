"""The Chromium of this machine."""

import os
import shutil

from playwright.async_api import Browser, Playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(Exception):
    """There is none. A test fails then; it does not skip."""


def find_browser() -> str:
    """Where it is.

    Raises:
        NoBrowserError: it is nowhere that `make browser` would look.
    """
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    raise NoBrowserError("There is no Chromium; `make browser` installs it or says how.")


async def launch(playwright: Playwright) -> Browser:
    """Start it, without a window."""
    return await playwright.chromium.launch(
        executable_path=find_browser(), args=["--no-sandbox", "--disable-dev-shm-usage"]
    )
