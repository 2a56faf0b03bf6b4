"""Approvals in Slack: card, buttons, list, and what comes of them."""

import pytest

from tests.slack.scene import ALICE, BOB, BOT, CAROL, OPS, Scene, approval_id, buttons, words
from workflows.contracts import Outcome, Via

ORDER = "order 100 widgets because stock is low"


async def test_the_card_says_what_who_where_why_and_what_it_costs(scene: Scene) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()
    said = words(card)
    for part in (
        "Place an order",
        "Order 100 × widget for €4,120.00",
        f"<@{ALICE}>",
        f"<#{OPS}>",
        "open the thread",
        "stock is low",
        "*quantity*",
        "costs €4,120.00",
        approval_id(card),
    ):
        assert part in said
    assert "{" not in card["text"]
    assert buttons(card) == ["Approve", "Reject"]
    values = [it["value"] for it in card["blocks"][-1]["elements"]]
    assert values == [approval_id(card)] * 2
    await talk.press(card, "Reject")
    await talk.hear()


async def test_approve_rewrites_the_card_runs_once_and_answers(scene: Scene) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()

    pressed = await talk.press(card, "Approve")

    assert pressed["delivered"]
    assert "placed" in (await talk.hear())["text"]
    done = await talk.redrawn(card, "Done:")
    assert buttons(done) == []
    assert "Approved" in words(done)
    assert f"<@{BOB}>" in words(done)
    assert "100 × widget" in words(done)
    orders = [it for it in await talk.bots_messages() if "is placed" in it["text"]]
    assert len(orders) == 2  # the card and the answer, of one order


async def test_reject_reaches_the_agent_and_nothing_is_ordered(scene: Scene) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()
    before = (await (await scene.begin("how much budget is left?")).hear())["text"]

    await talk.press(card, "Reject")

    assert "rejected" in (await talk.hear())["text"].lower()
    rejected = await talk.redrawn(card, "Nothing was done")
    assert buttons(rejected) == []
    after = (await (await scene.begin("how much budget is left?")).hear())["text"]
    assert before == after


async def test_two_orders_of_one_message_are_two_cards(scene: Scene) -> None:
    talk = await scene.mention("order 20 chairs and 5 desks")
    first = await talk.card()
    second = await talk.card()
    assert approval_id(first) != approval_id(second)

    await talk.press(second, "Approve")
    await talk.redrawn(second, "Done:")
    assert (await scene.status(first)).outcome is Outcome.PENDING
    await talk.press(first, "Reject")

    answer = await talk.hear()
    assert "rejected" in answer["text"].lower()
    assert "placed" in answer["text"].lower()


async def test_a_message_during_the_wait_is_answered(scene: Scene) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()
    await talk.say("how much budget is left?")
    assert "€" in (await talk.hear())["text"]
    await talk.say("approve")
    await talk.hear()
    assert (await scene.status(card)).outcome is Outcome.PENDING
    await talk.press(card, "Reject")
    await talk.hear()


async def test_a_confirmation_is_asked_and_told(scene: Scene) -> None:
    talk = await scene.begin("please confirm with someone that the invoice is right")
    card = await talk.card()
    assert "Wait for a confirmation" in words(card)
    await talk.press(card, "Approve")
    assert (await talk.hear())["text"]
    assert (await scene.status(card)).outcome is Outcome.APPROVED


async def test_an_order_can_be_cancelled_with_approval(scene: Scene) -> None:
    talk = await scene.begin("order 2 cables")
    card = await talk.card()
    await talk.press(card, "Approve")
    await talk.hear("placed")
    await talk.say("cancel it")
    cancel = await talk.card()
    assert "Cancel order #" in words(cancel)
    await talk.press(cancel, "Approve")
    assert "cancel" in (await talk.hear())["text"].lower()


@pytest.mark.parametrize(("value", "outcome"), [("true", "Approved"), ("false", "Rejected")])
async def test_an_operator_decides_from_outside_slack(
    scene: Scene, value: str, outcome: str
) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()

    assert await scene.signal(approval_id(card), value) == 0

    await talk.hear()
    settled = await talk.redrawn(card, "an operator (unverified)")
    assert outcome in words(settled)
    assert buttons(settled) == []
    decision = (await scene.status(card)).decision
    assert decision is not None
    assert decision.via is Via.OPERATOR


async def test_the_command_lists_what_is_pending_to_the_caller_only(scene: Scene) -> None:
    first = await scene.mention(ORDER)
    older = await first.card()
    second = await scene.begin("order 3 desks")
    newer = await second.card()

    listed = await _list(scene, CAROL, approval_id(older), approval_id(newer))

    assert listed.index(approval_id(newer)) < listed.index(approval_id(older))
    for part in ("Order 100 × widget", "place_order", f"<@{ALICE}>", "just now", "Open the card"):
        assert part in listed
    assert approval_id(older) not in str(await scene.sandbox.ephemerals(BOB, OPS))
    await first.press(older, "Reject")
    await second.press(newer, "Reject")
    await first.hear()
    await second.hear()


async def test_the_command_says_so_when_nothing_is_pending(scene: Scene) -> None:
    page = await scene.approvals.pending("T0ACME", size=100)
    for row in page.rows:
        await scene.signal(row.id, "false")
    listed = await _list(scene, BOB, "Nothing is waiting")
    assert "Nothing is waiting" in listed
    await scene.sandbox.command(BOB, OPS, "/approvals", "nonsense")
    told = await scene.sandbox.wait_ephemeral(BOB, contains="newest first", timeout=10)
    assert "/approvals" in told["text"]


async def test_slack_that_fails_while_the_card_is_rewritten_is_asked_again(scene: Scene) -> None:
    await scene.sandbox.fail("chat.update", "http_500", count=2)
    talk = await scene.mention(ORDER)
    card = await talk.card()
    await talk.press(card, "Reject")
    settled = await talk.redrawn(card, "Nothing was done")
    assert buttons(settled) == []
    await talk.hear()


async def test_a_card_whose_posting_is_doubtful_is_posted_once(scene: Scene) -> None:
    await scene.sandbox.fail("chat.postMessage", "drop", when="after")
    talk = await scene.mention(ORDER)
    card = await talk.card()
    await scene.sandbox.wait_quiet(timeout=20)
    assert len(await talk.bots_messages()) == 1
    await talk.press(card, "Reject")
    await talk.hear()


async def test_buttons_answer_whoever_presses_last_what_was_decided(scene: Scene) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()
    await talk.press(card, "Reject", BOB)
    await talk.hear()
    await scene.stale_press(card, "approval_approve", CAROL)
    told = await scene.sandbox.wait_ephemeral(CAROL, contains="Too late", timeout=20)
    assert f"already rejected by <@{BOB}>" in told["text"]
    assert (await scene.status(card)).outcome is Outcome.REJECTED
    assert BOT not in told["text"]


async def _list(scene: Scene, who: str, *expected: str) -> str:
    """`/approvals` until it shows what visibility has to catch up with."""
    seen = ""
    for _ in range(20):
        since = seen
        report = await scene.sandbox.command(who, OPS, "/approvals")
        assert report["delivered"]
        await scene.sandbox.wait_quiet()
        seen = words((await scene.sandbox.ephemerals(who, OPS))[-1])
        if all(part in seen for part in expected):
            return seen
        assert since is not None
    pytest.fail(f"not listed: {seen}")
