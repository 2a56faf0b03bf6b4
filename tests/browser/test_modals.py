"""What the card's dialogs ask for, refuse beside the field, and make of it."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens
from tests.browser.window import button, cards, told

pytestmark = pytest.mark.system


async def test_a_rejection_tells_the_agent_why_and_mentions_nobody(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 7 laptops")
    await bob.follow("order 7 laptops")

    await button(bob.card, "Reject…").click()
    await bob.modal.get_by_label("Too much").check()
    await bob.modal.get_by_role("textbox").fill("Ask me in January. <!channel>")
    await bob.submit()

    for window in (alice, bob):
        await expect(window.card).to_contain_text(told("Rejected by Bob"))
        await expect(window.card).to_contain_text("Not done: Order 7 laptops")
        await expect(window.card).to_contain_text("Ask me in January. <!channel>")
        await expect(button(window.card, "Approve")).to_have_count(0)
        await expect(window.answer).to_contain_text("propose something smaller or cheaper")
        await expect(window.answer.locator(".mention")).to_have_count(0)


async def test_requested_changes_come_back_as_a_new_card_that_says_what_differs(
    opens: Opens,
) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 41 sprockets")
    await bob.follow("order 41 sprockets")

    await button(bob.card, "Request changes…").click()
    await bob.submit()
    await expect(bob.modal.get_by_test_id("field-error")).to_be_visible()
    await bob.modal.get_by_role("textbox").fill("make it 20")
    await bob.submit()

    for window in (alice, bob):
        await expect(cards(window.pane)).to_have_count(2)
        await expect(window.card).to_contain_text("quantity: 41 → 20")
        await expect(window.card).to_contain_text("Replaces the request for 41.")
        old = cards(window.pane).first
        await expect(old).to_contain_text(told("Changes requested by Bob"))
        await expect(old).to_contain_text("Replaced: open the new request")
        await expect(button(old, "Approve")).to_have_count(0)
    await button(bob.card, "Approve").click()
    await expect(alice.card).to_contain_text("20 sprockets for €145.00")


async def test_details_hold_arguments_votes_and_what_did_not_count(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 131 widgets")
    await bob.follow("order 131 widgets")
    await button(bob.card, "Approve").click()
    await bob.confirm()
    await button(alice.card, "Approve").click()
    await alice.confirm()
    await expect(alice.ephemeral).to_contain_text("You asked for this yourself")

    await bob.choose(bob.card, "Details")

    await expect(bob.modal.locator("pre")).to_contain_text('"quantity": 131')
    await expect(bob.modal).to_contain_text("Two approvals from")
    await expect(bob.modal).to_contain_text("orders over 5000")
    await expect(bob.modal).to_contain_text(told(r"Votes that counted\s+✔ Bob"))
    await expect(bob.modal).to_contain_text(told(r"Attempts that did not count\s+✘ Alice"))
    await bob.close()
    await alice.choose(alice.card, "Withdraw")
    await expect(bob.card).to_contain_text(told("Withdrawn by Alice"))


async def test_an_edited_call_is_checked_beside_its_field_and_shown_with_the_proposal(
    opens: Opens,
) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 43 widgets")
    await bob.follow("order 43 widgets")

    await bob.choose(bob.card, "Edit & approve")
    quantity = bob.modal.get_by_role("spinbutton")
    await expect(quantity).to_have_value("43")
    await quantity.fill("0")
    await bob.submit()
    problem = bob.modal.locator('[data-block-id="argument:quantity"]').get_by_role("alert")
    await expect(problem).to_contain_text("1 or more")
    await quantity.fill("12")
    await expect(problem).to_be_hidden()
    await bob.submit()

    for window in (alice, bob):
        await expect(window.card).to_contain_text(told("Approved by Bob"))
        await expect(window.card).to_contain_text("Changed before it was approved:")
        await expect(window.card).to_contain_text("quantity: 43 → 12")
        await expect(window.card).to_contain_text("placed: 12 widgets")
        await expect(window.answer).to_contain_text("12 instead of 43")


async def test_bob_hands_over_and_carol_breaks_the_glass_with_a_reason(opens: Opens) -> None:
    alice, bob, carol = await opens("U0ALICE"), await opens("U0BOB"), await opens("U0CAROL")
    await alice.ask("order 125 widgets")
    await bob.follow("order 125 widgets")
    await carol.follow("order 125 widgets")

    await bob.choose(bob.card, "Break glass…")
    await expect(bob.ephemeral).to_contain_text("one of the people who may break the glass")
    await bob.choose(bob.card, "Hand over…")
    await bob.modal.get_by_label("Hand over to").select_option("U0CAROL")
    await bob.submit()
    await expect(carol.card).to_contain_text(told("Bob handed over to Carol"))
    await button(bob.card, "Approve").click()
    await bob.confirm()
    await expect(bob.ephemeral).to_contain_text("You handed this to")

    await carol.choose(carol.card, "Break glass…")
    await carol.submit()
    await expect(carol.modal.get_by_test_id("field-error")).to_be_visible()
    await carol.modal.get_by_role("textbox").fill("The line stands still.")
    await carol.submit()
    for window in (alice, bob, carol):
        await expect(window.card).to_contain_text(told("Carol approved alone, in an emergency"))
        await expect(window.card).to_contain_text("The line stands still.")
        await expect(window.card).to_contain_text("placed: 125 widgets")
