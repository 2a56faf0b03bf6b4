"""Tools: what the model sees of them, and what becomes of its arguments."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.builders import a_call
from worker.agent import Agency
from worker.shop import Shop
from worker.tools.catalogue import load_tools

TOOLS = load_tools()
GUARDED = {"place_order", "cancel_order", "wait_for_confirmation"}


@pytest_asyncio.fixture
async def agency(tmp_path: Path) -> AsyncGenerator[Agency]:
    shop = await Shop.open(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    yield Agency("Buyer", "Buy.", "scripted", TOOLS, shop)
    await shop.close()


def _call(tool: str, arguments: Any) -> Any:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return a_call().model_copy(update={"tool": tool, "arguments": text})


def test_the_agent_has_its_tools_and_the_right_ones_are_guarded() -> None:
    assert set(TOOLS) == GUARDED | {"search_catalog", "check_budget", "order_status"}
    assert {name for name, tool in TOOLS.items() if tool.needs_approval} == GUARDED


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_only_a_guarded_tool_asks_for_a_reason(name: str) -> None:
    spec = TOOLS[name].spec
    assert ("reason" in spec.parameters["required"]) is (name in GUARDED)
    assert spec.parameters["additionalProperties"] is False
    assert spec.description
    assert spec.status.endswith("…")


@pytest.mark.parametrize(
    "arguments",
    [
        "100 widgets",
        "[]",
        "null",
        {},
        {"sku": "widget"},
        {"sku": "widget", "quantity": 0},
        {"sku": "widget", "quantity": -5},
        {"sku": "widget", "quantity": "many"},
        {"sku": "", "quantity": 1},
        {"sku": "unicorn", "quantity": 1},
        {"sku": "widget", "quantity": 10**9},
    ],
    ids=str,
)
async def test_nobody_is_asked_for_nonsense(agency: Agency, arguments: Any) -> None:
    prepared = await agency.prepare_call(_call("place_order", arguments))
    assert "Nobody was asked" in prepared.problem
    result = await agency.run_tool(_call("place_order", arguments))
    assert not result.ok


async def test_an_order_is_put_in_plain_words(agency: Agency) -> None:
    call = _call("place_order", {"sku": "widgets", "quantity": 100, "reason": "stock is low"})
    prepared = await agency.prepare_call(call)
    assert prepared.problem == ""
    assert prepared.summary == "Order 100 × widget for €4,120.00"
    assert prepared.reason == "stock is low"
    assert {field.name: field.value for field in prepared.fields} == {
        "item": "widget",
        "quantity": "100",
        "price each": "€41.20",
        "budget left after": "€20,880.00",
    }


async def test_a_retried_call_places_one_order(agency: Agency) -> None:
    call = _call("place_order", {"sku": "widget", "quantity": 1})
    first, again = await agency.run_tool(call), await agency.run_tool(call)
    assert first == again
    assert "#1 is placed" in first.text


async def test_a_tool_that_is_gone_answers_in_words(agency: Agency) -> None:
    call = _call("launch_rocket", {})
    assert "no tool launch_rocket" in (await agency.prepare_call(call)).problem
    assert not (await agency.run_tool(call)).ok
