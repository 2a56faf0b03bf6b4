"""AgentEx's own command starts our processes, and tasks go through all of them."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dev.agentex.cases import WITH_SLACK, WITHOUT_SLACK, Case
from dev.agentex.product import Product, running_product
from dev.agentex.stack import AgentexOptions, AgentexStack
from dev.stack_options import StackOptions
from sandbox.json_types import Json

pytestmark = pytest.mark.timeout(300)  # each start takes AgentEx's SDK half a minute


@pytest_asyncio.fixture(scope="module")
async def product() -> AsyncGenerator[Product]:
    async with running_product(has_slack=True) as running:
        yield running


@pytest_asyncio.fixture(autouse=True)
async def _calls_are_right(request: pytest.FixtureRequest) -> AsyncGenerator[None]:
    yield
    if "product" in request.fixturenames:
        product: Product = request.getfixturevalue("product")
        assert await product.stack.backend.violations() == []


async def _said(product: Product, task: str) -> list[Json]:
    """What every message of a task says, once nothing is under way in it."""
    await product.quiet(task)
    return [it["content"] for it in await product.stack.backend.messages(task)]


def _is_each_once(said: list[Json]) -> bool:
    return all(said.count(it) == 1 for it in said)


@pytest.mark.parametrize("case", WITH_SLACK.values(), ids=WITH_SLACK)
async def test_a_task_comes_to_its_end(product: Product, case: Case) -> None:
    await case(product)


async def test_without_slack_it_is_decided_by_signal() -> None:
    async with running_product(has_slack=False) as product:
        for case in WITHOUT_SLACK.values():
            await case(product)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("http_500", {"count": 3}),
        ("http_429", {"count": 1}),
        ("drop", {"count": 2, "when": "after"}),
        ("delay", {"count": 1, "seconds": 3}),
    ],
)
async def test_an_answer_is_there_once_however_the_backend_fails(
    product: Product, kind: str, how: dict[str, Any]
) -> None:
    task, waiting = await product.ask()
    card = await product.card()
    await product.stack.backend.fail("messages.create", kind, task=task, **how)
    await product.press(card, "Approve")
    await product.says(task, "placed", after=waiting["id"], type="text")
    assert _is_each_once(await _said(product, task))


async def test_a_message_counts_once_however_it_is_delivered(product: Product) -> None:
    backend = product.stack.backend
    task = str((await backend.create_task(name="twice"))["id"])
    assert (await backend.create_task(name="twice"))["id"] == task
    event = await backend.send(task, "How much budget is left?")
    answer = await product.says(task, "€")
    await asyncio.gather(*(backend.redeliver(event) for _ in range(3)))
    await backend.deliver_out_of_order(task, ["What do you sell?", "thanks"])
    await product.says(task, "chair", after=answer["id"])
    said = await _said(product, task)
    assert _is_each_once(said)
    asked = [it["content"] for it in said if it["author"] == "user"]
    assert sorted(asked) == ["How much budget is left?", "What do you sell?", "thanks"]


async def test_an_agentex_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    loop, printed = asyncio.get_running_loop(), asyncio.Queue[str]()

    def keep(_name: str, line: str) -> None:
        loop.call_soon_threadsafe(printed.put_nowait, line)

    options = StackOptions(home=tmp_path)
    stack = AgentexStack(AgentexOptions(has_slack=False, stack=options, on_line=keep))
    try:
        await stack.start_around()
        await stack.launch_agent()
        async with asyncio.timeout(120):
            for _ in range(2):  # each of the two says it once
                while "waiting for AgentEx" not in await printed.get():
                    pass
        await stack.start_backend()
        await stack.agent_ready()
        task = str((await stack.backend.create_task())["id"])
        await stack.backend.send(task, "How much budget is left?")
        await stack.backend.wait_message(task, contains="€", author="agent", timeout=60)
    finally:
        await stack.stop()
