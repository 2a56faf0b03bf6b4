"""What is decided somewhere shows everywhere: lists when refreshed, Homes, and stale cards."""

import json
from collections.abc import Awaitable, Callable

import pytest

from sandbox.errors import ControlError
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, full_text, row_of
from tests.slack.slack_thread import ALICE, BOB, CAROL, OPS, PATIENCE, SlackThread
from workflows.contracts.decisions import Outcome, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

ORDER = "order 10 widgets because stock is low"
TOOL = "place_order"
Decides = Callable[[Product, SlackThread, Json], Awaitable[object]]


async def _ordered(product: Product, text: str = ORDER) -> tuple[SlackThread, Json, str]:
    thread = await product.mention(text)
    card = await thread.card()
    return thread, card, approval_id(card)


async def _refreshed(product: Product, listed: Json, who: str = BOB) -> Json:
    """The same private message after Refresh."""
    await product.sandbox.click_button(who, listed, "Refresh")
    (found,) = (it for it in await product.sandbox.ephemerals(who, OPS) if it["ts"] == listed["ts"])
    return found


async def _refreshed_without(product: Product, listed: Json, id_: str, who: str = BOB) -> Json:
    """The list once it is refreshed without an approval."""
    for _ in range(20):
        shown = await _refreshed(product, listed, who)
        if row_of(shown, id_) is None:
            return shown
        await product.sandbox.wait_quiet()
    raise AssertionError(f"still in the list: {id_}")


async def _redrawn(product: Product, listed: Json, contains: str, who: str = BOB) -> Json:
    """The same private message, once it says something."""
    return await product.sandbox.wait_ephemeral(
        who, channel=OPS, ts=listed["ts"], contains=contains, timeout=PATIENCE
    )


async def _home(product: Product, id_: str, label: str, who: str = BOB) -> tuple[Json, Json]:
    """Somebody's Home, opened again until visibility has an approval, and the row of that."""
    known = ""
    for _ in range(20):
        await product.sandbox.open_home(who)
        home = await product.sandbox.wait_home(who, after_hash=known, timeout=PATIENCE)
        row = row_of({**home, "text": ""}, id_)
        if row and label in buttons(row):
            return home, row
        known = home["hash"]
        await product.sandbox.wait_quiet()
    raise AssertionError(f"not in the Home: {id_}")


async def _home_without(product: Product, home: Json, id_: str, who: str = BOB) -> Json:
    """The Home once it is published without an approval, and nobody has opened it again."""
    while id_ in json.dumps(home["blocks"]):
        known = home["hash"]
        home = await product.sandbox.wait_home(who, after_hash=known, timeout=PATIENCE)
    return home


async def _home_with(product: Product, home: Json, id_: str, who: str = BOB) -> Json:
    """The Home once it is published with an approval, and nobody has opened it again."""
    while id_ not in json.dumps(home["blocks"]):
        home = await product.sandbox.wait_home(who, after_hash=home["hash"], timeout=PATIENCE)
    return home


async def _on_the_card(product: Product, thread: SlackThread, card: Json) -> None:
    del product
    await thread.press(card, "Approve", CAROL)


async def _at_the_terminal(product: Product, thread: SlackThread, card: Json) -> None:
    del thread
    code, printed = await product.at_terminal("reject", approval_id(card), "--reason", "too many")
    assert code == 0, printed


async def _by_signal(product: Product, thread: SlackThread, card: Json) -> None:
    del thread
    assert await product.signal(approval_id(card), "true") == 0


@pytest.mark.parametrize("decides", [_on_the_card, _at_the_terminal, _by_signal])
async def test_a_list_that_is_refreshed_shows_what_was_decided_elsewhere(
    product: Product, decides: Decides
) -> None:
    thread, card, id_ = await _ordered(product)
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    await decides(product, thread, card)
    await product.over(card)
    shown = await _refreshed_without(product, listed, id_)

    assert shown["ts"] == listed["ts"]


async def test_a_dialog_that_was_opened_from_a_list_decides_and_refresh_shows_it(
    product: Product,
) -> None:
    thread, card, id_ = await _ordered(product)
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    row = row_of(listed, id_)
    assert row
    await product.sandbox.click_button(BOB, row, "Reject…")
    await thread.fill_in({"reason": "too many"})
    await product.over(card)
    await _refreshed_without(product, listed, id_)


async def test_one_of_two_votes_on_the_card_takes_the_row_out_of_the_voter_s_list(
    product: Product,
) -> None:
    thread, card, id_ = await _ordered(product, "order 150 widgets because stock is low")
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    await thread.press(card, "Approve", BOB)
    await thread.redrawn(card, "1 of 2: ")
    await _refreshed_without(product, listed, id_)
    assert (await product.status(card)).outcome is Outcome.PENDING

    await thread.press(card, "Approve", CAROL)
    await thread.redrawn(card, "Done:")


async def test_a_list_in_which_somebody_presses_too_late_is_redrawn_at_once(
    product: Product,
) -> None:
    thread, card, id_ = await _ordered(product)
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    row = row_of(listed, id_)
    assert row
    await thread.press(card, "Approve", CAROL)
    await thread.redrawn(card, "Done:")
    await product.sandbox.click_button(BOB, row, "Reject…")
    shown = await _redrawn(product, listed, "✅ Approved: Order 10")

    assert row_of(shown, id_) is None
    late = "already approved this"
    await product.sandbox.wait_ephemeral(BOB, channel=OPS, contains=late, timeout=PATIENCE)


async def test_a_home_has_what_waits_and_buttons_that_decide_it(product: Product) -> None:
    thread, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Approve")
    assert buttons(row)[:2] == ["Approve", "Reject…"]
    assert "Order 10 widgets" in json.dumps(home["blocks"], ensure_ascii=False)
    report = await product.sandbox.click_in_view(BOB, row, "Approve")
    assert report["delivered"]
    emptied = await _home_without(product, home, id_)

    assert "✅ Approved: Order 10" in json.dumps(emptied["blocks"], ensure_ascii=False)
    done = await thread.redrawn(card, "Done:")
    assert "Approved by" in full_text(done)
    status = await product.status(card)
    assert status.decision
    assert (status.decision.via, status.decision.by and status.decision.by.user) == (Via.HOME, BOB)


async def test_a_home_is_published_anew_when_something_for_its_owner_is_asked_or_ends(
    product: Product,
) -> None:
    await product.sandbox.open_home(BOB)
    home = await product.sandbox.wait_home(BOB, timeout=PATIENCE)
    thread, card, id_ = await _ordered(product)
    asked = await _home_with(product, home, id_)
    await thread.press(card, "Approve", CAROL)
    emptied = await _home_without(product, asked, id_)

    assert "✅ Approved: Order 10" in json.dumps(emptied["blocks"], ensure_ascii=False)


async def test_a_dialog_is_opened_from_the_home_and_changes_it(product: Product) -> None:
    thread, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Approve")
    await product.sandbox.click_in_view(BOB, row, "Reject…")
    await thread.fill_in({"reason": "too many"})
    await _home_without(product, home, id_)

    assert (await product.status(card)).outcome is Outcome.REJECTED


async def test_who_asked_finds_that_in_their_home_and_can_withdraw_it(product: Product) -> None:
    _, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Withdraw", ALICE)
    await product.sandbox.click_in_view(ALICE, row, "Withdraw")
    await _home_without(product, home, id_, ALICE)

    assert (await product.status(card)).outcome is Outcome.WITHDRAWN


async def test_who_presses_too_late_in_a_home_is_told_in_a_dialog(product: Product) -> None:
    thread, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Approve")
    await thread.press(card, "Approve", CAROL)
    await thread.redrawn(card, "Done:")
    await product.over(card)
    try:
        await product.sandbox.click_in_view(BOB, row, "Approve")
    except ControlError:
        await _home_without(product, home, id_)  # it was faster: the button is gone
        return
    dialog = await product.sandbox.wait_view(BOB, timeout=PATIENCE)
    assert "changed nothing" in json.dumps(dialog["blocks"])
    await product.sandbox.close_view(BOB, dialog)


async def test_a_stale_card_heals_when_it_is_pressed(product: Product) -> None:
    thread, card, _ = await _ordered(product)
    await thread.press(card, "Approve", CAROL)
    await thread.redrawn(card, "Done:")
    await product.over(card)
    old = {"text": card["text"], "blocks": json.dumps(card["blocks"])}
    await product.slack("chat.update", channel=card["channel"], ts=card["ts"], **old)
    stale = await thread.redrawn(card, "Approval needed")
    await thread.press(stale, "Approve", BOB)
    healed = await thread.redrawn(card, "Done:")

    assert "Approved by" in full_text(healed)
    assert buttons(healed) == []
    await thread.told(BOB, "changed nothing")


@pytest.mark.system
async def test_a_bot_in_which_lists_and_homes_were_opened_leaves_quietly(own: Product) -> None:
    logged = len(own.stack.log("bot"))
    _, _, id_ = await _ordered(own)
    await _refreshed(own, await own.list_of(BOB, id_, text=f"tool:{TOOL}"))
    await _home(own, id_, "Approve")
    code = await own.stack.stop_one("bot")
    log = own.stack.log("bot")[logged:]

    assert code == 0
    assert "Traceback" not in log
    assert "never retrieved" not in log
