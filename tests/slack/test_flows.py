"""What happens around a decision: words in the thread, emergencies, and places that are closed."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, full_text, live, row_of
from tests.slack.slack_thread import (
    ALICE,
    BOB,
    CAROL,
    CAROLS_DM,
    FINANCE,
    OPS,
    PATIENCE,
    SlackThread,
)
from workflows.contracts.decisions import Outcome, Verb, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

LARGE = "order 5 laptops"
MANY = "order 1 chair, 2 desks, 3 headsets and 4 widgets"


async def test_a_typed_approval_decides_nothing_and_brings_an_approver_the_button(
    product: Product,
) -> None:
    thread, card = await _asked(product)
    await thread.say("approve", who=BOB)
    prompt = await thread.told(BOB, "Use the button")
    assert (await product.status(card)).outcome is Outcome.PENDING

    await thread.press(prompt, "Approve")

    await thread.redrawn(card, "Approved by")
    decision = (await product.status(card)).decision
    assert decision is not None
    assert decision.via is Via.PROMPT


async def test_a_typed_approval_of_who_asked_is_explained(product: Product) -> None:
    thread, card = await _asked(product)
    await thread.say("approve")
    told = await thread.told(ALICE, "somebody else has to decide")
    assert "Remind them" in buttons(told)
    assert (await product.status(card)).outcome is Outcome.PENDING
    await thread.drop(card)


async def test_who_asked_takes_it_back_in_words_and_nobody_else_can(product: Product) -> None:
    thread, card = await _asked(product)
    await thread.say("cancel that", who=BOB)
    await thread.told(BOB, "Only the person who asked for it can withdraw it")
    assert (await product.status(card)).outcome is Outcome.PENDING

    await thread.say("cancel that")

    assert buttons(await thread.redrawn(card, "No longer needed")) == []
    assert "withdrawn" in (await thread.hear())["text"].lower()


async def test_of_several_requests_only_all_are_taken_back_in_words(product: Product) -> None:
    thread = await product.mention("order 1 chair and 1 desk")
    cards = [await thread.card(), await thread.card()]
    await thread.say("cancel it")
    await thread.told(ALICE, "2 of your requests wait here")

    await thread.say("cancel everything")

    for card in cards:
        await thread.redrawn(card, "No longer needed")


async def test_glass_is_broken_alone_with_a_reason_and_for_all_to_see(product: Product) -> None:
    thread, card = await _asked(product, LARGE)
    await thread.choose(card, "Break glass…", BOB)
    told = await product.sandbox.wait_ephemeral(BOB, contains="break the glass", timeout=PATIENCE)
    assert approval_id(card) not in told["text"]

    await thread.choose(card, "Break glass…", CAROL)
    await thread.fill_in({"Why can't this wait?": "the line stands still"}, CAROL)

    done = full_text(await thread.redrawn(card, "Done:"))
    assert "approved alone, in an emergency" in done
    assert "the line stands still" in done
    decision = (await product.status(card)).decision
    assert decision is not None
    assert (decision.verb, decision.by and decision.by.user) == (Verb.BREAK_GLASS, CAROL)


async def test_what_the_policy_denies_is_asked_of_nobody(product: Product) -> None:
    thread = await product.mention("order 500 widgets")
    told = (await thread.hear())["text"]
    assert "go through a tender" in told
    assert "over-20000" in told
    assert [buttons(it) for it in await thread.bots_messages()] == [[]]


async def test_what_was_refused_a_moment_ago_is_answered_from_the_record(product: Product) -> None:
    thread, card = await _asked(product, "order 2 desks")
    await thread.reject(card, "we have desks")
    await thread.hear("we have desks")

    await thread.say("order 2 desks")

    again = await thread.hear()
    assert "we have desks" in again["text"]
    assert buttons(again) == []


async def test_four_requests_have_a_summary_that_follows_each_decision(product: Product) -> None:
    thread = await product.mention(MANY)
    cards = [await thread.card() for _ in range(4)]
    summary = await product.sandbox.wait_reply(
        OPS, thread.ts, contains="4 waiting", timeout=PATIENCE
    )
    assert buttons(summary) == ["Approve all 4…"]

    await thread.reject(cards[0])

    await thread.redrawn(summary, "3 waiting")
    await thread.press(summary, "Approve all 4…")
    dialog = await thread.dialog()
    listed = full_text({"text": "", "blocks": dialog["blocks"]})
    assert [approval_id(card) in listed for card in cards] == [False, True, True, True]
    await product.sandbox.close_view(BOB, dialog)
    await thread.say("cancel all")
    await thread.redrawn(summary, "All 4 are decided")


async def test_an_archived_target_is_passed_over_and_the_next_one_taken(product: Product) -> None:
    await product.sandbox.set_channel(FINANCE, archived=True)
    try:
        thread = await product.begin(LARGE)
        line = await thread.line()
        id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
        card = await thread.copy_for(CAROLS_DM, id_)
    finally:
        await product.sandbox.set_channel(FINANCE, archived=False)
    await thread.reject(card, who=CAROL)
    await thread.redrawn(line, "Rejected")


async def test_a_card_that_nowhere_takes_is_told_and_still_decided_from_the_list(
    product: Product,
) -> None:
    await product.sandbox.fail("conversations.open", "error", error="missing_scope", count=10)
    thread = await product.begin("order 1 chair")
    line = await thread.hear("could not be posted")
    await product.sandbox.clear_faults()
    assert "countersign approve" in full_text(line)
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    row = row_of(await product.list_of(BOB, id_), id_)
    assert row is not None

    await thread.press(row, "Reject…")
    await thread.fill_in()

    await thread.redrawn(line, "Rejected")
    assert "rejected" in (await thread.hear())["text"].lower()


@pytest.mark.parametrize("markup", ["<!channel>", "<@U0CAROL>", "<https://evil.example|Approve>"])
async def test_markup_in_reasons_and_arguments_mentions_and_links_nothing(
    product: Product, markup: str
) -> None:
    thread = await product.begin(f"order 1 chair because {markup} `*now*`")
    line = await thread.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    card = await thread.copy_for("D0BOB", id_)
    await thread.reject(card, f"no {markup} `*please*`")
    settled = [await thread.redrawn(it, "Rejected") for it in (card, line)]
    answer = await thread.hear("Rejected")
    listed = await product.list_of(BOB, text=id_)
    for shown in (card, line, *settled, answer, listed):
        assert live(shown, markup) == [], shown
    assert OPS not in full_text(line)


async def _asked(product: Product, text: str = "order 1 chair") -> tuple[SlackThread, Json]:
    thread = await product.mention(text)
    return thread, await thread.card()
