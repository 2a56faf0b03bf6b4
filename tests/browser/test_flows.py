"""Several steps and several people: typed words, batches, standing leave, direct messages."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens
from tests.browser.window import Window, button, cards, told

pytestmark = pytest.mark.system


async def _approve(approver: Window, requester: Window, what: str) -> None:
    """Approve the newest card of the thread and wait until who asked has the answer."""
    await expect(approver.card).to_contain_text(what)
    await button(approver.card, "Approve").click()
    await expect(requester.answer).to_contain_text("placed")


async def test_a_typed_approve_decides_nothing_and_cancel_that_withdraws(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 6 monitors")
    await bob.follow("order 6 monitors")
    await expect(bob.card).to_contain_text("✋")

    await bob.reply("approve")
    await expect(bob.ephemeral).to_contain_text("Typing “approve” doesn't count")
    await expect(button(bob.ephemeral, "Approve")).to_be_visible()
    await alice.reply("approve")
    await expect(alice.ephemeral).to_contain_text("You asked for this yourself")
    await expect(button(alice.ephemeral, "Approve")).to_have_count(0)
    await expect(alice.card).to_contain_text("✋")

    await alice.reply("cancel that")
    await expect(bob.card).to_contain_text(told("Withdrawn by Alice"))
    await button(bob.ephemeral, "Approve").click()
    await expect(bob.ephemeral).to_contain_text(told("Alice already withdrew this"))

    await alice.reply("order 5 monitors")
    await expect(bob.card).to_contain_text("Order 5 monitors")
    await bob.reply("lgtm")
    await button(bob.ephemeral.filter(has_text="Order 5"), "Approve").click()
    await expect(alice.card).to_contain_text("placed: 5 monitors")


async def test_four_orders_are_approved_at_once_but_for_the_one_that_is_unticked(
    opens: Opens,
) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    text = "order 3 widgets, 4 gizmos, 5 sprockets and 2 headsets"
    await alice.ask(text)
    await bob.follow(text)
    await expect(bob.pane).to_contain_text("4 waiting")

    await bob.open_dialog(button(bob.pane, "Approve all 4…"))
    ticks = bob.modal.get_by_role("checkbox")
    await expect(ticks).to_have_count(4)
    await expect(bob.modal).to_contain_text("4 requests, €")
    await expect(bob.modal).to_contain_text("Budget left after all of them: €")
    await bob.modal.get_by_label("2 · Order 4 gizmos").uncheck()
    await bob.submit()

    for window in (alice, bob):
        await expect(window.pane).to_contain_text("1 waiting")
        await expect(window.pane).to_contain_text(told("Approved by Bob"))
    await expect(bob.pane.get_by_text("approved, done")).to_have_count(1)
    await expect(button(bob.pane, "Approve the last one…")).to_be_visible()
    await expect(button(bob.pane, "Approve")).to_have_count(1)
    await alice.choose(cards(alice.pane).filter(has_text="4 gizmos"), "Withdraw")
    await expect(bob.pane).to_contain_text("All 4 are decided")
    await expect(alice.answer).to_contain_text(told("Withdrawn by Alice"))


async def test_always_in_this_thread_needs_no_card_until_it_is_revoked(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.ask("order 3 desks")
    await bob.follow("order 3 desks")
    await _approve(bob, alice, "Order 3 desks")

    await alice.reply("cancel it")
    await expect(bob.card).to_contain_text("Cancel order #")
    await bob.choose(bob.card, "Always in this thread")
    await expect(bob.modal).to_contain_text("without asking anybody")
    await bob.submit()
    await expect(alice.pane).to_contain_text(
        "From now on “Cancel an order” needs no approval in this thread"
    )
    await expect(alice.answer).to_contain_text("cancelled")

    await alice.reply("order 1 desk")
    await _approve(bob, alice, "Order 1 desk")
    asked = await cards(alice.pane).count()
    await alice.reply("cancel it")
    await expect(alice.answer).to_contain_text("once for this whole thread")
    await expect(cards(alice.pane)).to_have_count(asked)

    given = await bob.list("always")
    await expect(given).to_contain_text("“Cancel an order” in a thread of #ops")
    await button(given, "Revoke").click()
    await bob.confirm()
    await expect(given).to_contain_text("needs approval again")
    await expect(button(given, "Revoke")).to_have_count(0)


async def test_what_is_asked_in_private_is_decided_in_private(opens: Opens) -> None:
    alice, bob = await opens("U0ALICE"), await opens("U0BOB")
    await alice.go("dm-bot")
    await alice.write("what do you sell?")
    await expect(alice.pane.locator("table, pre, li").first).to_be_visible()
    await expect(alice.pane).to_contain_text("widget")

    await alice.reply("order 8 gadgets")
    await expect(alice.pane).to_contain_text(told(r"Waiting for .*finance.*, until"))
    await bob.go("dm-bot")
    asked = cards(bob.main).last
    await expect(asked).to_contain_text("Order 8 gadgets")
    await expect(asked).to_contain_text("in a direct message")
    await button(asked, "Approve").click()

    await expect(asked).to_contain_text("placed: 8 gadgets")
    await expect(alice.pane).to_contain_text(told("Approved by Bob"))
    await expect(alice.answer).to_contain_text("placed")
