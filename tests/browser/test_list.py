"""`/approvals`: private, in pages, narrowed down, and decided from."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens
from tests.browser.window import button

pytestmark = pytest.mark.system

MANY = "order 3 widgets, 4 gizmos, 5 sprockets, 2 headsets, 1 monitor and 1 chair"


async def test_a_list_has_pages_and_a_filter_and_only_one_reader(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 2 desks")
    await button((await bob.follow("order 2 desks")), "Approve").click()
    await expect(alice.answer).to_contain_text("placed")
    await alice.reply("cancel it")
    await expect(alice.card).to_contain_text("Cancel order #")
    await alice.reply(MANY)
    await expect(alice.pane).to_contain_text("6 waiting")

    listed = await bob.list()
    await expect(listed).to_contain_text("Waiting for your decision")
    await expect(listed).not_to_contain_text("Cancel order #")
    await expect(button(listed, "Approve")).to_have_count(5)
    await expect(alice.lists).to_have_count(0)
    await button(listed, "Next").click()
    await expect(listed).to_contain_text("Cancel order #")
    tool = listed.get_by_role("combobox")
    await tool.select_option("cancel_order")
    await expect(listed).to_contain_text("Only “Cancel an order”")
    await expect(button(listed, "Approve")).to_have_count(1)
    await tool.select_option("Everything")
    await expect(button(listed, "Approve")).to_have_count(5)
    await button(listed, "Next").click()
    await expect(tool).to_have_value("*")

    await alice.reply("cancel everything")
    await expect(alice.pane).to_contain_text("All 6 are decided")


async def test_rows_decide_and_lead_to_their_cards(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 2 monitors, 3 monitors, 4 monitors and 5 monitors")
    await expect(alice.pane).to_contain_text("4 waiting")
    listed = await bob.list()

    await button(listed, "Approve").first.click()
    await expect(listed).to_contain_text("Approved: Order")
    await expect(alice.pane).to_contain_text("3 waiting")
    await expect(alice.pane).to_contain_text("approved, done")
    await button(listed, "Reject…").first.click()
    await bob.modal.get_by_label("Not needed").check()
    await bob.submit()
    await expect(alice.pane).to_contain_text("2 waiting")
    await expect(alice.pane).to_contain_text("· rejected")
    await expect(button(listed, "Reject…")).to_have_count(3)
    await button(listed, "Refresh").click()
    await expect(button(listed, "Reject…")).to_have_count(2)

    await button(listed, "Open").last.click()
    await expect(bob.pane).to_contain_text("✋ Order")
    await alice.reply("cancel everything")
    await expect(bob.pane).to_contain_text("All 4 are decided")


async def test_a_wrong_word_gets_help_and_what_ended_is_history(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 11 headsets")
    await button((await bob.follow("order 11 headsets")), "Reject…").click()
    await bob.submit()
    await expect(alice.card).to_contain_text("Rejected")

    told = await alice.list("mime")
    await expect(told).to_contain_text("I don't know what mime means here")
    await expect(told).to_contain_text("/approvals history lists what has ended")
    ended = await alice.list("history from:@Bob")
    await expect(ended).to_contain_text("Nothing you may see")
    ended = await alice.list("history")
    await expect(ended).to_contain_text("What has ended")
    await expect(ended).to_contain_text("Order 11 headsets")
    await expect(button(ended, "Approve")).to_have_count(0)
