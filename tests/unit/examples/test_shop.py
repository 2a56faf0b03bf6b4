"""The shop: what is stored once, and what is never exceeded."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from examples.purchasing.shop import Shop, ShopError
from examples.purchasing.tables import BUDGET_CENTS


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[Shop]:
    opened = await Shop.open(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    yield opened
    await opened.close()


async def _stock(shop: Shop, sku: str) -> int:
    (item,) = await shop.search(sku)
    return item.stock


async def test_one_key_is_one_order_however_often_it_is_tried(shop: Shop) -> None:
    before = await _stock(shop, "chair")
    orders = await asyncio.gather(*(shop.place("key", "chairs", 5, "U0ALICE") for _ in range(8)))
    assert {order.id for order in orders} == {1}
    assert await _stock(shop, "chair") == before - 5
    assert (await shop.budget()).spent_cents == 5 * 21_500


async def test_orders_side_by_side_never_exceed_the_budget(shop: Shop) -> None:
    results = await asyncio.gather(
        *(shop.place(f"key{number}", "desk", 10, "U0ALICE") for number in range(4)),
        *(shop.place(f"kez{number}", "monitor", 40, "U0ALICE") for number in range(3)),
        return_exceptions=True,
    )
    assert any(isinstance(result, ShopError) for result in results)
    assert 0 <= (await shop.budget()).left_cents < BUDGET_CENTS
    assert await _stock(shop, "desk") >= 0


@pytest.mark.parametrize(
    ("sku", "quantity", "words"),
    [
        ("unicorn", 1, r"There is no 'unicorn' in the catalogue\.$"),
        ("wigdets", 1, "Did you mean widget?"),
        ("desk", 26, "in stock"),
        ("laptop", 21, "over the budget"),
    ],
)
async def test_what_cannot_be_ordered_is_said(
    shop: Shop, sku: str, quantity: int, words: str
) -> None:
    for attempt in (shop.quote(sku, quantity), shop.place("key", sku, quantity, "U0ALICE")):
        with pytest.raises(ShopError, match=words):
            await attempt
    assert (await shop.budget()).spent_cents == 0


async def test_cancelling_twice_gives_stock_and_money_back_once(shop: Shop) -> None:
    before = await _stock(shop, "cable")
    order = await shop.place("key", "cable", 3, "U0ALICE")
    for _ in range(2):
        assert (await shop.cancel(order.id)).state == "cancelled"
    assert await _stock(shop, "cable") == before
    assert (await shop.budget()).left_cents == BUDGET_CENTS
    with pytest.raises(ShopError, match="no order #99"):
        await shop.cancel(99)


async def test_a_second_start_finds_what_the_first_left(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/shop.db"
    first = await Shop.open(url)
    await first.place("key", "gizmo", 2, "U0ALICE")
    await first.close()
    second = await Shop.open(url)
    order = await second.order(1)
    assert order is not None
    assert order.quantity == 2
    assert (await second.budget()).total_cents == BUDGET_CENTS
    assert len(await second.search("")) == 10
    await second.close()


async def test_a_reader_who_is_cancelled_at_any_moment_keeps_nobody_from_ordering(
    shop: Shop,
) -> None:
    for moments in range(60):
        reading = asyncio.create_task(shop.quote("cable", 1))
        for _ in range(moments):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        assert (await shop.place(f"key-{moments}", "cable", 1, "U0ALICE")).quantity == 1


async def test_everybody_finds_their_own_orders_the_newest_first(shop: Shop) -> None:
    first = await shop.place("key1", "gizmo", 1, "U0ALICE")
    second = await shop.place("key2", "cable", 2, "U0ALICE")
    await shop.place("key3", "desk", 1, "U0BOB")

    assert [it.id for it in await shop.orders_of("U0ALICE")] == [second.id, first.id]
    assert len(await shop.orders_of("U0ALICE", since=first.placed_at)) == 2
    assert await shop.orders_of("U0ALICE", since=second.placed_at + 1) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wigdets", "widget"),
        ("Chiar", "chair"),
        ("labtop", "laptop"),
        ("unicorn", None),
        ("", None),
    ],
)
async def test_what_is_mistyped_is_guessed(shop: Shop, written: str, meant: str | None) -> None:
    assert await shop.like(written) == meant
