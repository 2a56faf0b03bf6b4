"""The page on phones and desks, in light and dark: nothing is cut off or out of reach."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Opens, Scheme
from tests.browser.window import DESKTOP, Window, button

pytestmark = pytest.mark.system


async def _fits(window: Window, *reachable: Locator) -> None:
    """The page does not scroll, and what has to be pressed is within it."""
    size = window.page.viewport_size
    assert size is not None
    scrolled = await window.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert scrolled == [size["width"], size["height"]]
    for node in reachable:
        await node.scroll_into_view_if_needed()
        box = await node.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize(
    "screens",
    [((390, "light"), (390, "dark")), ((1024, "dark"), (DESKTOP, "dark"))],
    ids=["phones", "desks"],
)
async def test_card_dialog_and_list_fit(
    opens: Opens, tmp_path: Path, screens: tuple[tuple[int, Scheme], ...]
) -> None:
    alice = await opens("U0ALICE")
    text = f"order {screens[0][0] // 10} cables"
    await alice.ask(text)
    await expect(button(alice.card, "Approve")).to_be_visible()
    for width, scheme in screens:
        bob = await opens("U0BOB", width=width, scheme=scheme)
        await bob.follow(text)
        await _fits(bob, *(button(bob.card, label) for label in ("Approve", "Request changes…")))

        await button(bob.card, "Reject…").click()
        await expect(bob.modal).to_be_visible()
        picture = tmp_path / f"{scheme}.png"
        await bob.page.screenshot(path=picture)
        assert picture.stat().st_size > 10_000
        await _fits(bob, bob.modal.get_by_role("textbox"), bob.page.get_by_test_id("modal-submit"))
        await bob.close()

        await bob.page.get_by_test_id("thread-close").click()
        listed = (await bob.list()).get_by_test_id("message")
        await _fits(bob, *(button(listed, label).first for label in ("Approve", "Reject…", "Open")))
    await alice.reply("cancel that")
    await expect(alice.card).to_contain_text("Withdrawn")
