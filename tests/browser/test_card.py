"""The card: who presses what on it, and what everybody sees then."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens
from tests.browser.window import button, told

pytestmark = pytest.mark.system

CLAUSES = ", ".join(f"that clause {number} holds at each of our sites" for number in range(1, 32))
"""More than a card can show in full."""


async def test_alice_asks_bob_approves_and_both_see_the_order(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 40 widgets because stock is low")
    await expect(alice.card).to_contain_text("Order 40 widgets for €1,648.00")
    await bob.follow("order 40 widgets")
    await expect(bob.card).to_contain_text("✋ Order 40 widgets")

    await button(bob.card, "Approve").click()

    for window in (alice, bob):
        await expect(window.card).to_contain_text(re.compile(r"✅ ?Order #\d+ placed: 40 widgets"))
        await expect(window.card).to_contain_text(told("Approved by Bob.*asked by Alice"))
        await expect(window.answer).to_contain_text("placed")
        await expect(button(window.card, "Approve")).to_have_count(0)


async def test_a_large_order_is_confirmed_by_each_of_two_people(opens: Opens) -> None:
    alice, bob, carol = await opens("U0ALICE"), await opens("U0BOB"), await opens("U0CAROL")
    await alice.ask("order 130 widgets")
    await expect(alice.card).to_contain_text("Two approvals from")
    await bob.follow("order 130 widgets")
    await carol.follow("order 130 widgets")

    await button(bob.card, "Approve").click()
    sure = bob.page.get_by_test_id("confirm-dialog")
    await expect(sure).to_contain_text("Order 130 widgets for €5,356.00?")
    await expect(sure).to_contain_text("You are the first of two approvers.")
    await sure.get_by_text("Go back").click()
    await expect(bob.card).not_to_contain_text("1 of 2")
    await button(bob.card, "Approve").click()
    await bob.confirm()
    for window in (alice, bob, carol):
        await expect(window.card).to_contain_text(told("1 of 2: Bob approved"))
        await expect(window.card).to_contain_text("One more approval from")

    await button(bob.card, "Approve").click()
    await bob.confirm()
    await expect(bob.ephemeral).to_contain_text(told("already counts.*Bob already has"))

    await button(carol.card, "Approve").click()
    await carol.confirm()
    for window in (alice, bob, carol):
        await expect(window.card).to_contain_text(told("Approved by Bob and Carol"))
        await expect(window.card).to_contain_text("placed: 130 widgets")


async def test_who_asked_is_told_privately_and_has_the_others_reminded(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 5 chairs")
    await bob.follow("order 5 chairs")

    await button(alice.card, "Approve").click()
    await expect(alice.ephemeral).to_contain_text("You asked for this yourself")
    await expect(alice.ephemeral).to_contain_text("Only visible to you")
    await button(alice.ephemeral, "Remind them").click()
    await expect(alice.ephemeral).to_contain_text("Reminded ")
    await expect(bob.pane.get_by_test_id("ephemeral")).to_have_count(0)
    await expect(button(bob.card, "Approve")).to_be_visible()

    await bob.go("dm-bot")
    reminder = bob.main.get_by_test_id("message").last
    await expect(reminder).to_contain_text("You are asked to decide")
    await button(reminder, "Approve").click()
    await expect(alice.card).to_contain_text(told("Approved by Bob"))
    await expect(alice.card).to_contain_text("placed: 5 chairs")


async def test_what_is_cut_is_read_in_full_before_it_is_approved(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask(f"confirm with someone that the new contract is right: {CLAUSES}")
    await bob.follow("the new contract is right")
    await expect(button(bob.card, "Approve")).to_have_count(0)
    await expect(bob.card).to_contain_text("This is only part of it")

    await button(bob.card, "Review all…").click()
    await expect(bob.modal).to_contain_text("that clause 31 holds at each of our sites?")
    await bob.submit()

    await expect(bob.modal).to_have_count(0)
    await expect(alice.card).to_contain_text(told("Approved by Bob"))
    await expect(alice.answer).to_contain_text("Confirmed")
