"""Presses that do not count: who pressed is told why and what to do, and nothing is changed."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.slack.policy import NOT_IN_SLACK, REASONED
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, full_text
from tests.slack.slack_thread import (
    BOB,
    BOBS_DM,
    CAROL,
    CAROLS_DM,
    DAVE,
    GENERAL,
    OPS,
    SHARED,
    VOTED,
    SlackThread,
)
from workflows.contracts.decisions import Outcome, Refusal, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

FINANCE = ["U0BOB", "U0CAROL"]
FRANK, FRANKS_DM, ZOE = "U0FRANK", "D0FRANK", "U0ZOE"
LARGE = "order 5 laptops"
"""Above €5,000: Alice and finance decide, and not whoever is in the channel."""


@pytest_asyncio.fixture
async def product(product: Product) -> AsyncGenerator[Product]:
    """A workspace that is as it was when the test is over."""
    yield product
    await product.sandbox.set_group("S0FINANCE", FINANCE, handle="finance", name="Finance")
    await product.sandbox.set_person(CAROL, deleted=False)


async def test_somebody_who_is_no_approver_is_told_who_is_and_may_nudge_them_once(
    product: Product,
) -> None:
    await product.sandbox.set_person(FRANK, name="frank", real_name="Frank Hale")
    await product.sandbox.set_member(OPS, FRANK, present=True)
    thread, card = await _asked(product, LARGE)

    await thread.press(card, "Approve", FRANK)

    told = await thread.told(FRANK, "You can't decide this")
    assert "<!subteam^S0FINANCE>" in full_text(told)
    await _unchanged(product, card, Refusal.NOT_AN_APPROVER)
    await product.sandbox.click_button(FRANK, told, "Remind them")
    nudge = await thread.copy_for(BOBS_DM, approval_id(card))
    assert "@frank asks you to decide" in full_text(nudge)
    await thread.told(FRANK, "Reminded ")
    await product.sandbox.click_button(FRANK, told, "Remind them")
    await thread.told(FRANK, "a moment ago")
    await product.sandbox.set_member(OPS, FRANK, present=False)
    await thread.drop(card)


@pytest.mark.parametrize(
    ("who", "channel", "why", "told"),
    [
        (DAVE, GENERAL, Refusal.GUEST, "Guests of this workspace can't decide"),
        (ZOE, SHARED, Refusal.EXTERNAL, "People from another workspace can't decide"),
    ],
)
async def test_accounts_that_never_decide_are_told_so(
    product: Product, who: str, channel: str, why: Refusal, told: str
) -> None:
    await product.sandbox.set_group("S0FINANCE", [*FINANCE, who])
    thread = await product.mention("order 1 chair", channel)
    card = await thread.card()
    await thread.press(card, "Approve", who)
    await _unchanged(product, card, why)
    await thread.told(who, told)
    await thread.drop(card)


async def test_what_could_not_be_checked_is_no_refusal_and_the_next_press_counts(
    product: Product,
) -> None:
    thread, card = await _asked(product)
    await product.sandbox.fail("usergroups.users.list", "error", error="missing_scope", count=1)
    await thread.press(card, "Approve")
    told = await thread.told(BOB, "couldn't check")
    assert "can't decide" not in told["text"]
    await _unchanged(product, card, Refusal.UNVERIFIED)

    await thread.press(card, "Approve")
    await thread.redrawn(card, "Done:")


async def test_a_group_that_is_gone_leaves_the_rest_of_the_approvers(product: Product) -> None:
    thread, card = await _asked(product)
    await product.sandbox.set_group("S0FINANCE", None)
    await thread.press(card, "Approve", CAROL)  # who is in the channel, too
    await thread.redrawn(card, "Done:")


async def test_with_the_only_group_gone_an_operator_still_decides(product: Product) -> None:
    thread = await product.begin("order 1 desk")
    card = await thread.card()
    await product.sandbox.set_group("S0FINANCE", None)

    await thread.press(card, "Approve")
    await product.sandbox.wait_ephemeral(BOB, contains="can't decide this", timeout=20)
    refused = await _unchanged(product, card, Refusal.NOT_AN_APPROVER)
    assert "S0FINANCE" in refused

    assert await product.signal(approval_id(card), "false") == 0
    await thread.redrawn(card, "Rejected")


async def test_an_approver_who_left_the_company_counts_no_more(product: Product) -> None:
    thread, card = await _asked(product, LARGE)
    await product.sandbox.set_person(CAROL, deleted=True)
    await product.stale_press(card, "approval_approve", CAROL)
    await _unchanged(product, card, Refusal.DEACTIVATED)
    await thread.press(card, "Approve", BOB)
    await thread.redrawn(card, VOTED)
    await thread.drop(card)


async def test_an_operator_is_no_second_person(product: Product) -> None:
    thread, card = await _asked(product, LARGE)
    await thread.press(card, "Approve", BOB)
    await thread.redrawn(card, VOTED)

    code, printed = await product.at_terminal("approve", approval_id(card))

    assert code != 0
    assert "nobody verified who it is" in printed
    assert (await product.status(card)).counted == 1
    code, _ = await product.at_terminal("withdraw", approval_id(card), "--reason", "tested")
    assert code == 0
    assert "operator via CLI (unverified:" in full_text(await thread.redrawn(card, "Withdrawn"))


async def test_a_rule_may_refuse_operators_and_ask_for_reasons(product: Product) -> None:
    thread, card = await _asked(product, f"order 1 {REASONED}")
    await product.signal(approval_id(card), "true")
    await _unchanged(product, card, Refusal.NO_OPERATORS)

    await thread.press(card, "Reject…")
    refused = await thread.fill_in({})
    assert refused["response_action"] == "errors"
    assert (await product.status(card)).outcome is Outcome.PENDING
    taken = await thread.fill_in({"reason": "we have gizmos"})
    assert taken["response_action"] == "clear"
    await thread.redrawn(card, "we have gizmos")


async def test_what_is_decided_outside_slack_has_no_buttons_and_takes_no_press(
    product: Product,
) -> None:
    thread, card = await _asked(product, f"order 1 {NOT_IN_SLACK}")
    assert buttons(card) == []
    assert f"countersign approve {approval_id(card)}" in full_text(card)
    await product.stale_press(card, "approval_approve")
    await _unchanged(product, card, Refusal.NOT_FROM_SLACK)
    await thread.told(BOB, "can't be decided in Slack")

    code, printed = await product.at_terminal("approve", approval_id(card))
    assert code == 0, printed
    await thread.redrawn(card, "Done:")
    decision = (await product.status(card)).decision
    assert decision is not None
    assert decision.via is Via.CLI


async def test_a_press_on_the_card_of_another_deployment_is_left_alone(product: Product) -> None:
    thread = await product.begin("order 1 chair")
    card = await thread.card()
    for block in ("decide:0::elsewhere", "prompt:0::elsewhere:nudge"):
        await product.stale_press(card, "approval_approve", block=block)
        told = await product.sandbox.wait_ephemeral(BOB, contains="(`elsewhere`)", timeout=20)
        assert "nothing was changed" in told["text"]
    status = await product.status(card)
    assert (status.outcome, status.refused, status.votes) == (Outcome.PENDING, (), ())
    carols = await thread.copy_for(CAROLS_DM, approval_id(card))
    await thread.press(carols, "Approve", CAROL)
    await thread.redrawn(card, "Done:")


async def _asked(product: Product, text: str = "order 1 chair") -> tuple[SlackThread, Json]:
    thread = await product.mention(text)
    return thread, await thread.card()


async def _unchanged(product: Product, card: Json, why: Refusal) -> str:
    """Wait until the press was refused for this reason; what the record says about it."""
    status = await product.status(card)
    while not status.refused:
        await product.sandbox.wait_quiet()
        status = await product.status(card)
    assert (status.outcome, status.votes) == (Outcome.PENDING, ())
    assert [it.why for it in status.refused] == [why]
    return status.refused[-1].detail
