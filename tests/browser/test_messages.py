"""What people say to each other, with the bot or without it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens

pytestmark = pytest.mark.system


async def test_the_last_reaction_leaves_nothing_behind(opens: Opens) -> None:
    alice = await opens("U0ALICE")
    await alice.go("channel-random")
    await alice.write("who is in?")
    said = alice.main.get_by_test_id("message").filter(has_text="who is in?")
    pill = said.get_by_role("button", name="eyes, 1 reaction")

    await said.hover()
    await said.get_by_label("React with eyes").click()
    await pill.click()

    await expect(pill).to_have_count(0)
    await expect(said.locator(".message-body")).to_have_text(re.compile(r"who is in\?$"))


async def test_a_group_conversation_goes_by_its_people_and_is_no_channel(opens: Opens) -> None:
    alice = await opens("U0ALICE")
    composer = alice.page.get_by_test_id("composer")
    offered = alice.main.get_by_role("listbox", name="Suggestions").get_by_role("option")

    await alice.page.keyboard.press("Control+k")
    await alice.page.get_by_role("option", name="Bob Keller, Countersign").click()
    await expect(alice.main.get_by_role("heading").first).to_have_text("Bob Keller, Countersign")
    await composer.press_sequentially("#r")

    channels = ("general", "random", "supplier-talk")
    await expect(offered).to_have_text([re.compile(f"^{name}") for name in channels])
    await composer.fill("")


async def test_what_could_not_be_sent_can_be_sent_again_with_its_files(opens: Opens) -> None:
    alice = await opens("U0ALICE")
    await alice.go("channel-random")
    refusal = {"ok": False, "error": "busy", "message": "Try again later."}
    await alice.page.route("**/control/say", lambda route: route.fulfill(json=refusal))
    await alice.main.locator("input[type=file]").set_input_files(
        {"name": "offer.txt", "mimeType": "text/plain", "buffer": b"41.20"}
    )
    await alice.write("here is the offer")
    await expect(alice.main.get_by_text("Try again later.")).to_be_visible()

    await alice.page.unroute("**/control/say")
    await alice.page.get_by_test_id("send").click()

    said = alice.main.get_by_test_id("message").filter(has_text="here is the offer")
    await expect(said).to_contain_text("offer.txt")


async def test_everything_said_in_a_group_conversation_asks_for_attention(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.go("channel-random")

    await bob.page.get_by_role("button", name="Alice Moreno, Countersign").click()
    await bob.write("lunch?")

    group = alice.page.get_by_role("button", name="Bob Keller, Countersign")
    await expect(group.get_by_label("1 unread")).to_be_visible()
