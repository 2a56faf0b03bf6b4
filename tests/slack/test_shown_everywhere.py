"""What is decided somewhere shows everywhere: lists that are open, Homes, and cards gone stale."""

import json
from collections.abc import Awaitable, Callable

import pytest

from sandbox.errors import ControlError
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, buttons, row_of, words
from tests.slack.slack_thread import ALICE, BOB, CAROL, OPS, PATIENCE, SlackThread
from workflows.contracts.decisions import Outcome, Via

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

ORDER = "order 10 widgets because stock is low"
TOOL = "place_order"
Decides = Callable[[Product, SlackThread, Json], Awaitable[object]]


async def _ordered(product: Product, text: str = ORDER) -> tuple[SlackThread, Json, str]:
    talk = await product.mention(text)
    card = await talk.card()
    return talk, card, approval_id(card)


async def _open_list(product: Product, id_: str, who: str = BOB) -> Json:
    """A list in which somebody has pressed, so that Slack lets it be redrawn."""
    listed = await product.list_of(who, id_, text=f"tool:{TOOL}")
    await product.sandbox.choose(who, listed, TOOL)
    return listed


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


async def _on_the_card(product: Product, talk: SlackThread, card: Json) -> None:
    del product
    await talk.press(card, "Approve", CAROL)


async def _at_the_terminal(product: Product, talk: SlackThread, card: Json) -> None:
    del talk
    code, printed = await product.at_terminal("reject", approval_id(card), "--reason", "too many")
    assert code == 0, printed


async def _by_signal(product: Product, talk: SlackThread, card: Json) -> None:
    del talk
    assert await product.signal(approval_id(card), "true") == 0


@pytest.mark.parametrize(
    ("decides", "says"),
    [
        (_on_the_card, "✅ Approved: Order 10"),
        (_at_the_terminal, "⛔ Rejected: Order 10"),
        (_by_signal, "✅ Approved: Order 10"),
    ],
)
async def test_an_open_list_says_what_was_decided_elsewhere(
    product: Product, decides: Decides, says: str
) -> None:
    talk, card, id_ = await _ordered(product)
    listed = await _open_list(product, id_)
    await decides(product, talk, card)
    shown = await _redrawn(product, listed, says)

    assert row_of(shown, id_) is None


async def test_who_has_a_command_s_answer_before_them_is_told_that_it_is_out_of_date(
    product: Product,
) -> None:
    talk, card, id_ = await _ordered(product)
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    await talk.press(card, "Approve", CAROL)
    told = await product.sandbox.wait_ephemeral(
        BOB, channel=OPS, after=listed["ts"], contains="shows it as it is now", timeout=PATIENCE
    )

    assert "✅ Approved: Order 10" in told["text"]


async def test_a_dialog_that_was_opened_from_a_list_changes_it(product: Product) -> None:
    talk, _, id_ = await _ordered(product)
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    row = row_of(listed, id_)
    assert row
    await product.sandbox.click_button(BOB, row, "Reject…")
    await talk.fill_in({"reason": "too many"})
    shown = await _redrawn(product, listed, "⛔ Rejected: Order 10")

    assert row_of(shown, id_) is None


async def test_one_of_two_votes_on_the_card_takes_the_row_out_of_the_voter_s_list(
    product: Product,
) -> None:
    talk, card, id_ = await _ordered(product, "order 150 widgets because stock is low")
    listed = await _open_list(product, id_)
    before = await _redrawn(product, listed, "Order 150")
    await talk.press(card, "Approve", BOB)
    await talk.redrawn(card, f"✔ <@{BOB}>")
    shown = before
    while row_of(shown, id_):
        await product.sandbox.wait_quiet()
        shown = await _redrawn(product, listed, "")
    assert (await product.status(card)).outcome is Outcome.PENDING

    await talk.press(card, "Approve", CAROL)
    await talk.redrawn(card, "Done:")


async def test_a_list_in_which_somebody_presses_too_late_is_redrawn_at_once(
    product: Product,
) -> None:
    talk, card, id_ = await _ordered(product)
    listed = await product.list_of(BOB, id_, text=f"tool:{TOOL}")
    row = row_of(listed, id_)
    assert row
    await talk.press(card, "Approve", CAROL)
    await talk.redrawn(card, "Done:")
    await product.sandbox.click_button(BOB, row, "Reject…")
    shown = await _redrawn(product, listed, "✅ Approved: Order 10")

    assert row_of(shown, id_) is None
    late = f"Too late: `{id_}`"
    await product.sandbox.wait_ephemeral(BOB, channel=OPS, contains=late, timeout=PATIENCE)


async def test_a_home_has_what_waits_and_buttons_that_decide_it(product: Product) -> None:
    talk, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Approve")
    assert buttons(row)[:2] == ["Approve", "Reject…"]
    assert "Order 10 × widget" in json.dumps(home["blocks"], ensure_ascii=False)
    report = await product.sandbox.click_in_view(BOB, row, "Approve")
    assert report["delivered"]
    emptied = await _home_without(product, home, id_)

    assert "✅ Approved: Order 10" in json.dumps(emptied["blocks"], ensure_ascii=False)
    done = await talk.redrawn(card, "Done:")
    assert "from Home" in words(done)
    status = await product.status(card)
    assert status.decision
    assert (status.decision.via, status.decision.by and status.decision.by.user) == (Via.HOME, BOB)


async def test_a_home_that_is_open_follows_what_is_decided_elsewhere(product: Product) -> None:
    talk, card, id_ = await _ordered(product)
    home, _ = await _home(product, id_, "Approve")
    await talk.press(card, "Approve", CAROL)
    await _home_without(product, home, id_)


async def test_a_dialog_is_opened_from_the_home_and_changes_it(product: Product) -> None:
    talk, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Approve")
    await product.sandbox.click_in_view(BOB, row, "Reject…")
    await talk.fill_in({"reason": "too many"})
    await _home_without(product, home, id_)

    assert (await product.status(card)).outcome is Outcome.REJECTED


async def test_who_asked_finds_that_in_their_home_and_can_withdraw_it(product: Product) -> None:
    _, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Withdraw", ALICE)
    await product.sandbox.click_in_view(ALICE, row, "Withdraw")
    await _home_without(product, home, id_, ALICE)

    assert (await product.status(card)).outcome is Outcome.WITHDRAWN


async def test_who_presses_too_late_in_a_home_is_told_in_a_dialog(product: Product) -> None:
    talk, card, id_ = await _ordered(product)
    home, row = await _home(product, id_, "Approve")
    await talk.press(card, "Approve", CAROL)
    await talk.redrawn(card, "Done:")
    await product.over(card)
    try:
        await product.sandbox.click_in_view(BOB, row, "Approve")
    except ControlError:
        await _home_without(product, home, id_)  # it was faster: the button is gone
        return
    dialog = await product.sandbox.wait_view(BOB, timeout=PATIENCE)
    assert "Too late" in json.dumps(dialog["blocks"])
    await product.sandbox.close_view(BOB, dialog)


async def test_a_stale_card_heals_when_it_is_pressed(product: Product) -> None:
    talk, card, _ = await _ordered(product)
    await talk.press(card, "Approve", CAROL)
    await talk.redrawn(card, "Done:")
    await product.over(card)
    old = {"text": card["text"], "blocks": json.dumps(card["blocks"])}
    await product.slack("chat.update", channel=card["channel"], ts=card["ts"], **old)
    stale = await talk.redrawn(card, "Approval needed")
    await talk.press(stale, "Approve", BOB)
    healed = await talk.redrawn(card, "Done:")

    assert "Approved · " in words(healed)
    assert buttons(healed) == []
    await talk.told(BOB, "Too late")


async def test_a_bot_that_keeps_lists_true_leaves_quietly(own: Product) -> None:
    logged = len(own.stack.log("bot"))
    _, _, id_ = await _ordered(own)
    await _open_list(own, id_)
    await _home(own, id_, "Approve")
    code = await own.stack.stop_one("bot")
    log = own.stack.log("bot")[logged:]

    assert code == 0
    assert "Traceback" not in log
    assert "never retrieved" not in log
