"""Who may let the agent act, tried as people do it: with messages, cards and buttons."""

from countersign.testing import ApprovalSandbox


async def test_what_harms_nobody_is_not_asked_about(approval_sandbox: ApprovalSandbox) -> None:
    thread = await approval_sandbox.say("alice", "list_rooms")
    assert "library" in await thread.answer()


async def test_a_yes_books_the_room(approval_sandbox: ApprovalSandbox) -> None:
    thread = await approval_sandbox.say("alice", "book_room room=library hours=2")
    card = await thread.card()
    assert "Book the library for 2 hours" in card.text

    await card.press("bob", "Approve")

    assert "The library is yours for 2 hours" in await thread.answer()
    await card.becomes("Approved")


async def test_nobody_approves_their_own_booking(approval_sandbox: ApprovalSandbox) -> None:
    thread = await approval_sandbox.say("alice", "book_room room=kitchen hours=1")
    card = await thread.card()

    await card.press("alice", "Approve")

    assert "somebody else has to decide" in await thread.told("alice")


async def test_a_long_booking_needs_two(approval_sandbox: ApprovalSandbox) -> None:
    thread = await approval_sandbox.say("alice", "book_room room=studio hours=8")
    card = await thread.card()

    await card.press("bob", "Approve")
    await card.becomes("1 of 2")
    await card.press("carol", "Approve")

    assert "The studio is yours" in await thread.answer()


async def test_a_no_is_told_with_its_reason(approval_sandbox: ApprovalSandbox) -> None:
    thread = await approval_sandbox.say("alice", "book_room room=library hours=3")
    card = await thread.card()

    await card.press("bob", "Reject…", {"reason": "the auditors are in there"})

    assert "the auditors are in there" in await thread.answer()
