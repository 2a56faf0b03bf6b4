"""The main job on the page: Alice asks, Bob decides, both see what came of it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SEEN_SECONDS, Opens

expect.set_options(timeout=SEEN_SECONDS * 1000)
APPROVE = "approval_approve"
REJECT = "approval_reject"


async def _write(page: Page, text: str) -> None:
    """Type into the channel's composer, as a person does."""
    composer = page.get_by_test_id("composer")
    await composer.fill(text)
    await composer.press("Escape")  # no completion
    await composer.press("Enter")


async def _ask(page: Page, text: str) -> Locator:
    """Ask in #ops; the thread pane with the answer opens by itself."""
    await page.get_by_test_id("channel-ops").click()
    await _write(page, f"@Countersign {text}")
    pane = page.get_by_test_id("thread-pane")
    await expect(pane).to_contain_text(text)
    return pane


async def _follow(page: Page, text: str) -> Locator:
    """Open the thread of the newest message in #ops that says something."""
    await page.get_by_test_id("channel-ops").click()
    asked = page.locator("#main").get_by_test_id("message").filter(has_text=text).last
    await asked.get_by_test_id("thread-link").click()
    return page.get_by_test_id("thread-pane")


def _button(pane: Locator, action: str) -> Locator:
    return pane.locator(f'[data-action-id="{action}"]')


async def test_alice_asks_bob_approves_and_both_see_the_order(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    text = "order 40 widgets because stock is low"
    hers = await _ask(alice, text)
    await expect(hers).to_contain_text("Order 40 × widget for €1,648.00")
    his = await _follow(bob, text)
    await expect(his).to_contain_text("Approval needed")

    await _button(his, APPROVE).click()

    for pane in (hers, his):
        await expect(pane).to_contain_text("Approved · Place an order")
        await expect(pane).to_contain_text(re.compile(r"Done: Order #\d+ is placed"))
        await expect(pane.get_by_test_id("message").last).to_contain_text("placed")
        await expect(_button(pane, APPROVE)).to_have_count(0)


async def test_alice_asks_bob_rejects_and_nothing_is_ordered(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    text = "order 7 laptops"
    hers = await _ask(alice, text)
    his = await _follow(bob, text)

    await _button(his, REJECT).click()

    for pane in (hers, his):
        await expect(pane).to_contain_text("Rejected · Place an order")
        await expect(pane).to_contain_text("Nothing was done.")
        await expect(pane.get_by_test_id("message").last).to_contain_text("Rejected")
        await expect(_button(pane, APPROVE)).to_have_count(0)


async def test_the_list_is_for_the_one_who_asked_for_it(opens: Opens) -> None:
    alice, carol = await opens("U0ALICE"), await opens("U0CAROL")
    hers = await _ask(alice, "order 11 headsets")
    await expect(_button(hers, REJECT)).to_be_visible()
    await carol.get_by_test_id("channel-ops").click()

    await _write(carol, "/approvals")

    listed = carol.get_by_test_id("ephemeral").last
    await expect(listed).to_contain_text("Order 11 × headset")
    await expect(listed).to_contain_text("Only visible to you")
    await expect(alice.get_by_test_id("ephemeral")).to_have_count(0)
    await listed.get_by_text("Open the card").first.click()
    card = carol.get_by_test_id("thread-pane")
    await _button(card, REJECT).click()
    await expect(hers).to_contain_text("Rejected")


async def test_a_direct_message_is_answered_beside_it(opens: Opens) -> None:
    alice = await opens("U0ALICE")
    await alice.get_by_test_id("dm-bot").click()
    await _write(alice, "what do you sell?")
    pane = alice.get_by_test_id("thread-pane")
    await expect(pane.locator("table, pre, li").first).to_be_visible()
    await expect(pane).to_contain_text("widget")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1024, "dark"), (1440, "dark")])
async def test_the_card_fits_phones_and_desks_in_light_and_dark(
    opens: Opens, tmp_path: Path, width: int, scheme: str
) -> None:
    alice = await opens("U0ALICE")
    text = f"order {width} cables"
    hers = await _ask(alice, text)
    await expect(_button(hers, APPROVE)).to_be_visible()
    bob = await opens("U0BOB", width=width, scheme=scheme)
    if width < 600:
        await bob.get_by_test_id("burger").click()
    his = await _follow(bob, text)
    approve = _button(his, APPROVE)
    await approve.scroll_into_view_if_needed()

    picture = tmp_path / "card.png"
    await bob.screenshot(path=picture)

    box = await approve.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert await bob.evaluate("document.documentElement.scrollWidth") <= width
    assert picture.stat().st_size > 10_000
    await _button(his, REJECT).click()
    await expect(hers).to_contain_text("Rejected")
