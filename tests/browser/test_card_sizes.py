"""How much room a card takes, and that it says nothing twice, on a phone and on a desk."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from slack_sdk.models.blocks import Block

from countersign.slack.card import approval_card
from sandbox.server import Sandbox, running
from tests.browser.window import DESKTOP
from tests.support.builders import BOB, NOON, a_press
from tests.unit.sandbox.slack_app import a_config, a_web_client
from tests.unit.slack.cases import (
    CAROL,
    FULL_RULE,
    RULE,
    STATES,
    a_vote,
    ended,
    pending,
    prepared_as,
    requested_as,
    written,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ArgumentField, Person
from workflows.contracts.decisions import Execution, HandOver, Outcome, Verb
from workflows.contracts.rules import Panel, People

pytestmark = pytest.mark.system

PHONE = 390
TALLEST, TALLEST_DECIDED = 420, 300
"""Pixels on a phone, for a call with four arguments and for what is decided."""
MOST_LINES = 9
AMOUNT = "€6,180.00"
FIELDS = (
    ArgumentField(name="item", value="Steel widget, M8"),
    ArgumentField(name="quantity", value="150", in_summary=True),
    ArgumentField(name="price each", value="€41.20"),
    ArgumentField(name="budget left after this", value="€20,880.00", is_bound=False),
)
PLACED = "Order #2 placed: 150 widgets, €6,180.00."
ONE = RULE.model_copy(
    update={
        "panels": (Panel(who=People(groups=("S0FINANCE",), channels=("C0OPS",))),),
        "notify": People(),
    }
)
ALONE = a_press(CAROL).model_copy(
    update={"verb": Verb.BREAK_GLASS, "reason": "The line stands still."}
)
BOTH = (a_vote(BOB), a_vote(CAROL))
DAVE, ERIN = (Person(team="T0ACME", user=user, name="") for user in ("U0DAVE", "U0ERIN"))
CASES = {
    "pending": pending(ONE),
    "split": requested_as(prepared_as(pending(ONE), amount=6_180.0), total=9_240.0),
    "one of two": pending(FULL_RULE, votes=(a_vote(CAROL),), counted=1),
    "everything at once": pending(
        FULL_RULE.model_copy(update={"notify": People(users=("U0BOB",))}),
        votes=(a_vote(CAROL),),
        counted=1,
        handed=(HandOver(by=DAVE, to=ERIN, at=NOON),),
        escalated=True,
    ),
    "decided": ended(Outcome.APPROVED, votes=BOTH, execution=Execution.DONE, result=PLACED),
    "rejected": STATES["rejected"],
    "failed": ended(Outcome.APPROVED, execution=Execution.FAILED, result="Only 35 in stock."),
    "emergency": ended(
        Outcome.APPROVED, decision=ALONE, votes=(a_vote(CAROL, verb=Verb.BREAK_GLASS),)
    ),
}


def _of_150_widgets(status: ApprovalStatus) -> ApprovalStatus:
    told = f"Order 150 widgets for {AMOUNT}"
    asked = prepared_as(status, summary=told, cost=AMOUNT, fields=FIELDS)
    rule = status.request.rule.model_copy(update={"notify": People()})
    return requested_as(asked, rule=rule)


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as somebody sees it."""

    node: Locator
    name: str

    async def height(self) -> float:
        box = await self.node.bounding_box()
        assert box is not None
        return box["height"]


@pytest_asyncio.fixture
async def sandbox() -> AsyncGenerator[Sandbox]:
    async with running(a_config()) as sandbox:
        slack = a_web_client(sandbox)
        for name, status in CASES.items():
            blocks: Sequence[Block] = approval_card(_of_150_widgets(status), "", "main")
            await slack.chat_postMessage(channel="C0OPS", text=name, blocks=written(blocks))
        yield sandbox


async def _cards(chromium: Browser, sandbox: Sandbox, width: int) -> list[Shown]:
    """Every card in the channel, as Bob sees them."""
    context = await chromium.new_context(viewport={"width": width, "height": 3_000})
    page = await context.new_page()
    await page.goto(f"{sandbox.page_url}&as={BOB.user}")
    await page.wait_for_selector("body.ready")
    if await page.get_by_test_id("burger").is_visible():
        await page.get_by_test_id("burger").click()
    await page.get_by_test_id("channel-ops").click()
    shown = page.locator("#main .blocks.framed")
    await expect(shown).to_have_count(len(CASES))
    return [Shown(shown.nth(at), name) for at, name in enumerate(CASES)]


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_a_card_is_small_and_says_nothing_twice(
    chromium: Browser, sandbox: Sandbox, width: int
) -> None:
    for card in await _cards(chromium, sandbox, width):
        text = await card.node.inner_text()
        is_open = CASES[card.name].outcome is Outcome.PENDING
        assert await card.height() <= (TALLEST if is_open else TALLEST_DECIDED), card.name
        assert text.count(AMOUNT) == 1, card.name
        for who in ("finance", "Bob", "Alice"):
            assert text.count(who) <= 1, (card.name, who)
        assert "approval-" not in text
        assert "place_order" not in text


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_a_card_that_waits_has_at_most_nine_lines(
    chromium: Browser, sandbox: Sandbox, width: int
) -> None:
    card = (await _cards(chromium, sandbox, width))[0]
    tops = await card.node.evaluate(
        """node => {
            const range = document.createRange();
            range.selectNodeContents(node);
            return [...range.getClientRects()].filter(it => it.width && it.height < 40)
                .map(it => it.bottom).sort((one, other) => one - other);
        }"""
    )
    lines = [at for at, before in zip(tops, [-9, *tops], strict=False) if at - before > 8]
    assert 0 < len(lines) <= MOST_LINES, lines
